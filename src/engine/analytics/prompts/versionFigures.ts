import type { PromptVersionFigures } from '../../../protocol/analytics.ts';
import type { Missing, MissingReason } from '../../../protocol/figures.ts';
import { bootstrapMean } from '../statistics/bootstrap.ts';
import { rate } from '../statistics/proportions.ts';
import { percentiles } from '../statistics/quantiles.ts';
import { sourcesOf, type Tally } from './tally.ts';

/** The figures of one version's executions. Costs are USD, latency seconds. */
export function versionFigures(version: number | null, labels: readonly string[], tally: Tally): PromptVersionFigures {
  const figures = {
    version,
    labels,
    executions: tally.executions,
    successRate: rate({ successes: tally.successes, n: tally.judged }),
    quality: bootstrapMean(tally.qualities),
    userFeedback: bootstrapMean(tally.feedback),
    latency: percentiles(tally.latencies),
    inputTokens: tally.inputTokens,
    outputTokens: tally.outputTokens,
    costUsd: tally.costUsd,
    executionsWithoutCost: tally.executions - tally.costed,
    costPerExecutionUsd: tally.costUsd === null ? null : tally.costUsd / tally.costed,
    firstExecutedAt: tally.firstAt,
    lastExecutedAt: tally.lastAt,
    successSources: sourcesOf(tally),
  };
  return { ...figures, missing: missingOf(figures) };
}

/** Why each figure that is not known is not. */
function missingOf(figures: Omit<PromptVersionFigures, 'missing'>): Missing {
  const reasons: readonly (readonly [field: string, known: unknown, reason: MissingReason])[] = [
    ['successRate', figures.successRate.value, 'noScores'],
    ['quality', figures.quality.value, 'noScores'],
    ['userFeedback', figures.userFeedback.value, 'noScores'],
    ['latency', figures.latency, 'noLatency'],
    ['inputTokens', figures.inputTokens, 'noTokens'],
    ['outputTokens', figures.outputTokens, 'noTokens'],
    ['costUsd', figures.costUsd, 'noCost'],
    ['costPerExecutionUsd', figures.costPerExecutionUsd, 'noCost'],
    ['firstExecutedAt', figures.firstExecutedAt, 'noCalls'],
    ['lastExecutedAt', figures.lastExecutedAt, 'noCalls'],
  ];
  return Object.fromEntries(
    reasons
      .filter(([, known]) => known === null)
      .map(([field, , reason]) => [field, figures.executions === 0 ? 'noCalls' : reason]),
  );
}
