import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../../format/numbers.ts';
import type { PromptDrift } from '../../../protocol/analytics.ts';
import type { Proportion } from '../statistics/proportions.ts';
import { confidenceInPoints, inPoints } from './points.ts';
import { decide, leastRuns, testSuccess, type Decision } from './successTest.ts';

/** Whether a version's success rate changed from its first week to its last. */
export function drift(
  firstWeek: Proportion,
  lastWeek: Proportion,
  numbers: Numbers,
): Pick<PromptDrift, 'difference' | 'test' | 'pValue' | 'verdict'> {
  const success = testSuccess(firstWeek, lastWeek);
  if (success === null) {
    const [first, last] = [numbers.count(firstWeek.n), numbers.count(lastWeek.n)];
    const verdict = l10n.t(
      'too few runs to compare: {0} in the first week and {1} in the last, {2} are needed',
      first,
      last,
      numbers.count(leastRuns),
    );
    return { difference: null, test: null, pValue: null, verdict };
  }
  const { difference, test, pValue } = success;
  const figures = [
    inPoints(difference.value, numbers),
    confidenceInPoints(difference, numbers),
    numbers.count(lastWeek.n),
    numbers.count(firstWeek.n),
  ];
  return { difference, test, pValue, verdict: describeDrift(decide(difference, pValue), figures) };
}

function describeDrift(decision: Decision, figures: readonly string[]): string {
  switch (decision) {
    case 'better':
      return l10n.t('the last week is better than the first: {0}, {1}, n = {2} and {3}', ...figures);
    case 'worse':
      return l10n.t('the last week is worse than the first: {0}, {1}, n = {2} and {3}', ...figures);
    case 'alike':
    case 'undecided':
      return l10n.t('no drift seen: {0}, {1}, n = {2} and {3}', ...figures);
  }
}
