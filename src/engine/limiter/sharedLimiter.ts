import { randomUUID } from 'node:crypto';
import type {
  AcquireRequest,
  AcquireResult,
  CompleteRequest,
  EndResult,
  FailRequest,
  Limiter,
  LimiterStatus,
  LimitsReport,
  NextRequest,
  NextResult,
  PauseRequest,
  PoolFilter,
  Refused,
  ReportRequest,
  ReportResult,
  ScheduleRequest,
  ScheduleResult,
} from '../../protocol/limiter.ts';
import { pause, reset, resume } from './control.ts';
import type { CurrentLimits, LimitsSource } from './limits/limitsSource.ts';
import { PoolKeys } from './limits/poolKeys.ts';
import { giveUp, peek } from './peek.ts';
import type { LimiterClock } from './ports.ts';
import { providerOf } from './providers/providers.ts';
import { complete, fail } from './queue/end.ts';
import { next } from './queue/next.ts';
import { schedule } from './queue/schedule.ts';
import { parseTime, requireCounts, requireNames, requirePriority, requireSeconds } from './requests.ts';
import { reserve, type NotReserved, type Reserve, type Reserved } from './reserve.ts';
import { settle, type PoolName } from './settle.ts';
import { status } from './status.ts';
import type { LimiterBackend } from './steps.ts';

const defaultLeaseSeconds = 600;

/** The limiter over a database that others use at the same time. */
export class SharedLimiter implements Limiter {
  readonly #backend: LimiterBackend;
  readonly #source: LimitsSource;
  readonly #clock: LimiterClock;
  #limits: CurrentLimits | null = null;
  #keys: PoolKeys | null = null;

  constructor(backend: LimiterBackend, source: LimitsSource, clock: LimiterClock) {
    this.#backend = backend;
    this.#source = source;
    this.#clock = clock;
  }

  async acquire(request: AcquireRequest, signal?: AbortSignal): Promise<AcquireResult> {
    requireAcquire(request);
    const waitMs = (request.waitSeconds ?? 0) * 1000;
    const attempt: Reserve = {
      demand: providerOf(request.provider.toLowerCase()).demand(request),
      priority: request.priority ?? 0,
      leaseMs: leaseMs(request.leaseSeconds),
      ticket: waitMs > 0 ? randomUUID() : null,
      place: null,
    };
    const result = await this.#reserve(request, attempt);
    if (result.granted) {
      return result;
    }
    return waitMs > 0
      ? this.#acquireInLine(request, { ...attempt, place: result.place }, result, waitMs, signal)
      : refused(result);
  }

  async report(request: ReportRequest): Promise<ReportResult> {
    const { reservation, outcome = 'succeeded', headers = {}, ...usage } = request;
    requireUsage(usage);
    const keyOf = await this.#keyOf();
    return this.#backend.run((pools) => settle({ reservation, usage, outcome, headers }, keyOf, pools));
  }

  async wait(request: AcquireRequest, signal?: AbortSignal): Promise<Refused | { readonly granted: true }> {
    requireAcquire(request);
    const { hold } = providerOf(request.provider.toLowerCase()).demand(request);
    const look = async (): Promise<Refused | { readonly granted: true }> => {
      const keys = await this.#current();
      return this.#backend.run((pools) => peek(keys.of(request), hold, pools));
    };
    return this.#repeat((request.waitSeconds ?? 0) * 1000, signal, look, (result) =>
      result.granted ? null : result.retryAfterMs,
    );
  }

  async status(filter: PoolFilter = {}): Promise<LimiterStatus> {
    const keyOf = await this.#keyOf();
    const found = await this.#backend.run((pools) => status(filter, keyOf, pools));
    return { ...found, problem: this.#limits?.problem ?? null };
  }

  async limits(): Promise<LimitsReport> {
    const { unknown, rules, problem } = await this.#source.current();
    const entries = rules.map(({ provider, model, tier, limits }) => ({ provider, model, tier, limits }));
    return { file: this.#source.file, unknown, entries, problem };
  }

  async schedule(request: ScheduleRequest): Promise<ScheduleResult> {
    requireNames({ provider: request.provider, model: request.model });
    requireEstimate(request);
    requirePriority(request.priority);
    requireCounts(['maxAttempts', request.maxAttempts]);
    const { id = randomUUID(), notBefore } = request;
    const item = { ...request, id, notBeforeWall: parseTime('notBefore', notBefore) };
    const keys = await this.#current();
    return this.#backend.run((pools) => schedule(keys.of(request), item, pools));
  }

  async next(request: NextRequest, signal?: AbortSignal): Promise<NextResult> {
    requireSeconds(['waitSeconds', request.waitSeconds], ['leaseSeconds', request.leaseSeconds]);
    const waitMs = (request.waitSeconds ?? 0) * 1000;
    const wanted = { ...request, leaseMs: leaseMs(request.leaseSeconds), waits: waitMs > 0 };
    const look = async (): Promise<NextResult> => {
      const keys = await this.#current();
      return this.#backend.run((pools) => next({ ...wanted, lease: randomUUID() }, keys, pools));
    };
    return this.#repeat(waitMs, signal, look, (result) =>
      result.item === null ? (result.retryAfterMs ?? waitMs) : null,
    );
  }

  async complete(request: CompleteRequest): Promise<EndResult> {
    requireUsage(request);
    const keyOf = await this.#keyOf();
    return this.#backend.run((pools) => complete(request, keyOf, pools));
  }

  async fail(request: FailRequest): Promise<EndResult> {
    requireUsage(request);
    requireSeconds(['retryAfterSeconds', request.retryAfterSeconds]);
    const keyOf = await this.#keyOf();
    return this.#backend.run((pools) => fail(request, keyOf, pools));
  }

  async pause(request: PauseRequest): Promise<void> {
    requireNames({ provider: request.provider });
    requireSeconds(['seconds', request.seconds]);
    const { provider, model, tier } = request;
    const keys = await this.#current();
    const key = model === undefined || model.includes('*') ? null : keys.of({ provider, model, tier });
    await this.#backend.run((pools) => pause(request, key, (name) => keys.named(name), pools));
  }

  async resume(filter: PoolFilter): Promise<void> {
    const keyOf = await this.#keyOf();
    await this.#backend.run((pools) => resume(filter, keyOf, pools));
  }

  async reset(filter: PoolFilter): Promise<void> {
    const keyOf = await this.#keyOf();
    await this.#backend.run((pools) => reset(filter, keyOf, pools));
  }

  close(): Promise<void> {
    return this.#backend.close();
  }

  /** Tries again whenever the place in the line may have been reached, and leaves it at the end. */
  async #acquireInLine(
    request: AcquireRequest,
    attempt: Reserve,
    first: NotReserved,
    waitMs: number,
    signal: AbortSignal | undefined,
  ): Promise<AcquireResult> {
    let last: Reserved | NotReserved = first;
    try {
      last = await this.#repeat(
        waitMs,
        signal,
        () => this.#reserve(request, attempt),
        (result) => (result.granted ? null : result.retryAfterMs),
        first,
      );
      return last.granted ? last : refused(last);
    } finally {
      if (!last.granted) {
        const keys = await this.#current();
        await this.#backend.run((pools) => giveUp(keys.of(request), attempt.ticket ?? '', pools));
      }
    }
  }

  async #reserve(request: AcquireRequest, attempt: Reserve): Promise<Reserved | NotReserved> {
    const keys = await this.#current();
    return this.#backend.run((pools) => reserve(keys.of(request), attempt, pools));
  }

  /**
   * Looks until the answer is final or the time is over.
   * @param pauseOf how long to sleep before the next look, in milliseconds; null for a final answer
   * @param first the answer to a look that was made already
   */
  async #repeat<T>(
    waitMs: number,
    signal: AbortSignal | undefined,
    look: () => Promise<T>,
    pauseOf: (answer: T) => number | null,
    first?: T,
  ): Promise<T> {
    const elapsed = this.#stopwatch();
    let answer = first ?? (await look());
    for (;;) {
      const pauseMs = pauseOf(answer);
      const left = waitMs - elapsed();
      if (pauseMs === null || left <= 0) {
        return answer;
      }
      await this.#backend.sleep(Math.min(pauseMs, left), signal);
      answer = await look();
    }
  }

  #stopwatch(): () => number {
    const started = this.#clock.sample().monotonic;
    return () => this.#clock.sample().monotonic - started;
  }

  async #current(): Promise<PoolKeys> {
    const limits = await this.#source.current();
    if (this.#keys === null || limits !== this.#limits) {
      this.#limits = limits;
      this.#keys = new PoolKeys(limits);
    }
    return this.#keys;
  }

  async #keyOf(): Promise<(name: PoolName) => ReturnType<PoolKeys['named']>> {
    const keys = await this.#current();
    return (name) => keys.named(name);
  }
}

const leaseMs = (seconds: number | undefined): number => Math.ceil((seconds ?? defaultLeaseSeconds) * 1000);

const refused = ({ retryAfterMs, limitedBy }: NotReserved): Refused => ({
  granted: false,
  retryAfterMs,
  limitedBy,
});

function requireAcquire(request: AcquireRequest): void {
  requireNames({ provider: request.provider, model: request.model });
  requireEstimate(request);
  requirePriority(request.priority);
  requireSeconds(['waitSeconds', request.waitSeconds], ['leaseSeconds', request.leaseSeconds]);
}

function requireEstimate({ tokens, inputTokens, maxOutputTokens }: AcquireRequest | ScheduleRequest): void {
  requireCounts(['tokens', tokens], ['inputTokens', inputTokens], ['maxOutputTokens', maxOutputTokens]);
}

function requireUsage({ tokens, inputTokens, outputTokens }: Omit<ReportRequest, 'reservation'>): void {
  requireCounts(['tokens', tokens], ['inputTokens', inputTokens], ['outputTokens', outputTokens]);
}
