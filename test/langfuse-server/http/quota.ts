import { ApiError } from './apiError.ts';
import type { LangfuseServerOptions, Plan } from '../options.ts';

/** Which budget an endpoint draws on; prompts, projects and health draw on none. */
export type Bucket = 'general' | 'legacy' | 'metrics' | 'ingestion' | 'none';

interface Limit {
  readonly points: number;
  readonly seconds: number;
}

const limits: Readonly<Record<Exclude<Plan, 'none'>, Readonly<Record<Exclude<Bucket, 'none'>, Limit>>>> = {
  hobby: {
    general: { points: 30, seconds: 60 },
    legacy: { points: 15, seconds: 60 },
    metrics: { points: 100, seconds: 86_400 },
    ingestion: { points: 1000, seconds: 60 },
  },
  core: {
    general: { points: 100, seconds: 60 },
    legacy: { points: 30, seconds: 60 },
    metrics: { points: 100, seconds: 3600 },
    ingestion: { points: 4000, seconds: 60 },
  },
  pro: {
    general: { points: 1000, seconds: 60 },
    legacy: { points: 100, seconds: 60 },
    metrics: { points: 500, seconds: 3600 },
    ingestion: { points: 20_000, seconds: 60 },
  },
};

/** An answer that carries headers of its own. */
export class RateLimited extends ApiError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(limit: number, retryAfterSeconds: number, resetAt: Date) {
    const details = { retryAfterSeconds, limit, remaining: 0, resetAt: resetAt.toISOString() };
    super(429, { message: 'Rate limit exceeded', code: 'rate_limited', details });
    this.headers = {
      'retry-after': String(retryAfterSeconds),
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': resetAt.toString(),
    };
  }
}

/**
 * Fixed windows of the organisation, one a bucket, that start with their first request. A request is
 * refused when the points that remain reach 0 after it was counted: N points allow N - 1 requests.
 */
export class Quota {
  readonly #options: Pick<LangfuseServerOptions, 'plan' | 'rateWindowSeconds'>;
  readonly #windows = new Map<Bucket, { resetAt: number; used: number }>();

  constructor(options: Pick<LangfuseServerOptions, 'plan' | 'rateWindowSeconds'>) {
    this.#options = options;
  }

  /** @throws RateLimited */
  spend(bucket: Bucket, now: number): void {
    const { plan, rateWindowSeconds } = this.#options;
    if (plan === 'none' || bucket === 'none') return;
    const limit = limits[plan][bucket];
    let window = this.#windows.get(bucket);
    if (window === undefined || now >= window.resetAt) {
      window = { resetAt: now + (rateWindowSeconds ?? limit.seconds) * 1000, used: 0 };
      this.#windows.set(bucket, window);
    }
    window.used++;
    if (window.used < limit.points) return;
    throw new RateLimited(limit.points, Math.ceil((window.resetAt - now) / 1000), new Date(window.resetAt));
  }
}
