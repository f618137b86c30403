import type { RequestType } from 'vscode-jsonrpc';
import type { EngineConfigInput } from '../../engine/config/config.ts';
import type { Log } from '../../engine/ports.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import type { QuestionAnswer, QuestionName, QuestionParams } from '../../protocol/questions.ts';
import {
  askRequest,
  coverageRequest,
  evaluateAlertsRequest,
  documentPromptUsesRequest,
  exportProgress,
  exportRequest,
  findPromptUsesRequest,
  moveProgress,
  moveRequest,
  queryRequest,
  rateRequest,
  recordRequest,
  runsRequest,
  rebuildRollupsRequest,
  setupRequest,
  testCredentialsRequest,
  type EngineCall,
  type EngineWorkerData,
} from './engineRpc.ts';
import { WorkerThread } from './workerThread.ts';

/** The engine in one worker thread. When the thread dies, its calls fail and `ended` resolves. */
export class EngineWorker {
  readonly #thread: WorkerThread;

  constructor(scriptPath: string, data: EngineWorkerData, log: Log) {
    this.#thread = new WorkerThread(scriptPath, data, 'engine', log);
  }

  get ended(): Promise<void> {
    return this.#thread.ended;
  }

  /** The engine in the worker, with these settings. Cheap: opens nothing by itself. */
  engine(config: EngineConfigInput): Engine {
    const call = <A, R>(type: RequestType<EngineCall<A>, R, ErrorData>, args: A, signal?: AbortSignal): Promise<R> =>
      this.#thread.request(type, { config, arguments: args }, signal);
    return {
      setup: (signal) => call(setupRequest, null, signal),
      rebuildRollups: (signal) => call(rebuildRollupsRequest, null, signal),
      export: (request, onProgress, signal) =>
        this.#thread.withProgress(exportProgress, onProgress, (progressToken) =>
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
        this.#thread.withProgress(moveProgress, onProgress, (progressToken) =>
          call(moveRequest, { request, progressToken }, signal),
        ),
      rate: async (request, signal) => {
        await call(rateRequest, request, signal);
      },
      testCredentials: (credentials, signal) => call(testCredentialsRequest, credentials, signal),
      close: () => this.#thread.close(),
    };
  }

  /** Cancels what runs, lets the engine save and release its locks, then ends the thread. */
  close(): Promise<void> {
    return this.#thread.close();
  }
}
