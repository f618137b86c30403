import * as z from 'zod';
import type { PromptTrendAnswer } from '../../../protocol/analytics.ts';
import type { Question } from '../../questions/question.ts';
import { bucketingFields, scopeSchema } from '../calls/scope.ts';
import { TimeBuckets } from '../calls/timeBuckets.ts';
import { scored } from '../comparison/execution.ts';
import { proportionOf } from '../comparison/successTest.ts';
import { mean } from '../statistics/moments.ts';
import { rate } from '../statistics/proportions.ts';
import { percentiles } from '../statistics/quantiles.ts';
import { loadPromptRuns, type PromptRun } from './promptRuns.ts';

type TrendPoint = PromptTrendAnswer['versions'][number]['points'][number];

/** How the versions of one prompt did over time: newest version first, only buckets with executions. */
export const promptTrendQuestion: Question<'promptTrend'> = {
  params: z.strictObject({ scope: scopeSchema, prompt: z.string().min(1), ...bucketingFields }),
  async answer({ scope, prompt, bucket, timeZone }, context): Promise<PromptTrendAnswer> {
    const { runs } = await loadPromptRuns(context, scope, prompt);
    const buckets = new TimeBuckets(scope.range, { bucket, timeZone });
    const starts = buckets.isoStarts;
    const versions = [...Map.groupBy(runs, ({ version }) => version)].toSorted(([a], [b]) => (b ?? -1) - (a ?? -1));
    return {
      buckets: starts,
      versions: versions.map(([version, ofVersion]) => ({
        version,
        points: [...Map.groupBy(ofVersion, ({ executedAt }) => buckets.indexOf(Date.parse(executedAt)))]
          .toSorted(([a], [b]) => a - b)
          .map(([index, inBucket]) => toPoint(starts[index] ?? '', inBucket)),
      })),
    };
  },
};

function toPoint(start: string, runs: readonly PromptRun[]): TrendPoint {
  const costs = runs.map(({ costUsd }) => costUsd).filter((cost) => cost !== null);
  const latencies = runs.map(({ latencySeconds }) => latencySeconds).filter((latency) => latency !== null);
  return {
    start,
    executions: runs.length,
    successRate: rate(proportionOf(scored(runs))),
    costPerExecutionUsd: costs.length === 0 ? null : mean(costs),
    latencyP50: percentiles(latencies)?.p50 ?? null,
  };
}
