import type { PromptVersionFigures, PromptVersionOutcomes } from '../../../protocol/analytics.ts';
import type { Missing, MissingReason } from '../../../protocol/figures.ts';
import { bootstrapMean } from '../statistics/bootstrap.ts';
import { rate } from '../statistics/proportions.ts';
import { percentiles } from '../statistics/quantiles.ts';
import { sourcesOf, type Tally } from './tally.ts';

/** What came of one version's executions. Costs are USD, latency seconds. */
export function versionOutcomes(
  version: number | null,
  labels: readonly string[],
  tally: Tally,
): PromptVersionOutcomes {
  const outcomes = {
    version,
    labels,
    executions: tally.executions,
    successRate: rate({ successes: tally.successes, n: tally.judged }),
    latency: percentiles(tally.latencies),
    costUsd: tally.costUsd,
    executionsWithoutCost: tally.executions - tally.costed,
    costPerExecutionUsd: tally.costUsd === null ? null : tally.costUsd / tally.costed,
    firstExecutedAt: tally.firstAt,
    lastExecutedAt: tally.lastAt,
    successSources: sourcesOf(tally),
  };
  return {
    ...outcomes,
    missing: missingOf(tally.executions, [
      ['successRate', outcomes.successRate.value, 'noScores'],
      ['latency', outcomes.latency, 'noLatency'],
      ['costUsd', outcomes.costUsd, 'noCost'],
      ['costPerExecutionUsd', outcomes.costPerExecutionUsd, 'noCost'],
      ['firstExecutedAt', outcomes.firstExecutedAt, 'noCalls'],
      ['lastExecutedAt', outcomes.lastExecutedAt, 'noCalls'],
    ]),
  };
}

/** All figures of one version's executions. */
export function versionFigures(version: number | null, labels: readonly string[], tally: Tally): PromptVersionFigures {
  const { missing, ...outcomes } = versionOutcomes(version, labels, tally);
  const { inputTokens, outputTokens } = tally;
  const [quality, userFeedback] = [bootstrapMean(tally.qualities), bootstrapMean(tally.feedback)];
  const missingToo = missingOf(tally.executions, [
    ['quality', quality.value, 'noScores'],
    ['userFeedback', userFeedback.value, 'noScores'],
    ['inputTokens', inputTokens, 'noTokens'],
    ['outputTokens', outputTokens, 'noTokens'],
  ]);
  return { ...outcomes, quality, userFeedback, inputTokens, outputTokens, missing: { ...missing, ...missingToo } };
}

type Known = readonly [field: string, value: unknown, reasonIfNull: MissingReason];

/** Why each figure that is not known is not. */
function missingOf(executions: number, figures: readonly Known[]): Missing {
  return Object.fromEntries(
    figures
      .filter(([, value]) => value === null)
      .map(([field, , reason]) => [field, executions === 0 ? 'noCalls' : reason]),
  );
}
