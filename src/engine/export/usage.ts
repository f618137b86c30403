import type { ObservationRecord } from '../langfuse/records.ts';

export interface TokenCounts {
  readonly input: number | null;
  readonly output: number | null;
  readonly total: number | null;
  readonly cached: number | null;
  readonly reasoning: number | null;
}

export interface Cost {
  /** USD. */
  readonly total: number | null;
  readonly input: number | null;
  readonly output: number | null;
  readonly source: 'langfuse' | 'metadata' | null;
}

/** The same rule as Langfuse's inputUsage and outputUsage. */
const isInput = (kind: string): boolean => kind.includes('input');
const isOutput = (kind: string): boolean => kind.includes('output');
/** Tokens read from a cache; writing one (input_cache_creation, cache_write) is billed the other way. */
const isCacheRead = (kind: string): boolean => kind.includes('cache') && !/creation|write/.test(kind);

/** Sum over the kinds that `counts` holds for; null when there is none. */
function sumOf(details: Readonly<Record<string, number>>, counts: (kind: string) => boolean): number | null {
  let sum: number | null = null;
  for (const kind in details) {
    if (counts(kind)) {
      sum = (sum ?? 0) + (details[kind] ?? 0);
    }
  }
  return sum;
}

/** The amount under `total`, else the sum of all kinds; null when nothing is known. */
function totalOf(details: Readonly<Record<string, number>>): number | null {
  return details.total ?? sumOf(details, () => true);
}

/** Tokens of a row by the kinds that Langfuse's usageDetails names (api: input, input_cached_tokens, output_reasoning_tokens, …). */
export function tokenCounts(usageDetails: Readonly<Record<string, number>>): TokenCounts {
  return {
    input: sumOf(usageDetails, isInput),
    output: sumOf(usageDetails, isOutput),
    total: totalOf(usageDetails),
    cached: sumOf(usageDetails, isCacheRead),
    reasoning: sumOf(usageDetails, (kind) => kind.includes('reasoning')),
  };
}

/**
 * What a row cost: Langfuse's own figure where it has one, else what the application logged in its
 * metadata (the plan's cost_usd, input_cost_usd, output_cost_usd), else unknown.
 */
export function costOf(row: Pick<ObservationRecord, 'costDetails' | 'metadata'>): Cost {
  const total = totalOf(row.costDetails);
  if (total !== null) {
    return {
      total,
      input: sumOf(row.costDetails, isInput),
      output: sumOf(row.costDetails, isOutput),
      source: 'langfuse',
    };
  }
  const logged = numberIn(row.metadata, 'cost_usd');
  if (logged === null) {
    return { total: null, input: null, output: null, source: null };
  }
  return {
    total: logged,
    input: numberIn(row.metadata, 'input_cost_usd'),
    output: numberIn(row.metadata, 'output_cost_usd'),
    source: 'metadata',
  };
}

/** A finite number, or text that is one, under `key`; null otherwise. */
export function numberIn(metadata: Readonly<Record<string, unknown>>, key: string): number | null {
  const value = metadata[key];
  if (typeof value === 'string' && value.trim() === '') {
    return null;
  }
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : null;
}

/** Non-empty text (or a number, as text) under `key`; null otherwise. */
export function textIn(metadata: Readonly<Record<string, unknown>>, key: string): string | null {
  const value = metadata[key];
  if (typeof value === 'number') {
    return String(value);
  }
  return typeof value === 'string' && value !== '' ? value : null;
}
