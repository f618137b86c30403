import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import type { Numbers } from '../../../format/numbers.ts';
import type { PromptDrift } from '../../../protocol/analytics.ts';
import type { TimeRange } from '../../../protocol/scope.ts';
import type { Question } from '../../questions/question.ts';
import { scopeSchema } from '../calls/scope.ts';
import { drift } from '../comparison/drift.ts';
import { scored } from '../comparison/execution.ts';
import { proportionOf } from '../comparison/successTest.ts';
import { rate } from '../statistics/proportions.ts';
import { loadPromptRuns, type PromptRun } from './promptRuns.ts';

const week = 7 * 86_400_000;

/** Whether the versions of one prompt do now as they did at first, inside the scope: newest version first. */
export const promptDriftQuestion: Question<'promptDrift'> = {
  params: z.strictObject({ scope: scopeSchema, prompt: z.string().min(1) }),
  async answer({ scope, prompt }, context): Promise<readonly PromptDrift[]> {
    const { runs } = await loadPromptRuns(context, scope, prompt);
    return [...Map.groupBy(runs, ({ version }) => version)]
      .toSorted(([a], [b]) => (b ?? -1) - (a ?? -1))
      .map(([version, ofVersion]) => ({ version, ...driftOf(ofVersion, context.numbers) }));
  },
};

/** @param runs oldest first */
function driftOf(runs: readonly PromptRun[], numbers: Numbers): Omit<PromptDrift, 'version'> {
  const times = runs.map(({ executedAt }) => Date.parse(executedAt));
  const [begin, end] = [times[0] ?? 0, (times.at(-1) ?? 0) + 1];
  if (end - begin < 2 * week) {
    const verdict = l10n.t('too short to compare: its executions span less than two weeks');
    return { first: null, last: null, difference: null, test: null, pValue: null, verdict };
  }
  const first = proportionOf(scored(runs.filter((_, index) => (times[index] ?? 0) < begin + week)));
  const last = proportionOf(scored(runs.filter((_, index) => (times[index] ?? 0) >= end - week)));
  return {
    first: { range: rangeOf(begin), successRate: rate(first) },
    last: { range: rangeOf(end - week), successRate: rate(last) },
    ...drift(first, last, numbers),
  };
}

const rangeOf = (start: number): TimeRange => ({
  start: new Date(start).toISOString(),
  end: new Date(start + week).toISOString(),
});
