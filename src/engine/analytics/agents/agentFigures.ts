import type { AgentFigures } from '../../../protocol/analytics.ts';
import type { Missing, MissingReason } from '../../../protocol/figures.ts';
import { bootstrapMean } from '../statistics/bootstrap.ts';
import { rate } from '../statistics/proportions.ts';
import { percentiles } from '../statistics/quantiles.ts';
import type { TaskTally } from './taskTally.ts';

/** The figures of some tasks of one agent. Costs are USD, durations seconds. */
export function agentFigures(agent: string, taskType: string | null, tally: TaskTally): AgentFigures {
  const { tasks, costUsd, costed, successes, llmCalls, counted } = tally;
  const figures = {
    agent,
    taskType,
    tasks,
    successRate: rate({ successes, n: tally.judged }),
    duration: percentiles(tally.durations),
    quality: bootstrapMean(tally.qualities),
    confidence: bootstrapMean(tally.confidences),
    costUsd,
    tasksWithoutCost: tasks - costed,
    costPerTaskUsd: costUsd === null ? null : costUsd / costed,
    costPerSuccessfulTaskUsd: costUsd === null || successes === 0 ? null : costUsd / successes,
    tokens: tally.tokens,
    llmCalls,
    llmCallsPerTask: llmCalls === null ? null : llmCalls / counted,
    fallbacks: tally.fallbacks,
  };
  return { ...figures, missing: missingOf(figures) };
}

function missingOf(figures: Omit<AgentFigures, 'missing'>): Missing {
  const reasons: readonly (readonly [field: string, known: unknown, reason: MissingReason])[] = [
    ['successRate', figures.successRate.value, 'noScores'],
    ['duration', figures.duration, 'noLatency'],
    ['quality', figures.quality.value, 'noScores'],
    ['confidence', figures.confidence.value, 'noScores'],
    ['costUsd', figures.costUsd, 'noCost'],
    ['costPerTaskUsd', figures.costPerTaskUsd, 'noCost'],
    ['costPerSuccessfulTaskUsd', figures.costPerSuccessfulTaskUsd, figures.costUsd === null ? 'noCost' : 'noSuccesses'],
    ['tokens', figures.tokens, 'noTokens'],
    ['llmCalls', figures.llmCalls, 'noCalls'],
    ['llmCallsPerTask', figures.llmCallsPerTask, 'noCalls'],
    ['fallbacks', figures.fallbacks, 'noCalls'],
  ];
  return Object.fromEntries(reasons.filter(([, known]) => known === null).map(([field, , reason]) => [field, reason]));
}
