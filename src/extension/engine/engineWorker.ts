import * as l10n from '@vscode/l10n';
import { randomUUID } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import {
  CancellationTokenSource,
  ConnectionError,
  createMessageConnection,
  ErrorCodes,
  PortMessageReader,
  PortMessageWriter,
  ResponseError,
  type MessageConnection,
  type ProgressType,
  type RequestType,
} from 'vscode-jsonrpc/node';
import type { EngineConfigInput } from '../../engine/config/config.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Log } from '../../engine/ports.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import type { QuestionAnswer, QuestionName, QuestionParams } from '../../protocol/questions.ts';
import {
  askRequest,
  closeRequest,
  coverageRequest,
  evaluateAlertsRequest,
  documentPromptUsesRequest,
  exportProgress,
  exportRequest,
  findPromptUsesRequest,
  logNotification,
  moveProgress,
  moveRequest,
  queryRequest,
  rateRequest,
  recordRequest,
  requestCancelled,
  runsRequest,
  rebuildRollupsRequest,
  setupRequest,
  testCredentialsRequest,
  type EngineCall,
  type EngineWorkerData,
} from './engineRpc.ts';

/** How long a worker may take to save and release everything before it is ended by force. */
const closeMilliseconds = 4000;

/** The host's end of one worker thread. When the thread dies, its calls fail and `ended` resolves. */
export class EngineWorker {
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #connection: MessageConnection;
  #lastWords: string | null = null;

  constructor(scriptPath: string, data: EngineWorkerData, log: Log) {
    this.#worker = new Worker(scriptPath, { workerData: data, name: 'langfuse-metrics' });
    this.#connection = createMessageConnection(
      new PortMessageReader(this.#worker),
      new PortMessageWriter(this.#worker),
    );
    this.#connection.onNotification(logNotification, ({ level, message }) => {
      log[level](message);
    });
    this.#connection.onError(([error]) => {
      this.#lastWords = error.message;
      log.error(`Engine worker: ${error.stack ?? error.message}`);
    });
    this.#connection.listen();
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        log.debug(`Engine worker ended with code ${code}.`);
        // Rejects every call that still waits for an answer.
        this.#connection.dispose();
        resolve();
      });
    });
  }

  /** The engine in the worker, with these settings. Cheap: opens nothing by itself. */
  engine(config: EngineConfigInput): Engine {
    const call = <A, R>(type: RequestType<EngineCall<A>, R, ErrorData>, args: A, signal?: AbortSignal): Promise<R> =>
      this.#request(type, { config, arguments: args }, signal);
    return {
      setup: (signal) => call(setupRequest, null, signal),
      rebuildRollups: (signal) => call(rebuildRollupsRequest, null, signal),
      export: (request, onProgress, signal) =>
        this.#withProgress(exportProgress, onProgress, (progressToken) =>
          call(exportRequest, { request, progressToken }, signal),
        ),
      runs: (limit) => call(runsRequest, { limit }),
      coverage: () => call(coverageRequest, null),
      ask: async <Q extends QuestionName>(question: Q, params: QuestionParams<Q>, signal?: AbortSignal) =>
        (await call(askRequest, { question, params }, signal)) as QuestionAnswer<Q>,
      evaluateAlerts: (signal) => call(evaluateAlertsRequest, null, signal),
      findPromptUses: (request, signal) => call(findPromptUsesRequest, request, signal),
      documentPromptUses: (request, signal) => call(documentPromptUsesRequest, request, signal),
      query: (sql, limits, signal) => call(queryRequest, { sql, limits }, signal),
      record: (batch, signal) => call(recordRequest, batch, signal),
      move: (request, onProgress, signal) =>
        this.#withProgress(moveProgress, onProgress, (progressToken) =>
          call(moveRequest, { request, progressToken }, signal),
        ),
      rate: async (request, signal) => {
        await call(rateRequest, request, signal);
      },
      testCredentials: (credentials, signal) => call(testCredentialsRequest, credentials, signal),
      close: () => this.close(),
    };
  }

  /** Cancels what runs, lets the engine save and release its locks, then ends the thread. */
  async close(): Promise<void> {
    const closed = this.#connection.sendRequest(closeRequest).catch(() => null);
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closeMilliseconds);
    });
    await Promise.race([closed, timeout, this.ended]);
    clearTimeout(timer);
    await this.#worker.terminate();
  }

  async #withProgress<P, R>(
    type: ProgressType<P>,
    onProgress: (progress: P) => void,
    call: (progressToken: string) => Promise<R>,
  ): Promise<R> {
    const progressToken = randomUUID();
    const subscription = this.#connection.onProgress(type, progressToken, onProgress);
    try {
      return await call(progressToken);
    } finally {
      subscription.dispose();
    }
  }

  async #request<P, R>(type: RequestType<P, R, ErrorData>, params: P, signal?: AbortSignal): Promise<R> {
    signal?.throwIfAborted();
    const source = new CancellationTokenSource();
    const cancel = (): void => source.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await this.#connection.sendRequest<R>(type.method, params, source.token);
    } catch (error) {
      throw this.#revive(error, signal);
    } finally {
      signal?.removeEventListener('abort', cancel);
      source.dispose();
    }
  }

  #revive(error: unknown, signal: AbortSignal | undefined): unknown {
    const lost =
      error instanceof ConnectionError ||
      (error instanceof ResponseError && error.code === ErrorCodes.PendingResponseRejected);
    if (lost) {
      return new EngineError(
        'engine.crashed',
        l10n.t('The export engine stopped unexpectedly: {0}', this.#lastWords ?? l10n.t('it gave no reason')),
        { hint: l10n.t('It starts again by itself; finished parts of an export are kept. The log has more.') },
      );
    }
    if (!(error instanceof ResponseError)) {
      return error;
    }
    if (error.code === requestCancelled) {
      return signal?.reason ?? new DOMException(error.message, 'AbortError');
    }
    const data = error.data as ErrorData | undefined;
    if (data === undefined) {
      return error;
    }
    const { code, message, hint, position } = data;
    return new EngineError(code, message, {
      ...(hint === null ? {} : { hint }),
      ...(position === undefined ? {} : { position }),
    });
  }
}
