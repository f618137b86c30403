import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import type { Scope, ScopeFilters } from '../../../protocol/scope.ts';
import type { QuestionContext } from '../../questions/question.ts';
import { allCalls, callColumns, type CallsQuery, type CallTables } from '../../store/rollups/calls.ts';
import type { SqlDialect } from '../../store/sqlDialect.ts';

type Expressions = ExpressionBuilder<CallTables, 'call' | 'trace'>;
type Condition = Expression<SqlBool>;

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
