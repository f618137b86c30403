import { sql, type SqlBool } from 'kysely';
import type { Scope } from '../../../protocol/scope.ts';
import { providerOf } from '../../export/modelName.ts';
import type { QuestionContext } from '../../questions/question.ts';
import { allFallbacks, type FallbacksQuery } from '../../store/rollups/calls.ts';

/** Fallbacks of one kind. */
export interface FallbackGroup {
  /** The model asked first; null when the event does not say. */
  readonly original: string | null;
  readonly fallback: string | null;
  readonly reason: string | null;
  readonly count: number;
}

/**
 * The fallbacks of a scope, counted by what they led from and to and why. Filters on models and
 * providers are about the model that was asked first.
 */
export async function fallbacksInScope(
  context: Pick<QuestionContext, 'db' | 'dialect'>,
  scope: Scope,
): Promise<readonly FallbackGroup[]> {
  const groups = await fallbackEvents(context, scope)
    .select((eb) => [
      'event.original_model as original',
      'event.fallback_model as fallback',
      'event.fallback_reason as reason',
      eb.fn.countAll<number>().as('count'),
    ])
    .groupBy(['event.original_model', 'event.fallback_model', 'event.fallback_reason'])
    .execute();
  const { providers } = scope.filters ?? {};
  return providers === undefined
    ? groups
    : groups.filter(({ original }) => providers.includes(providerOf(original) ?? ''));
}

/**
 * The fallbacks of a scope, event by event, of whichever provider: no column says which the model asked
 * first is of. Filters on prompts ask for a call of the prompt in the same trace.
 */
export function fallbackEvents(
  { db, dialect }: Pick<QuestionContext, 'db' | 'dialect'>,
  { range, projectId, filters = {} }: Scope,
): FallbacksQuery {
  const { models, prompts, promptVersions, environments, traceNames, users, sessions, agents, tags } = filters;
  return allFallbacks(db)
    .where('event.created_at', '>=', range.start)
    .where('event.created_at', '<', range.end)
    .$if(projectId != null, (query) => query.where('event.project_id', '=', projectId ?? ''))
    .where((eb) => {
      const callsOfPrompts = eb
        .selectFrom('llm_generations as used')
        .select(sql`1`.as('found'))
        .whereRef('used.trace_id', '=', 'event.trace_id')
        .where('used.prompt_name', 'in', prompts ?? [])
        .$if(promptVersions !== undefined, (query) => query.where('used.prompt_version', 'in', promptVersions ?? []));
      const tracesOfAgents = eb
        .selectFrom('agent_task_results as task')
        .select('task.trace_id')
        .where('task.agent_name', 'in', agents ?? []);
      const tagged = sql<SqlBool>`(
        ${dialect.holdsAny(eb.ref('event.tags'), tags ?? [])}
        OR ${dialect.holdsAny(sql.ref('trace.tags'), tags ?? [])})`;
      const conditions = [
        models && eb('event.original_model', 'in', models),
        prompts && eb.exists(callsOfPrompts),
        environments && eb('event.environment', 'in', environments),
        traceNames && eb(eb.fn.coalesce('trace.name', 'event.trace_name'), 'in', traceNames),
        users && eb(eb.fn.coalesce('event.user_id', 'trace.user_id'), 'in', users),
        sessions && eb(eb.fn.coalesce('event.session_id', 'trace.session_id'), 'in', sessions),
        agents && eb('event.trace_id', 'in', tracesOfAgents),
        tags && tagged,
      ];
      return eb.and(conditions.filter((condition) => condition !== undefined));
    });
}
