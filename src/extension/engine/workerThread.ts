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
import { EngineError } from '../../engine/errors.ts';
import type { Log } from '../../engine/ports.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import { closeRequest, logNotification, requestCancelled, type WorkerData } from './workerRpc.ts';

/** How long a worker may take to save and release everything before it is ended by force. */
const closeMilliseconds = 4000;

/** The host's end of one worker thread. When the thread dies, its calls fail and `ended` resolves. */
export class WorkerThread {
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #connection: MessageConnection;
  #lastWords: string | null = null;

  /** @param name for debuggers and the log */
  constructor(scriptPath: string, data: WorkerData, name: string, log: Log) {
    this.#worker = new Worker(scriptPath, { workerData: data, name });
    this.#connection = createMessageConnection(
      new PortMessageReader(this.#worker),
      new PortMessageWriter(this.#worker),
    );
    this.#connection.onNotification(logNotification, ({ level, message }) => {
      log[level](message);
    });
    this.#connection.onError(([error]) => {
      this.#lastWords = error.message;
      log.error(`Worker ${name}: ${error.stack ?? error.message}`);
    });
    this.#connection.listen();
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        log.debug(`Worker ${name} ended with code ${code}.`);
        // Rejects every call that still waits for an answer.
        this.#connection.dispose();
        resolve();
      });
    });
  }

  /** @throws EngineError of the worker, engine.crashed when it dies; the signal's reason */
  async request<P, R>(type: RequestType<P, R, ErrorData>, params: P, signal?: AbortSignal): Promise<R> {
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

  /** A call that hears of progress under the token it is made with. */
  async withProgress<P, R>(
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

  /** Cancels what runs, lets the worker save and release its locks, then ends the thread. */
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

  #revive(error: unknown, signal: AbortSignal | undefined): unknown {
    const lost =
      error instanceof ConnectionError ||
      (error instanceof ResponseError && error.code === ErrorCodes.PendingResponseRejected);
    if (lost) {
      return new EngineError(
        'engine.crashed',
        l10n.t('A part of Langfuse Metrics stopped unexpectedly: {0}', this.#lastWords ?? l10n.t('it gave no reason')),
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
