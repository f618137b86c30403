import type { Log } from '../../engine/ports.ts';
import type {
  AcquireRequest,
  AcquireResult,
  LimiterStatus,
  LimitsProblem,
  LimitsReport,
  PauseRequest,
  PoolFilter,
  ReportRequest,
  ReportResult,
} from '../../protocol/limiter.ts';
import type { LimiterLocation, LimiterMethod, LimitsText, RemoteLimiter } from './limiterRpc.ts';
import type { WorkerData } from './workerRpc.ts';
import type { WorkerThread } from './workerThread.ts';

export interface LimiterProxyOptions {
  /** Absolute path of the worker's bundle. */
  readonly scriptPath: string;
  readonly workerData: WorkerData;
  /** Read before every call. Throws when it cannot be said. */
  readonly location: () => Promise<LimiterLocation>;
  readonly log: Log;
}

/**
 * The limiter as the extension sees it. It runs in a worker thread that starts with the first call and
 * anew after a crash: its transactions wait for those of other processes.
 * @throws EngineError of every method; `engine.crashed` when the thread died under a call
 */
export class LimiterProxy implements RemoteLimiter {
  readonly #options: LimiterProxyOptions;
  #thread: Promise<WorkerThread> | null = null;

  constructor(options: LimiterProxyOptions) {
    this.#options = options;
  }

  async acquire(request: AcquireRequest, signal?: AbortSignal): Promise<AcquireResult> {
    return (await this.#call('acquire', request, signal)) as AcquireResult;
  }

  async report(request: ReportRequest): Promise<ReportResult> {
    return (await this.#call('report', request)) as ReportResult;
  }

  async status(filter: PoolFilter = {}): Promise<LimiterStatus> {
    return (await this.#call('status', filter)) as LimiterStatus;
  }

  async limits(): Promise<LimitsReport> {
    return (await this.#call('limits', null)) as LimitsReport;
  }

  async pause(request: PauseRequest): Promise<void> {
    await this.#call('pause', request);
  }

  async resume(filter: PoolFilter): Promise<void> {
    await this.#call('resume', filter);
  }

  async reset(filter: PoolFilter): Promise<void> {
    await this.#call('reset', filter);
  }

  /** What is wrong with the text of a limits file; null when it could be in force. Opens no database. */
  async check(text: LimitsText): Promise<LimitsProblem | null> {
    const { checkLimitsRequest } = await import('./limiterRpc.ts');
    const thread = await this.#started();
    return thread.request(checkLimitsRequest, text);
  }

  /** Ends the thread, if there is one, and every wait in it. The next call starts another. */
  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    await (await thread)?.close();
  }

  async #call(method: LimiterMethod, request: unknown, signal?: AbortSignal): Promise<unknown> {
    const location = await this.#options.location();
    const { limiterRequest } = await import('./limiterRpc.ts');
    const thread = await this.#started();
    return thread.request(limiterRequest, { location, method, request }, signal);
  }

  #started(): Promise<WorkerThread> {
    this.#thread ??= this.#start();
    return this.#thread;
  }

  async #start(): Promise<WorkerThread> {
    // The wire library loads with the thread: nobody who limits nothing pays for it.
    const { WorkerThread } = await import('./workerThread.ts');
    const { scriptPath, workerData, log } = this.#options;
    const thread = new WorkerThread(scriptPath, workerData, 'limiter', log);
    void thread.ended.then(() => this.#forget(thread));
    return thread;
  }

  async #forget(ended: WorkerThread): Promise<void> {
    if ((await this.#thread) === ended) {
      this.#thread = null;
    }
  }
}
