import {
  sql,
  type Expression,
  type ExpressionBuilder,
  type Kysely,
  type RawBuilder,
  type SelectQueryBuilder,
  type SqlBool,
} from 'kysely';
import type { Scope, ScopeFilters } from '../../../protocol/scope.ts';
import type { QuestionContext } from '../../questions/question.ts';
import type { MetricsSchema } from '../../store/schema.ts';
import type { SqlDialect } from '../../store/sqlDialect.ts';

type Nullable<T> = { [K in keyof T]: T[K] | null };

/** Calls beside the traces that they belong to. */
interface CallTables extends MetricsSchema {
  call: MetricsSchema['llm_generations'];
  trace: Nullable<MetricsSchema['llm_traces']>;
}

export type CallsQuery = SelectQueryBuilder<CallTables, 'call' | 'trace', object>;
type Expressions = ExpressionBuilder<CallTables, 'call' | 'trace'>;
type Condition = Expression<SqlBool>;

/**
 * What a call is filtered and grouped by, where that is no column of its own: legacy servers say a
 * trace's name, user and session of the trace alone.
 */
export const callColumns = {
  traceName: sql<string | null>`coalesce(trace.name, call.trace_name)`,
  user: sql<string | null>`coalesce(call.user_id, trace.user_id)`,
  session: sql<string | null>`coalesce(call.session_id, trace.session_id)`,
} satisfies Record<string, RawBuilder<string | null>>;

/** All calls, each with its trace. */
export function allCalls(db: Kysely<MetricsSchema>): CallsQuery {
  return db
    .selectFrom('llm_generations as call')
    .leftJoin('llm_traces as trace', (join) =>
      join.onRef('trace.id', '=', 'call.trace_id').onRef('trace.project_id', '=', 'call.project_id'),
    );
}

/** The calls of a scope, row by row: for what rollups do not hold. */
export function callsInScope(context: Pick<QuestionContext, 'db' | 'dialect'>, scope: Scope): CallsQuery {
  const { range, projectId, filters } = scope;
  return allCalls(context.db)
    .where('call.created_at', '>=', range.start)
    .where('call.created_at', '<', range.end)
    .$if(projectId != null, (query) => query.where('call.project_id', '=', projectId ?? ''))
    .where((eb) => eb.and(conditions(eb, context.dialect, filters ?? {})));
}

function conditions(eb: Expressions, dialect: SqlDialect, filters: ScopeFilters): Condition[] {
  const { models, providers, prompts, promptVersions, environments, traceNames, users, sessions } = filters;
  const { agents, tags } = filters;
  const all: (Condition | undefined)[] = [
    models && eb('call.model', 'in', models),
    providers && eb('call.provider', 'in', providers),
    prompts && eb('call.prompt_name', 'in', prompts),
    promptVersions && eb('call.prompt_version', 'in', promptVersions),
    environments && eb('call.environment', 'in', environments),
    traceNames && eb(callColumns.traceName, 'in', traceNames),
    users && eb(callColumns.user, 'in', users),
    sessions && eb(callColumns.session, 'in', sessions),
    tags &&
      sql<SqlBool>`(${dialect.holdsAny(eb.ref('call.tags'), tags)} OR ${dialect.holdsAny(sql.ref('trace.tags'), tags)})`,
    // Ids of traces are unique across projects; a task that a script recorded has none of theirs.
    agents &&
      eb(
        'call.trace_id',
        'in',
        eb.selectFrom('agent_task_results as task').select('task.trace_id').where('task.agent_name', 'in', agents),
      ),
  ];
  return all.filter((condition) => condition !== undefined);
}
