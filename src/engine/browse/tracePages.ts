import { sql, type Expression, type ExpressionBuilder, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import * as z from 'zod';
import type { TraceFilter, TraceOrder, TracePage, TraceSummary } from '../../protocol/browse.ts';
import type { MetricsSchema } from '../store/schema.ts';
import { decodeCursor, encodeCursor } from '../questions/cursor.ts';
import type { Database } from './database.ts';
import { traceConditions, type Traces } from './traceFilter.ts';

export const summaryColumns = [
  't.project_id',
  't.id',
  't.name',
  't.created_at',
  't.latency_seconds',
  't.total_cost_usd',
  't.total_tokens',
  't.total_observations',
  't.total_generations',
  't.error_count',
  't.user_id',
  't.session_id',
  't.environment',
  't.tags',
] as const;

interface SummaryRow {
  readonly project_id: string;
  readonly id: string;
  readonly name: string | null;
  readonly created_at: string;
  readonly latency_seconds: number | null;
  readonly total_cost_usd: number | null;
  readonly total_tokens: number | null;
  readonly total_observations: number;
  readonly total_generations: number;
  readonly error_count: number;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly environment: string;
  readonly tags: string;
}

export function traceSummary(row: SummaryRow, fallbacks: number): TraceSummary {
  return {
    projectId: row.project_id,
    id: row.id,
    name: row.name,
    startedAt: row.created_at,
    durationSeconds: row.latency_seconds,
    costUsd: row.total_cost_usd,
    tokens: row.total_tokens,
    observations: row.total_observations,
    generations: row.total_generations,
    errors: row.error_count,
    fallbacks,
    userId: row.user_id,
    sessionId: row.session_id,
    environment: row.environment,
    tags: JSON.parse(row.tags) as string[],
  };
}

/** What a page is ordered by, greatest first; ids decide among equals. Unknown values come last, as -1. */
const orderings: Record<TraceOrder, RawBuilder<string | number>> = {
  newest: sql<string>`t.created_at`,
  dearest: sql<number>`coalesce(t.total_cost_usd, -1)`,
  slowest: sql<number>`coalesce(t.latency_seconds, -1)`,
};

const position = z.tuple([z.union([z.string(), z.number()]), z.string(), z.string()]);

function beyond(eb: ExpressionBuilder<MetricsSchema, never>, order: TraceOrder, cursor: string): Expression<SqlBool> {
  const [value, id, projectId] = decodeCursor(cursor, position);
  const column = orderings[order];
  const same = sql<SqlBool>`${column} = ${value}`;
  const after = eb.or([
    sql<SqlBool>`${column} < ${value}`,
    eb.and([same, sql<SqlBool>`t.id < ${id}`]),
    eb.and([same, sql<SqlBool>`t.id = ${id}`, sql<SqlBool>`t.project_id < ${projectId}`]),
  ]);
  // Says once more what the alternatives share, so that an index on the column can begin there.
  return eb.and([sql<SqlBool>`${column} <= ${value}`, after]);
}

/** Fallbacks by trace, of the traces that have events. */
export async function countFallbacks(
  db: Kysely<MetricsSchema>,
  traceIds: readonly string[],
): Promise<(projectId: string, traceId: string) => number> {
  const rows = await db
    .selectFrom('llm_events')
    .select((eb) => ['project_id', 'trace_id', eb.fn.countAll<number>().as('fallbacks')])
    .where('trace_id', 'in', traceIds)
    .where('event_type', '=', 'fallback')
    .where('event_name', '!=', 'fallback_success')
    .groupBy(['project_id', 'trace_id'])
    .execute();
  const counts = new Map(rows.map((row) => [`${row.project_id}\u0000${row.trace_id}`, row.fallbacks]));
  return (projectId, traceId) => counts.get(`${projectId}\u0000${traceId}`) ?? 0;
}

export interface TracePageQuery {
  readonly filter: TraceFilter;
  /** Beside the filter: the group that is paged through. */
  readonly within: ((eb: Traces) => Expression<SqlBool>) | null;
  readonly order: TraceOrder;
  readonly limit: number;
  readonly cursor: string | null;
}

/** One page of traces, by keyset: the cost of a page does not grow with the pages before it. */
export async function tracePage({ db, dialect }: Database, query: TracePageQuery): Promise<TracePage> {
  const { filter, within, order, limit, cursor } = query;
  let select = db
    .selectFrom('llm_traces as t')
    .select([...summaryColumns, 't.total_events', orderings[order].as('position')])
    .where((eb) => traceConditions(eb, dialect, filter))
    .orderBy(orderings[order], 'desc')
    .orderBy('t.id', 'desc')
    .orderBy('t.project_id', 'desc')
    .limit(limit + 1);
  if (within !== null) {
    select = select.where(within);
  }
  if (cursor !== null) {
    select = select.where((eb) => beyond(eb as never, order, cursor));
  }
  const rows = await select.execute();
  const page = rows.slice(0, limit);
  const fallbacksOf = await countFallbacks(
    db,
    page.filter((row) => row.total_events > 0).map((row) => row.id),
  );
  const last = page.at(-1);
  return {
    traces: page.map((row) => traceSummary(row, fallbacksOf(row.project_id, row.id))),
    nextCursor:
      rows.length > limit && last !== undefined ? encodeCursor([last.position, last.id, last.project_id]) : null,
  };
}

export async function traceCount({ db, dialect }: Database, filter: TraceFilter): Promise<number> {
  const row = await db
    .selectFrom('llm_traces as t')
    .select((eb) => eb.fn.countAll<number>().as('traces'))
    .where((eb) => traceConditions(eb, dialect, filter))
    .executeTakeFirstOrThrow();
  return row.traces;
}
