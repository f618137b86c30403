import { sql } from 'kysely';
import type { Scope } from '../../../protocol/scope.ts';
import type { QuestionContext } from '../../questions/question.ts';
import { callsInScope } from './callsInScope.ts';

/**
 * Traces that began in a scope's range. Filters on models, providers and prompts keep those with such a
 * call; the others ask the trace itself.
 */
export async function countTraces(
  context: QuestionContext,
  { range, projectId, filters = {} }: Scope,
): Promise<number> {
  const { db, dialect } = context;
  const { models, providers, prompts, promptVersions, environments, traceNames, users, sessions, agents, tags } =
    filters;
  const ofCalls = Object.entries({ models, providers, prompts, promptVersions }).filter(
    ([, values]) => values !== undefined,
  );
  const { traces } = await db
    .selectFrom('llm_traces as counted')
    .select((eb) => eb.fn.countAll<number>().as('traces'))
    .where('counted.created_at', '>=', range.start)
    .where('counted.created_at', '<', range.end)
    .$if(projectId != null, (query) => query.where('counted.project_id', '=', projectId ?? ''))
    .where((eb) => {
      const calls = callsInScope(context, { range, filters: Object.fromEntries(ofCalls) })
        .select(sql`1`.as('found'))
        .where('call.trace_id', '=', eb.ref('counted.id'))
        .where('call.project_id', '=', eb.ref('counted.project_id'));
      const ofAgents = eb
        .selectFrom('agent_task_results as task')
        .select('task.trace_id')
        .where('task.agent_name', 'in', agents ?? []);
      const conditions = [
        environments && eb('counted.environment', 'in', environments),
        traceNames && eb('counted.name', 'in', traceNames),
        users && eb('counted.user_id', 'in', users),
        sessions && eb('counted.session_id', 'in', sessions),
        tags && dialect.holdsAny(eb.ref('counted.tags'), tags),
        agents && eb('counted.id', 'in', ofAgents),
        ofCalls.length > 0 ? eb.exists(calls) : undefined,
      ];
      return eb.and(conditions.filter((condition) => condition !== undefined));
    })
    .executeTakeFirstOrThrow();
  return traces;
}
