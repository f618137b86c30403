import { sql, type Expression, type ExpressionBuilder, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type { Scope, ScopeFilters } from '../../../protocol/scope.ts';
import { promptId } from '../../export/derive/derivedRows.ts';
import type { QuestionContext } from '../../questions/question.ts';
import { recordedProject } from '../../record/recordedRows.ts';
import type { MetricsSchema } from '../../store/schema.ts';
import { callsInScope } from '../calls/callsInScope.ts';

export interface ExecutionTables extends MetricsSchema {
  run: MetricsSchema['prompt_executions'];
}

export type ExecutionsQuery = SelectQueryBuilder<ExecutionTables, 'run', object>;
type Expressions = ExpressionBuilder<ExecutionTables, 'run'>;

/**
 * The prompt executions of a scope, as `run`. What only a call or its trace knows (users, sessions,
 * tags, trace names, agents) is looked up there; runs that scripts recorded without a trace have none.
 */
export function executionsInScope(context: Pick<QuestionContext, 'db' | 'dialect'>, scope: Scope): ExecutionsQuery {
  const { range, projectId, filters = {} } = scope;
  return context.db
    .selectFrom('prompt_executions as run')
    .where('run.executed_at', '>=', range.start)
    .where('run.executed_at', '<', range.end)
    .$if(projectId != null, (query) => query.where('run.project_id', 'in', [projectId ?? '', recordedProject]))
    .where((eb) => eb.and([...ownConditions(eb, filters), ...callConditions(eb, context, scope)]));
}

function ownConditions(eb: Expressions, filters: ScopeFilters): Expression<SqlBool>[] {
  const { models, providers, environments, prompts, promptVersions } = filters;
  const conditions = [
    models && eb('run.model', 'in', models),
    providers && eb('run.provider', 'in', providers),
    environments && eb('run.environment', 'in', environments),
    prompts && eb.or(prompts.map((prompt) => isPrompt(eb, prompt, promptVersions))),
  ];
  return conditions.filter((condition) => condition !== undefined);
}

/** Ids are name:vN, so those of one prompt lie side by side in the index. */
function isPrompt(eb: Expressions, prompt: string, versions: readonly number[] | undefined): Expression<SqlBool> {
  if (versions !== undefined) {
    return eb(
      'run.prompt_id',
      'in',
      versions.map((version) => promptId(prompt, version)),
    );
  }
  return eb.or([
    eb('run.prompt_id', '=', prompt),
    eb.and([eb('run.prompt_id', '>=', `${prompt}:v`), eb('run.prompt_id', '<', `${prompt}:w`)]),
  ]);
}

function callConditions(
  eb: Expressions,
  context: Pick<QuestionContext, 'db' | 'dialect'>,
  { range, filters = {} }: Scope,
): Expression<SqlBool>[] {
  const { users, sessions, tags, traceNames, agents } = filters;
  const known = Object.entries({ users, sessions, tags, traceNames, agents }).filter(
    ([, value]) => value !== undefined,
  );
  if (known.length === 0) {
    return [];
  }
  const call = callsInScope(context, { range, filters: Object.fromEntries(known) })
    .select(sql`1`.as('found'))
    .where('call.trace_id', '=', eb.ref('run.trace_id'))
    .where('call.project_id', '=', eb.ref('run.project_id'))
    .where('call.id', '=', eb.ref('run.observation_id'));
  return [eb.exists(call)];
}
