import { z } from 'zod';
import { invalidRequest, notFound } from '../http/apiError.ts';
import { parseRequest, queryObject } from '../http/query.ts';
import { parseFilters, toPredicate } from './filters.ts';
import {
  observationDimensions,
  observationMeasures,
  scoreDimensions,
  scoreMeasures,
  type Cell,
  type Measure,
} from './metricsFields.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Observation, Score, ScoreDataType } from '../data/types.ts';
import type { ApiAnswer, Handler } from './handler.ts';

const aggregations = ['sum', 'avg', 'count', 'max', 'min', 'p50', 'p75', 'p90', 'p95', 'p99'] as const;
type Aggregation = (typeof aggregations)[number];

const query = z.object({
  view: z.enum(['observations', 'scores-numeric', 'scores-categorical', 'scores-boolean']),
  dimensions: z.array(z.object({ field: z.string() })).default([]),
  metrics: z.array(z.object({ measure: z.string(), aggregation: z.enum(aggregations) })),
  filters: z.array(z.unknown()).default([]),
  timeDimension: z.object({ granularity: z.enum(['auto', 'minute', 'hour', 'day', 'week', 'month']) }).nullish(),
  fromTimestamp: z.iso.datetime({ offset: true }),
  toTimestamp: z.iso.datetime({ offset: true }),
  orderBy: z.array(z.object({ field: z.string(), direction: z.enum(['asc', 'desc']) })).nullish(),
  config: z.object({ row_limit: z.number().int().min(1).max(1000).optional() }).nullish(),
});

const schema = z.object({
  query: z
    .string()
    .transform((text) => JSON.parse(text) as unknown)
    .pipe(query),
});

type Query = z.output<typeof query>;
type Granularity = 'minute' | 'hour' | 'day' | 'week' | 'month';

interface Group {
  readonly dimensions: readonly Cell[];
  readonly time: number | null;
  readonly values: readonly (number | null)[][];
}

/** GET v2/metrics: aggregates over observations or scores. The old traces view does not exist here. */
export const queryMetricsV2: Handler = ({ options, dataset }, request) => {
  if (options.generation === 'legacy' || options.generation === 'eventsInLegacyMode') {
    throw notFound('v2 APIs are only available in a Langfuse v4 write mode.');
  }
  return queryMetrics(dataset, queryObject(request.query), options.numbersAsStrings);
};

/** @throws ApiError 400 on a query that the server would refuse */
export function queryMetrics(dataset: Dataset, parameters: unknown, numbersAsStrings: boolean): ApiAnswer {
  const { query: parsed } = parseRequest(schema, parameters);
  const from = Date.parse(parsed.fromTimestamp);
  const to = Date.parse(parsed.toTimestamp);
  if (from >= to) throw invalidRequest('fromTimestamp must be before toTimestamp');
  const rows =
    parsed.view === 'observations'
      ? groupObservations(dataset, parsed, from, to)
      : groupScores(dataset, parsed, from, to);
  const data = rows.sort(compareRows(parsed)).slice(0, parsed.config?.row_limit ?? 100);
  return { body: { data: numbersAsStrings ? data.map(quoteIntegers(parsed)) : data }, rows: data.length };
}

function groupObservations(dataset: Dataset, parsed: Query, from: number, to: number): Record<string, unknown>[] {
  const measures = pickMeasures(parsed, observationMeasures);
  const dimensions = pickDimensions(parsed, observationDimensions);
  const filters = parseFilters(JSON.stringify(parsed.filters));
  const bucketOf = bucketing(parsed, from, to);
  const groups = new Map<string, Group>();
  // Counting needs no row: a day-by-day count of a million rows stays cheap.
  const bare =
    filters.length === 0 && dimensions.length === 0 && parsed.metrics.every(({ measure }) => measure === 'count');
  const matches = toPredicate(filters);
  for (const position of dataset.positions({ from, to })) {
    const row = bare ? null : dataset.row(position);
    if (row !== null && !matches(row)) continue;
    const time = bucketOf?.(dataset.startTimeAt(position)) ?? null;
    addToGroup(
      groups,
      row === null ? [] : dimensions.map((read) => read(row)),
      time,
      row === null ? measures.map(() => 1) : measures.map(({ read }) => read(row)),
    );
  }
  return finish(groups, parsed, measures, bucketOf === null ? null : { bucketOf, from, to });
}

const scoresOfView: Readonly<Record<Query['view'], readonly ScoreDataType[]>> = {
  'scores-numeric': ['NUMERIC', 'BOOLEAN'],
  'scores-boolean': ['BOOLEAN'],
  'scores-categorical': ['CATEGORICAL'],
  observations: [],
};

function groupScores(dataset: Dataset, parsed: Query, from: number, to: number): Record<string, unknown>[] {
  const measures = pickMeasures(parsed, scoreMeasures);
  const dimensions = pickDimensions(parsed, scoreDimensions);
  const bucketOf = bucketing(parsed, from, to);
  const groups = new Map<string, Group>();
  for (const score of dataset.scores) {
    if (score.timestamp < from || score.timestamp >= to || !scoresOfView[parsed.view].includes(score.dataType))
      continue;
    addToGroup(
      groups,
      dimensions.map((read) => read(score)),
      bucketOf?.(score.timestamp) ?? null,
      measures.map(({ read }) => read(score)),
    );
  }
  return finish(groups, parsed, measures, bucketOf === null ? null : { bucketOf, from, to });
}

function addToGroup(
  groups: Map<string, Group>,
  dimensions: readonly Cell[],
  time: number | null,
  cells: readonly (number | null)[],
): void {
  const key = JSON.stringify([time, ...dimensions]);
  let group = groups.get(key);
  if (group === undefined) {
    group = { dimensions, time, values: cells.map(() => []) };
    groups.set(key, group);
  }
  cells.forEach((cell, index) => group.values[index]!.push(cell));
}

/** Gaps of a time series are filled with 0 counts and null costs, dimensions or not. */
function finish<T>(
  groups: Map<string, Group>,
  parsed: Query,
  measures: readonly Measure<T>[],
  series: { bucketOf: (time: number) => number; from: number; to: number } | null,
): Record<string, unknown>[] {
  const rows = [...groups.values()].map((group) => toRow(group, parsed, measures));
  if (series === null) return rows;
  const seen = new Set([...groups.values()].map(({ time }) => time));
  for (
    let time = series.bucketOf(series.from);
    time < series.bucketOf(series.to);
    time = nextBucket(series.bucketOf, time)
  ) {
    if (seen.has(time)) continue;
    rows.push(
      toRow({ dimensions: parsed.dimensions.map(() => null), time, values: measures.map(() => []) }, parsed, measures),
    );
  }
  return rows;
}

function toRow<T>(group: Group, parsed: Query, measures: readonly Measure<T>[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  if (group.time !== null) row.time_dimension = new Date(group.time).toISOString().replace('.000Z', 'Z');
  parsed.dimensions.forEach(({ field }, index) => (row[field] = group.dimensions[index]));
  parsed.metrics.forEach(({ measure, aggregation }, index) => {
    row[`${aggregation}_${measure}`] = aggregate(group.values[index]!, aggregation, measures[index]!.integer);
  });
  return row;
}

function aggregate(cells: readonly (number | null)[], aggregation: Aggregation, integer: boolean): number | null {
  if (aggregation === 'count') return cells.length;
  const values = cells.filter((cell) => cell !== null);
  const sum = values.reduce((total, value) => total + value, 0);
  if (aggregation === 'sum') return cells.length === 0 && !integer ? null : sum;
  if (values.length === 0) return null;
  if (aggregation === 'avg') return sum / values.length;
  return quantile(values, quantiles[aggregation]);
}

const quantiles = { min: 0, p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99, max: 1 } as const;

/** Linear between the neighbours, as ClickHouse's quantile. */
function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)]!;
  const high = sorted[Math.ceil(place)]!;
  return low + (high - low) * (place - Math.floor(place));
}

function pickMeasures<T>(parsed: Query, known: Readonly<Record<string, Measure<T>>>): readonly Measure<T>[] {
  return parsed.metrics.map(({ measure }) => {
    const found = Object.hasOwn(known, measure) ? known[measure] : undefined;
    if (found === undefined)
      throw invalidRequest(`Invalid metric ${measure}. Must be one of ${Object.keys(known).join(',')}`);
    return found;
  });
}

const highCardinality = ['id', 'traceId', 'userId', 'sessionId', 'parentObservationId', 'observationId'];

function pickDimensions<T extends Observation | Score>(
  parsed: Query,
  known: Readonly<Record<string, (row: T) => Cell>>,
): readonly ((row: T) => Cell)[] {
  return parsed.dimensions.map(({ field }) => {
    if (highCardinality.includes(field))
      throw invalidRequest(`Dimension ${field} has a high cardinality and cannot be grouped by.`);
    const read = Object.hasOwn(known, field) ? known[field] : undefined;
    if (read === undefined)
      throw invalidRequest(`Invalid dimension ${field}. Must be one of ${Object.keys(known).join(',')}`);
    return read;
  });
}

const spans: Readonly<Record<'minute' | 'hour' | 'day', number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** UTC buckets; null without a time dimension. */
function bucketing(parsed: Query, from: number, to: number): ((time: number) => number) | null {
  if (parsed.timeDimension == null) return null;
  const { granularity } = parsed.timeDimension;
  return bucketStart(granularity === 'auto' ? automatic(to - from) : granularity);
}

function automatic(span: number): Granularity {
  if (span <= 2 * spans.hour) return 'minute';
  return span <= 3 * spans.day ? 'hour' : 'day';
}

function bucketStart(granularity: Granularity): (time: number) => number {
  if (granularity === 'month') {
    return (time) => Date.UTC(new Date(time).getUTCFullYear(), new Date(time).getUTCMonth());
  }
  // Weeks start on Monday; 1970-01-05 was one.
  const span = granularity === 'week' ? 7 * spans.day : spans[granularity];
  const origin = granularity === 'week' ? 4 * spans.day : 0;
  return (time) => Math.floor((time - origin) / span) * span + origin;
}

function nextBucket(bucketOf: (time: number) => number, time: number): number {
  let next = time + spans.minute;
  for (let step = spans.minute; bucketOf(next) === time; step *= 2) next += step;
  return bucketOf(next);
}

/** Time series come in time's order, other groups by the first metric, largest first, unless asked otherwise. */
function compareRows(parsed: Query): (a: Record<string, unknown>, b: Record<string, unknown>) => number {
  const first = parsed.metrics[0];
  const byMetric =
    first === undefined ? [] : [{ field: `${first.aggregation}_${first.measure}`, direction: 'desc' as const }];
  const order =
    parsed.orderBy ??
    (parsed.timeDimension == null ? byMetric : [{ field: 'time_dimension', direction: 'asc' as const }]);
  return (a, b) => {
    for (const { field, direction } of order) {
      const result = compareCells(a[field], b[field]);
      if (result !== 0) return direction === 'asc' ? result : -result;
    }
    return 0;
  };
}

function compareCells(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

/** Older ClickHouse settings quote 64-bit integers: counts and sums of tokens. */
function quoteIntegers(parsed: Query): (row: Record<string, unknown>) => Record<string, unknown> {
  const quoted = parsed.metrics
    .filter(
      ({ measure, aggregation }) => aggregation === 'count' || (aggregation === 'sum' && measure.endsWith('Tokens')),
    )
    .map(({ measure, aggregation }) => `${aggregation}_${measure}`);
  return (row) => ({ ...row, ...Object.fromEntries(quoted.map((key) => [key, String(row[key])])) });
}
