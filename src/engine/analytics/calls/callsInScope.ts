import { sql, type Expression, type ExpressionBuilder, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type { Scope } from '../../../protocol/scope.ts';
import type { QuestionContext } from '../../questions/question.ts';
import { allCalls, callColumns, type CallsQuery, type CallTables } from '../../store/rollups/calls.ts';
import type { MetricsSchema } from '../../store/schema.ts';
import type { SqlDialect } from '../../store/sqlDialect.ts';

type Expressions = ExpressionBuilder<CallTables, 'call' | 'trace'>;
type Condition = Expression<SqlBool>;

interface ScoreTables extends CallTables {
  score: MetricsSchema['llm_scores'];
}
type ScoresQuery = SelectQueryBuilder<ScoreTables, 'score' | 'call' | 'trace', object>;

type Context = Pick<QuestionContext, 'db' | 'dialect'>;

/** The calls of a scope, row by row: for what rollups do not hold. */
export function callsInScope({ db, dialect }: Context, scope: Scope): CallsQuery {
  return allCalls(db).where((eb) => eb.and(conditions(eb, dialect, scope)));
}

/** Scores that are about calls of a scope themselves, each with its call. */
export function scoresOfCallsInScope({ db, dialect }: Context, scope: Scope): ScoresQuery {
  // From the scores on, of which there are fewer than of calls: SQLite never turns a cross join round.
  const scores = db
    .selectFrom('llm_scores as score')
    .crossJoin('llm_generations as call')
    .whereRef('call.trace_id', '=', 'score.trace_id')
    .whereRef('call.project_id', '=', 'score.project_id')
    .whereRef('call.id', '=', 'score.observation_id')
    .leftJoin('llm_traces as trace', (join) =>
      join.onRef('trace.id', '=', 'call.trace_id').onRef('trace.project_id', '=', 'call.project_id'),
    );
  return (scores as unknown as ScoresQuery).where((eb) => eb.and(conditions(eb, dialect, scope)));
}

function conditions(eb: Expressions, dialect: SqlDialect, { range, projectId, filters = {} }: Scope): Condition[] {
  const { models, providers, prompts, promptVersions, environments, traceNames, users, sessions } = filters;
  const { agents, tags } = filters;
  const all: (Condition | undefined)[] = [
    eb('call.created_at', '>=', range.start),
    eb('call.created_at', '<', range.end),
    projectId == null ? undefined : eb('call.project_id', '=', projectId),
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
