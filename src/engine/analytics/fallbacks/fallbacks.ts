import * as z from 'zod';
import type { FallbacksAnswer } from '../../../protocol/analytics.ts';
import type { Scope } from '../../../protocol/scope.ts';
import type { Question, QuestionContext } from '../../questions/question.ts';
import { callsInScope } from '../calls/callsInScope.ts';
import { scopeSchema } from '../calls/scope.ts';
import { usageGroups } from '../calls/usageGroups.ts';
import { rate } from '../statistics/proportions.ts';
import { fallbacksInScope, type FallbackGroup } from './fallbackEvents.ts';
import { findStorms, type HourOfCalls } from './storms.ts';

/** The plan's fallback rate by model, where fallbacks lead and why, and hours in which they were many. */
export const fallbacksQuestion: Question<'fallbacks'> = {
  params: z.strictObject({ scope: scopeSchema }),
  async answer({ scope }, context): Promise<FallbacksAnswer> {
    const groups = await fallbacksInScope(context, scope);
    const calls = await callsByModel(context, scope);
    const models = modelsOf(groups, calls);
    return {
      range: scope.range,
      models,
      chains: chainsOf(groups),
      storms: findStorms(await callsByHour(context, scope)),
      missing: models.length === 0 ? { models: 'noCalls' } : {},
    };
  },
};

async function callsByModel(context: QuestionContext, scope: Scope): Promise<ReadonlyMap<string, number>> {
  const groups = await usageGroups(context, scope, { by: ['model'], buckets: null, latency: false });
  const called = groups.filter(({ key, sums }) => key.model !== null && sums.calls > 0);
  return new Map(called.map(({ key, sums }) => [String(key.model), sums.calls]));
}

function callsByHour(context: QuestionContext, scope: Scope): Promise<HourOfCalls[]> {
  return callsInScope(context, scope)
    .select((eb) => [
      context.dialect.hourOf(eb.ref('call.created_at')).as('start'),
      eb.fn.countAll<number>().as('calls'),
      eb.fn.count<number>(eb.case().when('call.is_primary', '=', 0).then(1).end()).as('notPrimary'),
    ])
    .groupBy('start')
    .orderBy('start')
    .execute();
}

/** Fallbacks away from a model, of its calls and those fallbacks: the highest rate first. */
function modelsOf(groups: readonly FallbackGroup[], calls: ReadonlyMap<string, number>): FallbacksAnswer['models'] {
  const fallbacks = new Map<string, number>();
  for (const { original, count } of groups) {
    if (original !== null) {
      fallbacks.set(original, (fallbacks.get(original) ?? 0) + count);
    }
  }
  return [...new Set([...calls.keys(), ...fallbacks.keys()])]
    .map((model) => {
      const away = fallbacks.get(model) ?? 0;
      const served = calls.get(model) ?? 0;
      return { model, calls: served, fallbacks: away, rate: rate({ successes: away, n: served + away }) };
    })
    .sort((a, b) => (b.rate.value ?? 0) - (a.rate.value ?? 0) || b.calls - a.calls || a.model.localeCompare(b.model));
}

/** The most frequent first, in them the most frequent reason first. */
function chainsOf(groups: readonly FallbackGroup[]): FallbacksAnswer['chains'] {
  const chains = Map.groupBy(
    groups.filter(({ original, fallback }) => original !== null && fallback !== null),
    ({ original, fallback }) => JSON.stringify([original, fallback]),
  );
  return [...chains.values()]
    .map((reasons) => ({
      original: reasons[0]?.original ?? '',
      fallback: reasons[0]?.fallback ?? '',
      count: reasons.reduce((total, { count }) => total + count, 0),
      reasons: reasons.map(({ reason, count }) => ({ reason, count })).sort((a, b) => b.count - a.count),
    }))
    .sort((a, b) => b.count - a.count || a.original.localeCompare(b.original) || a.fallback.localeCompare(b.fallback));
}
