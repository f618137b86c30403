import type { Clock } from '../ports.ts';
import type { LangfusePlan } from '../config/config.ts';

/** Langfuse counts requests of an organisation apart for these kinds of reads. Prompts are not counted. */
export type Bucket = 'general' | 'legacy' | 'metrics';

interface Allowance {
  /** As published. The server refuses the request that uses up the last one, so one less gets through. */
  readonly requests: number;
  readonly windowMs: number;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** https://langfuse.com/faq/all/api-limits, November 2026. */
const allowances: Readonly<Record<'hobby' | 'core' | 'pro', Readonly<Record<Bucket, Allowance>>>> = {
  hobby: {
    general: { requests: 30, windowMs: minute },
    legacy: { requests: 15, windowMs: minute },
    metrics: { requests: 100, windowMs: day },
  },
  core: {
    general: { requests: 100, windowMs: minute },
    legacy: { requests: 30, windowMs: minute },
    metrics: { requests: 100, windowMs: hour },
  },
  pro: {
    general: { requests: 1000, windowMs: minute },
    legacy: { requests: 100, windowMs: minute },
    metrics: { requests: 500, windowMs: hour },
  },
};

/** The server starts its window when a request reaches it, a little after we started ours. */
const windowMarginMs = 500;
/** A refusal is never followed up at once, even when Retry-After was rounded down to 0. */
const shortestRefusalMs = 1000;

/** Requests of one bucket in fixed windows that start at the first request, as the server counts them. */
export class Budget {
  readonly #clock: Clock;
  #allowance: Allowance | null;
  #windowMs: number;
  #windowEnd = 0;
  #used = 0;
  #refusedUntil = 0;

  /** @param allowance null when nothing limits the bucket */
  constructor(clock: Clock, allowance: Allowance | null) {
    this.#clock = clock;
    this.#allowance = allowance;
    this.#windowMs = allowance?.windowMs ?? minute;
  }

  /** Another plan than before. What is used of the present window stays used. */
  change(allowance: Allowance | null): void {
    this.#allowance = allowance;
    this.#windowMs = allowance?.windowMs ?? this.#windowMs;
  }

  /** Takes one request from the budget. @returns 0, or the milliseconds to wait before asking again. */
  tryTake(): number {
    const now = this.#clock.now();
    if (now < this.#refusedUntil) {
      return this.#refusedUntil - now;
    }
    if (now >= this.#windowEnd) {
      this.#windowEnd = now + this.#windowMs + windowMarginMs;
      this.#used = 0;
    }
    if (this.#used >= this.#perWindow()) {
      return this.#windowEnd - now;
    }
    this.#used += 1;
    return 0;
  }

  /**
   * The server answered 429: others use the budget too, or the plan is smaller than thought.
   * @param limit the true size of the window, when the answer names it
   * @returns milliseconds to wait
   */
  refused(retryAfterMs: number, limit: number | null): number {
    const wait = Math.max(retryAfterMs, shortestRefusalMs);
    if (limit !== null && limit > 1) {
      this.#windowMs = Math.max(this.#windowMs, retryAfterMs);
      this.#allowance = { requests: limit, windowMs: this.#windowMs };
    }
    this.#refusedUntil = Math.max(this.#refusedUntil, this.#clock.now() + wait);
    this.#windowEnd = 0;
    return wait;
  }

  /** Seconds of waiting that `requests` further requests will meet; 0 without a limit. */
  estimateSeconds(requests: number): number {
    const perWindow = this.#perWindow();
    if (perWindow === Infinity || requests <= 0) {
      return 0;
    }
    const now = this.#clock.now();
    const open = now < this.#windowEnd;
    const blockedMs = Math.max(0, this.#refusedUntil - now);
    const left = open ? perWindow - this.#used : perWindow;
    if (requests <= left) {
      return Math.ceil(blockedMs / 1000);
    }
    const windowMs = this.#windowMs + windowMarginMs;
    const toNextWindow = blockedMs + (open ? this.#windowEnd - now : windowMs);
    const furtherWindows = Math.ceil((requests - left) / perWindow) - 1;
    return Math.ceil((toNextWindow + furtherWindows * windowMs) / 1000);
  }

  #perWindow(): number {
    return this.#allowance === null ? Infinity : Math.max(1, this.#allowance.requests - 1);
  }
}

export type Budgets = Readonly<Record<Bucket, Budget>>;

/**
 * The request budgets of this process, one set an organisation: sources of several projects of one
 * organisation spend the same quota. The host owns it and hands it to every connection.
 */
export class QuotaRegistry {
  readonly #clock: Clock;
  readonly #entries = new Map<string, { plan: KnownPlan | null; budgets: Budgets }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param organization its id, or the public key where the server does not tell */
  budgets(baseUrl: string, organization: string, plan: LangfusePlan): Budgets {
    const key = `${new URL(baseUrl).host} ${organization}`;
    const known = knownPlan(plan, baseUrl);
    const entry = this.#entries.get(key);
    if (entry === undefined) {
      const budgets = this.#create(known);
      this.#entries.set(key, { plan: known, budgets });
      return budgets;
    }
    if (entry.plan !== known) {
      entry.plan = known;
      for (const bucket of ['general', 'legacy', 'metrics'] as const) {
        entry.budgets[bucket].change(known === null ? null : allowances[known][bucket]);
      }
    }
    return entry.budgets;
  }

  #create(plan: KnownPlan | null): Budgets {
    const budget = (bucket: Bucket): Budget => new Budget(this.#clock, plan === null ? null : allowances[plan][bucket]);
    return { general: budget('general'), legacy: budget('legacy'), metrics: budget('metrics') };
  }
}

type KnownPlan = keyof typeof allowances;

/** Null for servers without limits. Only Langfuse Cloud has any. */
function knownPlan(plan: LangfusePlan, baseUrl: string): KnownPlan | null {
  switch (plan) {
    case 'hobby':
    case 'core':
    case 'pro':
      return plan;
    case 'selfHosted':
      return null;
    case 'auto':
      return /(^|\.)langfuse\.com$/.test(new URL(baseUrl).hostname) ? 'hobby' : null;
  }
}
