import * as z from 'zod';
import type { ModelFigures, ModelsAnswer, ModelsParams } from '../../../protocol/analytics.ts';
import type { Mean } from '../../../protocol/figures.ts';
import type { Scope } from '../../../protocol/scope.ts';
import type { Question, QuestionContext } from '../../questions/question.ts';
import { bootstrapMean } from '../statistics/bootstrap.ts';
import { CallSums } from './callSums.ts';
import { qualityOfCalls } from './callQuality.ts';
import { previousScope, scopeSchema } from './scope.ts';
import { usageGroups } from './usageGroups.ts';

/** One model of one provider. */
interface ModelGroup {
  readonly provider: string | null;
  readonly model: string | null;
  readonly sums: CallSums;
}

const noScores: Mean = bootstrapMean([]);

/** How the models of a scope did, side by side, and in the period before. */
export const modelsQuestion: Question<'models'> = {
  params: z.strictObject({
    scope: scopeSchema,
    comparePrevious: z.boolean().exactOptional(),
  }) satisfies z.ZodType<ModelsParams>,
  async answer({ scope, comparePrevious }, context): Promise<ModelsAnswer> {
    const before = comparePrevious === true ? previousScope(scope) : null;
    const groups = await modelGroups(context, scope);
    const earlier = before === null ? null : await modelGroups(context, before);
    const quality = await qualityByModel(context, scope);
    const previous = new Map(earlier?.map((group) => [idOf(group), group.sums.figures()]));
    const models = groups.map((group) => {
      const mean = quality.get(idOf(group)) ?? noScores;
      return { ...modelFigures(group, mean), previous: previous.get(idOf(group)) ?? null };
    });
    return {
      range: scope.range,
      models: models.sort(dearestFirst),
      total: totalOf(groups).figures(),
      previousRange: before?.range ?? null,
      previousTotal: earlier === null ? null : totalOf(earlier).figures(),
    };
  },
};

const idOf = ({ provider, model }: Pick<ModelGroup, 'provider' | 'model'>): string => JSON.stringify([provider, model]);

async function modelGroups(context: QuestionContext, scope: Scope): Promise<ModelGroup[]> {
  const groups = await usageGroups(context, scope, { by: ['provider', 'model'], buckets: null });
  return joinFallbacks(
    groups.map(({ key, sums }) => ({
      provider: key.provider as string | null,
      model: key.model as string | null,
      sums,
    })),
  );
}

/**
 * A fallback names a model and no provider, whose usual one it counts for. Where all calls of the model
 * went through another (Azure, Bedrock …), it belongs to the one with the most.
 */
function joinFallbacks(groups: readonly ModelGroup[]): ModelGroup[] {
  const served = groups.filter(({ sums }) => sums.calls > 0).sort((a, b) => b.sums.calls - a.sums.calls);
  const alone = groups.filter(({ sums }) => sums.calls === 0);
  return [
    ...served,
    ...alone.filter(({ model, sums }) => {
      const host = served.find((group) => group.model === model);
      host?.sums.merge(sums);
      return host === undefined;
    }),
  ];
}

function totalOf(groups: readonly ModelGroup[]): CallSums {
  const total = new CallSums();
  for (const { sums } of groups) {
    total.merge(sums);
  }
  return total;
}

function modelFigures({ provider, model, sums }: ModelGroup, quality: Mean): ModelFigures {
  const figures = sums.figures();
  const missing = quality.value === null ? { ...figures.missing, quality: 'noScores' as const } : figures.missing;
  return { provider, model, ...figures, quality, missing };
}

async function qualityByModel(context: QuestionContext, scope: Scope): Promise<ReadonlyMap<string, Mean>> {
  const values = Map.groupBy(await qualityOfCalls(context, scope), idOf);
  return new Map([...values].map(([id, scored]) => [id, bootstrapMean(scored.map(({ quality }) => quality))]));
}

type Priced = Pick<ModelFigures, 'costUsd' | 'calls'>;

const dearestFirst = (a: Priced, b: Priced): number => (b.costUsd ?? -1) - (a.costUsd ?? -1) || b.calls - a.calls;
