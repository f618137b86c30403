import type { UsageRollupsTable } from '../schema.ts';
import { LatencySketch } from './latencySketch.ts';

/** What usage is told apart by. */
export const dimensions = [
  'kind',
  'provider',
  'model',
  'environment',
  'prompt_name',
  'prompt_version',
  'trace_name',
] as const satisfies readonly (keyof UsageRollupsTable)[];

const counts = [
  'calls',
  'errors',
  'not_primary',
  'fallbacks',
  'calls_with_tokens',
  'calls_with_cost',
  'timed_output_tokens',
] as const;
const tokens = ['input_tokens', 'cached_tokens', 'output_tokens', 'reasoning_tokens', 'total_tokens'] as const;
const money = ['cost_usd', 'input_cost_usd', 'output_cost_usd', 'cached_cost_usd'] as const;
const seconds = ['output_seconds', 'latency_seconds', 'first_token_seconds'] as const;
const sketches = ['latency_sketch', 'first_token_sketch'] as const;

export type UsageDimensions = Pick<UsageRollupsTable, (typeof dimensions)[number]>;
export type UsageMeasures = Omit<UsageRollupsTable, keyof UsageDimensions | 'level' | 'start' | 'project_id' | 'slot'>;
export type UsageRow = UsageDimensions & UsageMeasures;

/**
 * Money to Langfuse's own twelve decimals: sums of floating-point numbers differ in their last digits
 * by the order of the addends, and what is rounded here does not.
 */
export const roundMoney = (usd: number): number => Math.round(usd * 1e12) / 1e12;
/** Latencies have milliseconds. */
const roundSeconds = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Makes a row of sums, as a database or additions made them, what is stored of it. */
export function roundSums<Row extends Pick<UsageMeasures, (typeof money)[number] | (typeof seconds)[number]>>(
  row: Row,
): Row {
  for (const column of money) {
    const value = row[column];
    row[column] = value === null ? null : roundMoney(value);
  }
  for (const column of seconds) {
    row[column] = roundSeconds(row[column]);
  }
  return row;
}

/** A fallback has neither tokens, cost nor latency; nor has anything else without calls. */
export const noMeasures: UsageMeasures = {
  calls: 0,
  errors: 0,
  not_primary: 0,
  fallbacks: 0,
  calls_with_tokens: 0,
  input_tokens: null,
  cached_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
  total_tokens: null,
  calls_with_cost: 0,
  cost_usd: null,
  input_cost_usd: null,
  output_cost_usd: null,
  cached_cost_usd: null,
  timed_output_tokens: 0,
  output_seconds: 0,
  latency_seconds: 0,
  first_token_seconds: 0,
  latency_sketch: null,
  first_token_sketch: null,
};

/** A coarser view of rows: one a combination of dimensions, in their order. */
export function mergeRows(rows: Iterable<UsageRow>, coarsen: (row: UsageRow) => UsageDimensions): UsageRow[] {
  return groupsOf(rows, (row) => keyOf(coarsen(row))).map(([first, others]) => ({
    ...merged(first, others),
    ...coarsen(first),
  }));
}

/** One row a combination of dimensions, in the order in which they are stored. */
export function mergeAlike(rows: Iterable<UsageRow>): UsageRow[] {
  return groupsOf(rows, keyOf).map(([first, others]) => merged(first, others));
}

/** The rows of each key, the first and the others, in the order of the keys. */
function groupsOf(rows: Iterable<UsageRow>, key: (row: UsageRow) => string): [UsageRow, UsageRow[]][] {
  const groups = new Map<string, [UsageRow, UsageRow[]]>();
  for (const row of rows) {
    const own = key(row);
    const group = groups.get(own);
    if (group === undefined) {
      groups.set(own, [row, []]);
    } else {
      group[1].push(row);
    }
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

const keyOf = (row: UsageDimensions): string => JSON.stringify(dimensions.map((dimension) => row[dimension]));

function merged(first: UsageRow, others: readonly UsageRow[]): UsageRow {
  if (others.length === 0) {
    return first;
  }
  const sum: UsageRow = { ...first };
  for (const row of others) {
    for (const column of counts) {
      sum[column] += row[column];
    }
    for (const column of seconds) {
      sum[column] += row[column];
    }
    for (const column of [...tokens, ...money]) {
      const value = row[column];
      sum[column] = value === null ? sum[column] : (sum[column] ?? 0) + value;
    }
  }
  for (const column of sketches) {
    sum[column] = mergedSketch([first, ...others].map((row) => row[column]));
  }
  return roundSums(sum);
}

function mergedSketch(texts: readonly (string | null)[]): string | null {
  const known = texts.filter((text) => text !== null);
  if (known.length < 2) {
    return known[0] ?? null;
  }
  const sketch = new LatencySketch();
  for (const text of known) {
    sketch.addText(text);
  }
  return sketch.toText();
}
