import { sql, type Expression, type ExpressionBuilder, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type { Scope, ScopeFilters } from '../../../protocol/scope.ts';
import type { QuestionContext } from '../../questions/question.ts';
import { recordedProject } from '../../record/recordedRows.ts';
import type { MetricsSchema } from '../../store/schema.ts';
import type { SqlDialect } from '../../store/sqlDialect.ts';

type Nullable<T> = { [K in keyof T]: T[K] | null };

interface TaskTables extends MetricsSchema {
  task: MetricsSchema['agent_task_results'];
  derived: Nullable<MetricsSchema['agent_task_results']>;
}

export type TasksQuery = SelectQueryBuilder<TaskTables, 'task' | 'derived', object>;
type Expressions = ExpressionBuilder<TaskTables, 'task' | 'derived'>;
type Condition = Expression<SqlBool>;

type Measured =
  | 'duration_seconds'
  | 'quality_score'
  | 'confidence_score'
  | 'total_cost_usd'
  | 'total_tokens'
  | 'llm_calls_count'
  | 'fallback_count';

/** Written out, as a partial index serves only questions that name its condition. */
const recorded = sql.lit(recordedProject);

/** A measure of a task: what its script recorded, else what its exported trace says. */
export const measured = (eb: Expressions, column: Measured): Expression<number | null> =>
  eb.fn.coalesce(`task.${column}`, `derived.${column}`);

/**
 * The tasks of a scope, as `task`. A task that a script recorded of an exported trace stands in place of
 * the one `derived` from that trace for the same agent, and takes from it what the script did not say.
 * Filters on models, providers and prompts keep tasks with such a call; those on users, sessions, tags,
 * trace names and environments ask the task's trace, so a recorded task without one is left out.
 */
export function tasksInScope({ db, dialect }: Pick<QuestionContext, 'db' | 'dialect'>, scope: Scope): TasksQuery {
  const { range, projectId, filters = {} } = scope;
  return db
    .selectFrom('agent_task_results as task')
    .leftJoin('agent_task_results as derived', (join) =>
      join
        // Null for all but recorded tasks: for the others nothing is looked up.
        .on('derived.task_id', '=', sql`CASE WHEN task.project_id = ${recorded} THEN task.trace_id END`)
        // An expression, so that SQLite looks for the one row of the id rather than through all of the agent.
        .on(sql`derived.agent_name || ''`, '=', sql.ref('task.agent_name'))
        .on('derived.project_id', '!=', recorded),
    )
    .where('task.started_at', '>=', range.start)
    .where('task.started_at', '<', range.end)
    .$if(projectId != null, (query) =>
      query.where((eb) =>
        eb.or([eb('task.project_id', '=', projectId ?? ''), eb('derived.project_id', '=', projectId ?? '')]),
      ),
    )
    .where((eb) =>
      eb.and([
        notReplaced(eb, scope),
        ...agentCondition(eb, filters),
        ...traceCondition(eb, dialect, filters),
        ...callCondition(eb, filters),
      ]),
    );
}

/** Looked for among the recorded tasks of the same range: no index leads from a trace to all of its tasks. */
function notReplaced(eb: Expressions, { range }: Scope): Condition {
  const replaced = eb
    .selectFrom('agent_task_results as recorded')
    .select(['recorded.trace_id', 'recorded.agent_name'])
    .where('recorded.started_at', '>=', range.start)
    .where('recorded.started_at', '<', range.end)
    .where('recorded.project_id', '=', recorded)
    .where('recorded.trace_id', 'is not', null);
  return eb.or([
    eb('task.project_id', '=', recorded),
    sql<SqlBool>`(task.trace_id, task.agent_name) NOT IN (${replaced})`,
  ]);
}

function agentCondition(eb: Expressions, { agents }: ScopeFilters): Condition[] {
  return agents === undefined ? [] : [eb('task.agent_name', 'in', agents)];
}

function traceCondition(eb: Expressions, dialect: SqlDialect, filters: ScopeFilters): Condition[] {
  const { environments, users, sessions, traceNames, tags } = filters;
  if ([environments, users, sessions, traceNames, tags].every((filter) => filter === undefined)) {
    return [];
  }
  const trace = eb
    .selectFrom('llm_traces as trace')
    .select(sql`1`.as('found'))
    .where('trace.id', '=', eb.ref('task.trace_id'))
    .$if(environments !== undefined, (query) => query.where('trace.environment', 'in', environments ?? []))
    .$if(users !== undefined, (query) => query.where('trace.user_id', 'in', users ?? []))
    .$if(sessions !== undefined, (query) => query.where('trace.session_id', 'in', sessions ?? []))
    .$if(traceNames !== undefined, (query) => query.where('trace.name', 'in', traceNames ?? []))
    .$if(tags !== undefined, (query) => query.where((inner) => dialect.holdsAny(inner.ref('trace.tags'), tags ?? [])));
  return [eb.exists(trace)];
}

function callCondition(eb: Expressions, { models, providers, prompts, promptVersions }: ScopeFilters): Condition[] {
  if ([models, providers, prompts].every((filter) => filter === undefined)) {
    return [];
  }
  const call = eb
    .selectFrom('llm_generations as call')
    .select(sql`1`.as('found'))
    .where('call.trace_id', '=', eb.ref('task.trace_id'))
    .$if(models !== undefined, (query) => query.where('call.model', 'in', models ?? []))
    .$if(providers !== undefined, (query) => query.where('call.provider', 'in', providers ?? []))
    .$if(prompts !== undefined, (query) => query.where('call.prompt_name', 'in', prompts ?? []))
    .$if(promptVersions !== undefined, (query) => query.where('call.prompt_version', 'in', promptVersions ?? []));
  return [eb.exists(call)];
}
