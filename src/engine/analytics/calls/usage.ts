import * as z from 'zod';
import type { UsageAnswer, UsageDimension, UsageParams, UsagePoint } from '../../../protocol/analytics.ts';
import type { Question } from '../../questions/question.ts';
import { roundMoney } from '../../store/rollups/usageRows.ts';
import { bucketingFields, scopeSchema } from './scope.ts';
import { TimeBuckets } from './timeBuckets.ts';
import { usageGroups, type Dimension, type UsageGroup } from './usageGroups.ts';

/** Below so many calls a percentile says little about the rest. */
export const leastCallsForLatency = 30;

const columns = {
  model: 'model',
  provider: 'provider',
  prompt: 'prompt_name',
  environment: 'environment',
  traceName: 'trace_name',
} as const satisfies Readonly<Record<UsageDimension, Dimension>>;

const dimensions = ['model', 'provider', 'prompt', 'environment', 'traceName'] as const satisfies UsageDimension[];

const paramsSchema: z.ZodType<UsageParams> = z.strictObject({
  scope: scopeSchema,
  by: z.enum(dimensions).nullable(),
  latency: z.boolean().exactOptional(),
  ...bucketingFields,
});

/** Usage over time, as one series or one for each value of a dimension. */
export const usageQuestion: Question<'usage'> = {
  params: paramsSchema,
  async answer({ scope, by, latency = true, bucket, timeZone }, context): Promise<UsageAnswer> {
    const buckets = new TimeBuckets(scope.range, { bucket, timeZone });
    const groups = await usageGroups(context, scope, { by: by === null ? [] : [columns[by]], buckets, latency });
    const keyOf = ({ key }: UsageGroup): string | null => (by === null ? null : (key[columns[by]] as string | null));
    const series = Map.groupBy(groups, keyOf);
    if (by === null && series.size === 0) {
      series.set(null, []);
    }
    const starts = buckets.isoStarts;
    return {
      range: scope.range,
      bucket,
      buckets: starts,
      series: [...series].map(([key, points]) => toSeries(key, points, starts)).sort(dearestFirst),
    };
  },
};

type Series = UsageAnswer['series'][number];

function toSeries(key: string | null, groups: readonly UsageGroup[], starts: readonly string[]): Series {
  const points = groups
    .toSorted((a, b) => a.bucket - b.bucket)
    .filter(({ sums }) => sums.calls > 0 || sums.fallbacks > 0)
    .map(({ bucket, sums }) => toPoint(starts[bucket] ?? '', sums));
  const known = points.flatMap(({ costUsd }) => costUsd ?? []);
  return {
    key,
    points,
    total: {
      calls: points.reduce((sum, point) => sum + point.calls, 0),
      costUsd: known.length === 0 ? null : roundMoney(known.reduce((sum, cost) => sum + cost, 0)),
    },
  };
}

function toPoint(start: string, sums: UsageGroup['sums']): UsagePoint {
  const latency = sums.latency();
  return {
    start,
    calls: sums.calls,
    errors: sums.errors,
    fallbacks: sums.fallbacks,
    totalTokens: sums.totalTokens,
    costUsd: sums.costUsd,
    latency: latency === null || latency.n < leastCallsForLatency ? null : latency,
  };
}

const dearestFirst = (a: Series, b: Series): number =>
  (b.total.costUsd ?? -1) - (a.total.costUsd ?? -1) || b.total.calls - a.total.calls;
