import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import type { RepriceAnswer, RepriceParams } from '../../../protocol/analytics.ts';
import { EngineError } from '../../errors.ts';
import type { Question } from '../../questions/question.ts';
import { scopeSchema } from '../calls/scope.ts';
import { pricesOf } from './modelPrices.ts';
import { caveatsOf } from './repriceCaveats.ts';
import { callsOfOtherKind, usageByModel, type UsageGroup } from './usageByModel.ts';
import { priceOfKind, type Substitute, type UsagePrices } from './usagePrices.ts';

const paramsSchema: z.ZodType<RepriceParams> = z.strictObject({
  scope: scopeSchema,
  model: z.string().trim().min(1).max(200),
});

interface Priced extends UsageGroup {
  /** Null: not priced. */
  readonly repricedUsd: number | null;
}

/**
 * What the same calls would have cost at another model's prices, usage kind by usage kind. Calls of
 * embedding models are priced by embedding models alone, and the other way round. The change compares
 * only calls whose cost is known.
 */
export const repriceQuestion: Question<'reprice'> = {
  params: paramsSchema,
  /** @throws EngineError question.invalid for a model that nobody has a price of */
  async answer({ scope, model }, context): Promise<RepriceAnswer> {
    const prices = await pricesOf(context, model, scope.projectId ?? null);
    if (prices === null) {
      throw new EngineError('question.invalid', l10n.t('No price is known for the model "{0}".', model), {
        hint: l10n.t('Name it as Langfuse does, or define it in Langfuse with its prices and export again.'),
      });
    }
    const embeddings = Object.keys(prices.prices).join() === 'total';
    const substitutes = new Set<Substitute>();
    const unpriced = new Set<string>();
    const groups = (await usageByModel(context, scope, embeddings)).map((group): Priced => {
      const repricedUsd = priceUsage(group.tokens, prices.prices, substitutes, unpriced);
      return { ...group, repricedUsd };
    });
    const withoutUsage = groups.filter(({ repricedUsd }) => repricedUsd === null);
    const comparable = groups.filter(({ hasCost, repricedUsd }) => hasCost && repricedUsd !== null);
    const callsWithoutUsage = callsOf(withoutUsage);
    const callsWithoutCost = callsOf(groups.filter(({ hasCost, repricedUsd }) => !hasCost && repricedUsd !== null));
    const otherKind = await callsOfOtherKind(context, scope, embeddings);
    const notes = { prices, substitutes, unpriced, callsWithoutUsage, callsWithoutCost, otherKind };
    return {
      model,
      prices: { source: prices.source, perToken: prices.prices },
      rows: rowsOf(groups),
      costUsd: sumOf(groups.map(({ costUsd }) => costUsd)),
      repricedUsd: sumOf(groups.map(({ repricedUsd }) => repricedUsd)),
      changeUsd: sumOf(comparable.map(({ costUsd, repricedUsd }) => (repricedUsd ?? 0) - (costUsd ?? 0))),
      callsWithoutUsage,
      caveats: groups.length === 0 ? [] : caveatsOf(notes, context.numbers),
    };
  },
};

/** USD; null where the usage is unknown or none of it has a price. */
function priceUsage(
  tokens: Readonly<Record<string, number>>,
  prices: UsagePrices,
  substitutes: Set<Substitute>,
  unpriced: Set<string>,
): number | null {
  const costs = Object.entries(tokens).map(([kind, count]) => {
    const found = priceOfKind(kind, prices);
    if (found === null && kind !== 'total' && count > 0) {
      unpriced.add(kind);
    }
    if (found?.substitute != null) {
      substitutes.add(found.substitute);
    }
    return found === null ? null : found.price * count;
  });
  return sumOf(costs);
}

/** By actual cost, dearest first. */
function rowsOf(groups: readonly Priced[]): RepriceAnswer['rows'] {
  const byModel = Map.groupBy(groups, ({ model }) => model);
  return [...byModel]
    .map(([model, own]) => ({
      model,
      calls: callsOf(own),
      costUsd: sumOf(own.map(({ costUsd }) => costUsd)),
      repricedUsd: sumOf(own.map(({ repricedUsd }) => repricedUsd)),
    }))
    .sort((a, b) => (b.costUsd ?? -1) - (a.costUsd ?? -1) || b.calls - a.calls);
}

function callsOf(groups: readonly UsageGroup[]): number {
  return groups.reduce((total, { calls }) => total + calls, 0);
}

/** Of what is known; null where nothing is. */
function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}
