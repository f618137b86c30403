import { z } from 'zod';
import { newestRows, type Dataset } from '../data/dataset.ts';
import { notFound } from '../http/apiError.ts';
import { parseRequest, queryObject } from '../http/query.ts';
import { parseFilters, toPredicate, type Filter } from './filters.ts';
import {
  legacyRowsOf,
  toLegacyObservation,
  toLegacyScore,
  toLegacyTrace,
  traceFromRows,
  traceMetrics,
} from './legacyRows.ts';
import { queryMetrics } from './metrics.ts';
import { iso } from './wire.ts';
import type { Score, Trace } from '../data/types.ts';
import type { ApiAnswer, Handler } from './handler.ts';

const time = z.iso.datetime({ offset: true });
const list = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value));
const paging = { page: z.coerce.number().min(1).default(1), limit: z.coerce.number().min(1).max(100).default(50) };

interface Paging {
  readonly page: number;
  readonly limit: number;
}

/** Offset paging with a full count: what moves, shifts the pages. */
function answerPage<T>(items: readonly T[], { page, limit }: Paging, toWire: (item: T) => object): ApiAnswer {
  const data = items.slice((page - 1) * limit, page * limit).map(toWire);
  const meta = { page, limit, totalItems: items.length, totalPages: Math.ceil(items.length / limit) };
  return { body: { data, meta }, rows: data.length };
}

const tracesSchema = z.object({
  ...paging,
  fields: z.string().optional(),
  userId: z.string().optional(),
  name: z.string().optional(),
  sessionId: z.string().optional(),
  version: z.string().optional(),
  release: z.string().optional(),
  tags: list.optional(),
  environment: list.optional(),
  fromTimestamp: time.optional(),
  toTimestamp: time.optional(),
  orderBy: z.string().optional(),
});

/** GET traces: one row a trace, by default newest first, with the groups asked for. */
export const listTraces: Handler = ({ options, dataset }, request) => {
  const query = parseRequest(tracesSchema, queryObject(request.query));
  const from = query.fromTimestamp === undefined ? -Infinity : Date.parse(query.fromTimestamp);
  const to = query.toTimestamp === undefined ? Infinity : Date.parse(query.toTimestamp);
  const found = allTraces(dataset).filter(
    (trace) =>
      trace.timestamp >= from &&
      trace.timestamp < to &&
      (['userId', 'name', 'sessionId', 'version', 'release'] as const).every(
        (key) => query[key] === undefined || trace[key] === query[key],
      ) &&
      (query.tags ?? []).every((tag) => trace.tags.includes(tag)) &&
      (query.environment?.includes(trace.environment) ?? true),
  );
  const groups = new Set(query.fields?.split(',') ?? ['core', 'io', 'scores', 'observations', 'metrics']);
  const scores = groups.has('scores') ? scoresByTrace(dataset) : new Map<string, string[]>();
  return answerPage(found.sort(compareTraces(query.orderBy)), query, (trace) => {
    const rows = groups.has('observations') || groups.has('metrics') ? legacyRowsOf(dataset, trace.id) : [];
    return {
      ...toLegacyTrace(trace, options.projectId, groups.has('io')),
      observations: groups.has('observations') ? rows.map(({ id }) => id) : [],
      scores: scores.get(trace.id) ?? [],
      ...(groups.has('metrics') ? traceMetrics(rows) : { totalCost: -1, latency: -1 }),
      htmlPath: `/project/${options.projectId}/traces/${trace.id}`,
    };
  });
};

/** GET traces/{id}: everything at once, unpaged. */
export const getTrace: Handler = ({ options, dataset }, _request, id) => {
  const rows = legacyRowsOf(dataset, id);
  const trace = dataset.trace(id) ?? traceFromRows(id, rows);
  if (trace === undefined) throw notFound(`Trace ${id} not found within authorized project`);
  const scores = dataset.scores.filter(({ traceId }) => traceId === id);
  return {
    body: {
      ...toLegacyTrace(trace, options.projectId, true),
      scores: scores.map((score) => toLegacyScore(score, options.projectId, trace, 1)),
      observations: rows.map((row) => toLegacyObservation(row, options.projectId)),
      htmlPath: `/project/${options.projectId}/traces/${id}`,
      ...traceMetrics(rows),
    },
    rows: rows.length,
  };
};

const observationsSchema = z.object({
  ...paging,
  name: z.string().optional(),
  userId: z.string().optional(),
  type: z.string().optional(),
  level: z.string().optional(),
  traceId: z.string().optional(),
  version: z.string().optional(),
  parentObservationId: z.string().optional(),
  environment: list.optional(),
  fromStartTime: time.optional(),
  toStartTime: time.optional(),
  filter: z.string().optional(),
});

/** GET observations: newest first, no other order, no choice of fields. */
export const listObservations: Handler = ({ options, dataset }, request) => {
  const query = parseRequest(observationsSchema, queryObject(request.query));
  const simple = (['name', 'userId', 'type', 'level', 'traceId', 'version', 'parentObservationId'] as const).flatMap(
    (column): Filter[] => {
      const value = query[column];
      return value === undefined ? [] : [{ type: 'string', column, operator: '=', value }];
    },
  );
  const environments: Filter[] =
    query.environment === undefined
      ? []
      : [{ type: 'stringOptions', column: 'environment', operator: 'any of', value: query.environment }];
  const filters = [...simple, ...environments, ...parseFilters(query.filter)];
  const matches = toPredicate(filters);
  const range = {
    from: query.fromStartTime === undefined ? undefined : Date.parse(query.fromStartTime),
    to: query.toStartTime === undefined ? undefined : Date.parse(query.toStartTime),
  };
  const positions: number[] = [];
  const seen = new Set<string>();
  for (const position of dataset.positions(range)) {
    if (filters.length > 0 || dataset.mayHoldCopies) {
      const row = dataset.row(position);
      const key = JSON.stringify([row.traceId, row.id]);
      if (
        row.synthetic ||
        !matches(row) ||
        seen.has(key) ||
        newestRows(dataset.rowsOfTrace(row.traceId)).get(row.id) !== row
      )
        continue;
      seen.add(key);
    }
    positions.push(position);
  }
  return answerPage(positions, query, (position) => toLegacyObservation(dataset.row(position), options.projectId));
};

/** GET observations/{id}. */
export const getObservation: Handler = ({ options, dataset }, _request, id) => {
  for (const position of dataset.positions({})) {
    const row = dataset.row(position);
    if (row.id !== id || row.synthetic) continue;
    return {
      body: toLegacyObservation(newestRows(dataset.rowsOfTrace(row.traceId)).get(id) ?? row, options.projectId),
      rows: 1,
    };
  }
  throw notFound(`Observation with id ${id} not found`);
};

/** GET sessions: ids that traces carry, newest first. */
export const listSessions: Handler = ({ options, dataset }, request) => {
  const query = parseRequest(
    z.object({ ...paging, fromTimestamp: time.optional(), toTimestamp: time.optional() }),
    queryObject(request.query),
  );
  const from = query.fromTimestamp === undefined ? -Infinity : Date.parse(query.fromTimestamp);
  const to = query.toTimestamp === undefined ? Infinity : Date.parse(query.toTimestamp);
  const sessions = new Map<string, Trace>();
  for (const trace of allTraces(dataset)) {
    const known = sessions.get(trace.sessionId);
    if (trace.sessionId !== '' && (known === undefined || trace.createdAt < known.createdAt))
      sessions.set(trace.sessionId, trace);
  }
  const found = [...sessions.values()].filter(({ createdAt }) => createdAt >= from && createdAt < to);
  return answerPage(
    found.sort((a, b) => b.createdAt - a.createdAt),
    query,
    (trace) => toSession(trace, options.projectId),
  );
};

/** GET sessions/{id}: with all its traces, unpaged. */
export const getSession: Handler = ({ options, dataset }, _request, id) => {
  const traces = allTraces(dataset).filter(({ sessionId }) => sessionId === id);
  const first = [...traces].sort((a, b) => a.createdAt - b.createdAt)[0];
  if (first === undefined) throw notFound('Session not found');
  const body = {
    ...toSession(first, options.projectId),
    traces: traces.map((trace) => toLegacyTrace(trace, options.projectId, true)),
  };
  return { body, rows: traces.length };
};

function toSession(trace: Trace, projectId: string): Record<string, unknown> {
  return { id: trace.sessionId, createdAt: iso(trace.createdAt), projectId, environment: trace.environment };
}

const scoresSchema = z.object({
  ...paging,
  name: z.string().optional(),
  source: z.string().optional(),
  dataType: z.string().optional(),
  traceId: z.string().optional(),
  sessionId: z.string().optional(),
  environment: list.optional(),
  fromTimestamp: time.optional(),
  toTimestamp: time.optional(),
});

/** GET v2/scores. */
export const listScoresV2: Handler = (...call) => listScores(2, ...call);
/** GET scores: of traces and observations alone. */
export const listScoresV1: Handler = (...call) => listScores(1, ...call);

function listScores(version: 1 | 2, ...[{ options, dataset }, request]: Parameters<Handler>): ApiAnswer {
  const query = parseRequest(scoresSchema, queryObject(request.query));
  const from = query.fromTimestamp === undefined ? -Infinity : Date.parse(query.fromTimestamp);
  const to = query.toTimestamp === undefined ? Infinity : Date.parse(query.toTimestamp);
  const found = dataset.scores.filter(
    (score) =>
      score.timestamp >= from &&
      score.timestamp < to &&
      (version === 2 || score.traceId !== null) &&
      (['name', 'source', 'dataType', 'traceId', 'sessionId'] as const).every(
        (key) => query[key] === undefined || score[key] === query[key],
      ) &&
      (query.environment?.includes(score.environment) ?? true),
  );
  return answerPage(found, query, (score) => toLegacyScore(score, options.projectId, traceOf(dataset, score), version));
}

/** GET v2/scores/{id}. */
export const getScore: Handler = ({ options, dataset }, _request, id) => {
  const score = dataset.scores.find((candidate) => candidate.id === id);
  if (score === undefined) throw notFound('Score not found');
  return { body: toLegacyScore(score, options.projectId, traceOf(dataset, score), 2), rows: 1 };
};

/** GET metrics: the first generation's query endpoint. */
export const queryMetricsV1: Handler = ({ dataset }, request) =>
  queryMetrics(dataset, queryObject(request.query), false);

const dailySchema = z.object({
  ...paging,
  fromTimestamp: time.optional(),
  toTimestamp: time.optional(),
});

interface Day {
  readonly traces: Set<string>;
  countObservations: number;
  totalCost: number;
  readonly usage: Map<string | null, ModelDay>;
}

interface ModelDay {
  readonly model: string | null;
  inputUsage: number;
  outputUsage: number;
  totalUsage: number;
  totalCost: number;
  countObservations: number;
  readonly traces: Set<string>;
}

/** GET metrics/daily: counts, cost and usage of each UTC day, newest first. */
export const listDailyMetrics: Handler = ({ dataset }, request) => {
  const query = parseRequest(dailySchema, queryObject(request.query));
  const from = query.fromTimestamp === undefined ? -Infinity : Date.parse(query.fromTimestamp);
  const to = query.toTimestamp === undefined ? Infinity : Date.parse(query.toTimestamp);
  const days = new Map<string, Day>();
  for (const trace of allTraces(dataset)) {
    if (trace.timestamp < from || trace.timestamp >= to) continue;
    const date = iso(trace.timestamp).slice(0, 10);
    const day = days.get(date) ?? {
      traces: new Set(),
      countObservations: 0,
      totalCost: 0,
      usage: new Map<string | null, ModelDay>(),
    };
    days.set(date, day);
    day.traces.add(trace.id);
    for (const row of legacyRowsOf(dataset, trace.id)) addToDay(day, toLegacyObservation(row, ''), trace.id);
  }
  const newestFirst = [...days].sort(([a], [b]) => (a < b ? 1 : -1));
  return answerPage(newestFirst, query, ([date, day]) => ({
    date,
    countTraces: day.traces.size,
    countObservations: day.countObservations,
    totalCost: day.totalCost,
    usage: [...day.usage.values()].map(({ traces, ...usage }) => ({ ...usage, countTraces: traces.size })),
  }));
};

function addToDay(day: Day, row: Record<string, unknown>, traceId: string): void {
  day.countObservations++;
  day.totalCost += row.calculatedTotalCost as number;
  const model = row.model as string | null;
  const usage = day.usage.get(model) ?? {
    model,
    inputUsage: 0,
    outputUsage: 0,
    totalUsage: 0,
    totalCost: 0,
    countObservations: 0,
    traces: new Set<string>(),
  };
  day.usage.set(model, usage);
  usage.inputUsage += row.promptTokens as number;
  usage.outputUsage += row.completionTokens as number;
  usage.totalUsage += row.totalTokens as number;
  usage.totalCost += row.calculatedTotalCost as number;
  usage.countObservations++;
  usage.traces.add(traceId);
}

function allTraces(dataset: Dataset): Trace[] {
  return [...dataset.traceIds()].flatMap(
    (id) => dataset.trace(id) ?? traceFromRows(id, legacyRowsOf(dataset, id)) ?? [],
  );
}

function traceOf(dataset: Dataset, score: Score): Trace | undefined {
  return score.traceId === null ? undefined : dataset.trace(score.traceId);
}

function scoresByTrace(dataset: Dataset): Map<string, string[]> {
  const byTrace = new Map<string, string[]>();
  for (const { id, traceId } of dataset.scores) {
    if (traceId === null) continue;
    const known = byTrace.get(traceId);
    if (known === undefined) byTrace.set(traceId, [id]);
    else known.push(id);
  }
  return byTrace;
}

const traceOrders = [
  'id',
  'timestamp',
  'name',
  'userId',
  'release',
  'version',
  'public',
  'bookmarked',
  'sessionId',
] as const;

/** `field.asc` or `field.desc`; newest first by default. Ties keep a stable order by id. */
function compareTraces(orderBy = 'timestamp.desc'): (a: Trace, b: Trace) => number {
  const [field, direction] = orderBy.split('.');
  const key = traceOrders.find((name) => name === field) ?? 'timestamp';
  const sign = direction === 'asc' ? 1 : -1;
  return (a, b) => {
    if (a[key] !== b[key]) return a[key] < b[key] ? -sign : sign;
    return a.id < b.id ? -sign : sign;
  };
}
