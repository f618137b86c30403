import * as z from 'zod';
import type { SummaryAnswer } from '../../../protocol/analytics.ts';
import type { Rate } from '../../../protocol/figures.ts';
import type { Scope } from '../../../protocol/scope.ts';
import type { Question, QuestionContext } from '../../questions/question.ts';
import { tasksInScope } from '../agents/tasksInScope.ts';
import { executionsInScope } from '../prompts/executionsInScope.ts';
import { rate } from '../statistics/proportions.ts';
import { CallSums } from './callSums.ts';
import { bucketingFields, previousScope, scopeSchema } from './scope.ts';
import { TimeBuckets } from './timeBuckets.ts';
import { countTraces } from './tracesInScope.ts';
import { leastCallsForLatency } from './usage.ts';
import { usageGroups } from './usageGroups.ts';

/** The figures at the head of a dashboard, and what they were in the period before. */
export const summaryQuestion: Question<'summary'> = {
  params: z.strictObject({ scope: scopeSchema, ...bucketingFields }),
  async answer({ scope, bucket, timeZone }, context): Promise<SummaryAnswer> {
    const before = previousScope(scope);
    return {
      range: scope.range,
      previousRange: before.range,
      current: (await sumsOf(context, scope)).figures(),
      previous: (await sumsOf(context, before)).figures(),
      traces: await countTraces(context, scope),
      successRate: await successRateOf(context, scope),
      previousSuccessRate: await successRateOf(context, before),
      sparklines: await sparklinesOf(context, scope, new TimeBuckets(scope.range, { bucket, timeZone })),
    };
  },
};

async function sumsOf(context: QuestionContext, scope: Scope): Promise<CallSums> {
  const [group] = await usageGroups(context, scope, { by: [], buckets: null });
  return group?.sums ?? new CallSums();
}

async function sparklinesOf(
  context: QuestionContext,
  scope: Scope,
  buckets: TimeBuckets,
): Promise<SummaryAnswer['sparklines']> {
  const groups = await usageGroups(context, scope, { by: [], buckets });
  const byBucket = new Map(groups.map(({ bucket, sums }) => [bucket, sums]));
  const line = (value: (sums: CallSums) => number | null): readonly (number | null)[] =>
    buckets.starts.map((_, bucket) => {
      const sums = byBucket.get(bucket);
      return sums === undefined ? null : value(sums);
    });
  return {
    buckets: buckets.isoStarts,
    costUsd: line((sums) => sums.costUsd),
    calls: line(({ calls }) => calls),
    totalTokens: line((sums) => sums.totalTokens),
    latencyP95: line((sums) => {
      const latency = sums.latency();
      return latency === null || latency.n < leastCallsForLatency ? null : latency.p95;
    }),
    fallbackRate: line(({ fallbacks, calls }) => share(fallbacks, calls + fallbacks)),
    errorRate: line(({ errors, calls }) => share(errors, calls)),
  };
}

const share = (part: number, of: number): number | null => (of === 0 ? null : part / of);

/** Of agents' tasks where the period has any, else of prompt executions. */
async function successRateOf(context: QuestionContext, scope: Scope): Promise<Rate> {
  const tasks = await tasksInScope(context, scope)
    .select((eb) => [
      eb.fn.countAll<number>().as('tasks'),
      eb.fn.count<number>('task.success').as('n'),
      eb.fn.count<number>(eb.case().when('task.success', '=', 1).then(1).end()).as('successes'),
    ])
    .executeTakeFirstOrThrow();
  if (tasks.tasks > 0) {
    return rate(tasks);
  }
  const runs = await executionsInScope(context, scope)
    .select((eb) => [
      eb.fn.count<number>('run.success').as('n'),
      eb.fn.count<number>(eb.case().when('run.success', '=', 1).then(1).end()).as('successes'),
    ])
    .executeTakeFirstOrThrow();
  return rate(runs);
}
