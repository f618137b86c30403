import type { SqlWords } from './sqlWords.ts';

/** A query by name, the same answer on both dialects. Its view is named metrics_… with underscores. */
export interface QueryDefinition {
  readonly name: string;
  /** Localised when called. */
  readonly title: () => string;
  readonly description: () => string;
  /** How far back it looks unless told otherwise; null for the whole history, whatever one says. */
  readonly days: number | null;
  readonly sql: (words: SqlWords, days: number | null) => string;
}

/** What every query says of how often something succeeded: in percent, two decimals; NULL of none. */
export const percent = (part: string, whole: string): string =>
  `round(CAST(100.0 * ${part} / nullif(${whole}, 0) AS numeric), 2)`;

/** Whole numbers that each dialect keeps as a number of its own for booleans. */
export const asNumber = (flag: string): string => `CAST(${flag} AS integer)`;

/** How many rows have the flag set, of those where it is known. */
export const sumOf = (flag: string): string => `sum(${asNumber(flag)})`;

/** Fallbacks as every figure counts them: the plan's fallback_success is the end of one, not another. */
export const isFallback = (event: string): string =>
  `${event}.event_type = 'fallback' AND ${event}.event_name <> 'fallback_success'`;
