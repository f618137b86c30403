/**
 * Figures as every answer carries them. Money is USD, durations are seconds, rates 0 to 1, times UTC
 * ISO-8601 with milliseconds. What is not known is null, never 0; why stands in `missing` beside it.
 */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A share of n, with its 95 % Wilson interval. All null but n where n is 0. */
export interface Rate {
  readonly value: number | null;
  /** How many were successes (errors, fallbacks …), and of how many. */
  readonly count: number;
  readonly n: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** A mean of n values, with its 95 % bootstrap interval (null below two values). */
export interface Mean {
  readonly value: number | null;
  readonly n: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Seconds. Of rollups within 1 % of the exact percentile (DDSketch). */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly mean: number;
  readonly n: number;
}

export interface TokenCounts {
  readonly inputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly outputTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly totalTokens: number | null;
}

export interface CostSums {
  readonly costUsd: number | null;
  readonly inputCostUsd: number | null;
  readonly outputCostUsd: number | null;
  /** Input cost that was spent on reading a prompt cache; part of inputCostUsd. */
  readonly cachedCostUsd: number | null;
  /** Calls that costUsd does not hold, because nobody knows their price. */
  readonly callsWithoutCost: number;
}

/**
 * Why a figure is null. noCalls: nothing in scope; noCost: no call has a known cost; noScores: nothing
 * was scored; noLinkedPrompts: no generation is linked to a prompt; noLatency: no call has ended;
 * noFirstToken: no call recorded its first token; noTokens: no usage; noTasks: no finished task;
 * noSuccesses: a cost per success without a success; tooFew: below the least n;
 * notInScope: this scope's filters cannot be applied to it.
 */
export type MissingReason =
  | 'noCalls'
  | 'noCost'
  | 'noScores'
  | 'noLinkedPrompts'
  | 'noLatency'
  | 'noFirstToken'
  | 'noTokens'
  | 'noTasks'
  | 'noSuccesses'
  | 'tooFew'
  | 'notInScope';

/** By the name of the field that is null. */
export type Missing = Readonly<Record<string, MissingReason>>;
