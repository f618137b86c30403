import { sql, type Kysely, type RawBuilder, type SelectQueryBuilder } from 'kysely';
import type { MetricsSchema } from '../schema.ts';
import type { SqlDialect } from '../sqlDialect.ts';
import type { UsageMeasures } from './usageRows.ts';

type Nullable<T> = { [K in keyof T]: T[K] | null };

/** Calls and fallbacks beside the traces that they belong to. */
export interface CallTables extends MetricsSchema {
  call: MetricsSchema['llm_generations'];
  event: MetricsSchema['llm_events'];
  trace: Nullable<MetricsSchema['llm_traces']>;
}

export type CallsQuery = SelectQueryBuilder<CallTables, 'call' | 'trace', object>;
export type FallbacksQuery = SelectQueryBuilder<CallTables, 'event' | 'trace', object>;

/**
 * What a call is filtered and grouped by, where that is no column of its own: legacy servers say a
 * trace's name, user and session of the trace alone.
 */
export const callColumns = {
  traceName: sql<string | null>`coalesce(trace.name, call.trace_name)`,
  user: sql<string | null>`coalesce(call.user_id, trace.user_id)`,
  session: sql<string | null>`coalesce(call.session_id, trace.session_id)`,
  kind: sql<'call' | 'embedding'>`CASE WHEN call.observation_type = 'EMBEDDING' THEN 'embedding' ELSE 'call' END`,
} satisfies Record<string, RawBuilder<string | null>>;

/** All calls, each with its trace. */
export function allCalls(db: Kysely<MetricsSchema>): CallsQuery {
  return db
    .selectFrom('llm_generations as call')
    .leftJoin('llm_traces as trace', (join) =>
      join.onRef('trace.id', '=', 'call.trace_id').onRef('trace.project_id', '=', 'call.project_id'),
    );
}

/** All fallbacks, each with its trace. The plan's fallback_success is the end of one, not another. */
export function allFallbacks(db: Kysely<MetricsSchema>): FallbacksQuery {
  const query = db
    .selectFrom('llm_events as event')
    .leftJoin('llm_traces as trace', (join) =>
      join.onRef('trace.id', '=', 'event.trace_id').onRef('trace.project_id', '=', 'event.project_id'),
    )
    .where('event.event_type', '=', 'fallback')
    .where('event.event_name', '!=', 'fallback_success');
  return query;
}

/** What calls amount to, by the names of usage_rollups; latencies as a text of seconds with blanks between. */
export interface CallSums extends Omit<UsageMeasures, 'fallbacks' | 'latency_sketch' | 'first_token_sketch'> {
  readonly latencies: string | null;
  readonly first_tokens: string | null;
}

/** Selects these sums of a group of calls: their one definition. */
export function selectSums<Output>(
  query: SelectQueryBuilder<CallTables, 'call' | 'trace', Output>,
  dialect: SqlDialect,
): SelectQueryBuilder<CallTables, 'call' | 'trace', Output & CallSums> {
  const timed = sql`call.output_tokens IS NOT NULL AND call.latency_seconds > 0`;
  return query.select([
    sql<number>`count(*)`.as('calls'),
    sql<number>`count(CASE WHEN call.level = 'ERROR' THEN 1 END)`.as('errors'),
    sql<number>`count(CASE WHEN call.is_primary = ${0} THEN 1 END)`.as('not_primary'),
    sql<number>`count(call.total_tokens)`.as('calls_with_tokens'),
    sql<number | null>`sum(call.input_tokens)`.as('input_tokens'),
    sql<number | null>`sum(call.cached_tokens)`.as('cached_tokens'),
    sql<number | null>`sum(call.output_tokens)`.as('output_tokens'),
    sql<number | null>`sum(call.reasoning_tokens)`.as('reasoning_tokens'),
    sql<number | null>`sum(call.total_tokens)`.as('total_tokens'),
    sql<number>`count(call.cost_usd)`.as('calls_with_cost'),
    sql<number | null>`sum(call.cost_usd)`.as('cost_usd'),
    sql<number | null>`sum(call.input_cost_usd)`.as('input_cost_usd'),
    sql<number | null>`sum(call.output_cost_usd)`.as('output_cost_usd'),
    sql<number | null>`sum(${dialect.cacheReads(sql.ref('call.cost_details'))})`.as('cached_cost_usd'),
    sql<number>`coalesce(sum(CASE WHEN ${timed} THEN call.output_tokens END), 0)`.as('timed_output_tokens'),
    sql<number>`coalesce(sum(CASE WHEN ${timed} THEN call.latency_seconds END), 0)`.as('output_seconds'),
    sql<number>`coalesce(sum(call.latency_seconds), 0)`.as('latency_seconds'),
    sql<number>`coalesce(sum(call.time_to_first_token_seconds), 0)`.as('first_token_seconds'),
    dialect.joined(sql.ref('call.latency_seconds')).as('latencies'),
    dialect.joined(sql.ref('call.time_to_first_token_seconds')).as('first_tokens'),
  ]);
}
