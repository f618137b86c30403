import type { EngineConfigInput } from '../../engine/config/config.ts';
import type { Log } from '../../engine/ports.ts';
import type {
  Coverage,
  Credentials,
  Engine,
  ExportProgress,
  ExportReport,
  ExportRequest,
  ExportRun,
  MoveProgress,
  MoveReport,
  MoveRequest,
  QueryLimits,
  QueryResult,
  RateRequest,
  RecordBatch,
  RecordResult,
  ServerInfo,
  SetupResult,
} from '../../protocol/engine.ts';
import type { AlertReport } from '../../protocol/analytics.ts';
import type { DocumentUses, DocumentUsesRequest, PromptUse, PromptUsesRequest } from '../../protocol/promptUses.ts';
import type { QuestionAnswer, QuestionName, QuestionParams } from '../../protocol/questions.ts';
import type { DatabaseConfig } from '../database/connection.ts';
import type { EngineWorkerData } from './engineRpc.ts';
import type { EngineWorker } from './engineWorker.ts';

export interface EngineProxyOptions {
  /** Absolute path of the worker's bundle. */
  readonly scriptPath: string;
  readonly workerData: EngineWorkerData;
  /** Read before every call, so that each one runs with the settings and keys of its moment. */
  readonly config: () => Promise<Omit<EngineConfigInput, 'database'>>;
  /** Where metrics are kept; read only by calls that need to know. Throws when it cannot be said. */
  readonly database: () => Promise<DatabaseConfig>;
  readonly log: Log;
}

/**
 * The engine as the extension sees it. It runs in a worker thread, which starts with the first call
 * and starts anew after a crash, so that neither parsing nor SQL ever blocks the extension host.
 * @throws EngineError of every method; `engine.crashed` when the thread died under a call
 */
export class EngineProxy implements Engine {
  readonly #options: EngineProxyOptions;
  #worker: Promise<EngineWorker> | null = null;

  constructor(options: EngineProxyOptions) {
    this.#options = options;
  }

  async setup(signal?: AbortSignal): Promise<SetupResult> {
    return (await this.#engine()).setup(signal);
  }

  async rebuildRollups(signal?: AbortSignal): Promise<{ readonly hours: number }> {
    return (await this.#engine()).rebuildRollups(signal);
  }

  async export(
    request: ExportRequest,
    onProgress: (progress: ExportProgress) => void,
    signal?: AbortSignal,
  ): Promise<ExportReport> {
    return (await this.#engine()).export(request, onProgress, signal);
  }

  async runs(limit: number): Promise<readonly ExportRun[]> {
    return (await this.#engine()).runs(limit);
  }

  async coverage(): Promise<readonly Coverage[]> {
    return (await this.#engine()).coverage();
  }

  async ask<Q extends QuestionName>(
    question: Q,
    params: QuestionParams<Q>,
    signal?: AbortSignal,
  ): Promise<QuestionAnswer<Q>> {
    return (await this.#engine()).ask(question, params, signal);
  }

  async evaluateAlerts(signal?: AbortSignal): Promise<AlertReport> {
    return (await this.#engine()).evaluateAlerts(signal);
  }

  async findPromptUses(request: PromptUsesRequest, signal?: AbortSignal): Promise<readonly PromptUse[]> {
    return (await this.#engine()).findPromptUses(request, signal);
  }

  async documentPromptUses(request: DocumentUsesRequest, signal?: AbortSignal): Promise<DocumentUses> {
    return (await this.#engine()).documentPromptUses(request, signal);
  }

  async query(sql: string, limits: QueryLimits, signal?: AbortSignal): Promise<QueryResult> {
    return (await this.#engine()).query(sql, limits, signal);
  }

  async record(batch: RecordBatch, signal?: AbortSignal): Promise<RecordResult> {
    return (await this.#engine()).record(batch, signal);
  }

  async move(
    request: MoveRequest,
    onProgress: (progress: MoveProgress) => void,
    signal?: AbortSignal,
  ): Promise<MoveReport> {
    return (await this.#engine()).move(request, onProgress, signal);
  }

  async rate(request: RateRequest, signal?: AbortSignal): Promise<void> {
    return (await this.#engine()).rate(request, signal);
  }

  async testCredentials(credentials: Credentials, signal?: AbortSignal): Promise<ServerInfo> {
    // Keys can be set before there is a database.
    return (await this.#engineAt({})).testCredentials(credentials, signal);
  }

  /** Creates or migrates the database that these values name, whichever one is in use. */
  async testDatabase(database: DatabaseConfig, signal?: AbortSignal): Promise<SetupResult> {
    return (await this.#engineAt(database)).setup(signal);
  }

  /** Ends the worker, if there is one, after it has saved. The next call starts another. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await (await worker)?.close();
  }

  async #engine(): Promise<Engine> {
    return this.#engineAt(await this.#options.database());
  }

  async #engineAt(database: DatabaseConfig): Promise<Engine> {
    const config = await this.#options.config();
    this.#worker ??= this.#start();
    return (await this.#worker).engine({ ...config, database });
  }

  async #start(): Promise<EngineWorker> {
    // The wire library loads with the worker: nobody who never exports pays for it.
    const { EngineWorker } = await import('./engineWorker.ts');
    const worker = new EngineWorker(this.#options.scriptPath, this.#options.workerData, this.#options.log);
    void worker.ended.then(() => this.#forget(worker));
    return worker;
  }

  async #forget(ended: EngineWorker): Promise<void> {
    if ((await this.#worker) === ended) {
      this.#worker = null;
    }
  }
}
