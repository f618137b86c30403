import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../../format/numbers.ts';
import type { Proportion } from '../statistics/proportions.ts';
import { confidenceInPoints, inPoints } from './points.ts';
import { leastRuns, type Decision, type Difference } from './successTest.ts';

/** What a verdict speaks of. */
export interface Side extends Proportion {
  readonly name: string;
}

/** A decision about `b` against `a` in words. */
export function describeDecision(
  decision: Decision,
  difference: Difference,
  [a, b]: readonly [a: Side, b: Side],
  { moreRuns, numbers }: { readonly moreRuns: number | null; readonly numbers: Numbers },
): string {
  if (decision === 'undecided') {
    return moreRuns === null
      ? l10n.t('not yet decided')
      : l10n.t('not yet decided: about {0} more runs', numbers.count(roundedUp(moreRuns)));
  }
  const figures = [
    b.name,
    a.name,
    inPoints(difference.value, numbers),
    confidenceInPoints(difference, numbers),
    numbers.count(b.n),
    numbers.count(a.n),
  ];
  switch (decision) {
    case 'better':
      return l10n.t('{0} is better than {1}: {2}, {3}, n = {4} and {5}', ...figures);
    case 'worse':
      return l10n.t('{0} is worse than {1}: {2}, {3}, n = {4} and {5}', ...figures);
    case 'alike':
      return l10n.t('{0} and {1} are alike: {2}, {3}, n = {4} and {5}', ...figures);
  }
}

/** Why nothing is compared, by the version with the fewest runs. */
export function describeTooFew([a, b]: readonly [a: Side, b: Side], numbers: Numbers): string {
  const fewer = a.n < b.n ? a : b;
  return l10n.t(
    'too few runs to compare: {0} has {1} with a known outcome, {2} are needed',
    fewer.name,
    numbers.count(fewer.n),
    numbers.count(leastRuns),
  );
}

/** To two digits, at least to tens: it is an estimate. */
function roundedUp(runs: number): number {
  const step = 10 ** Math.max(1, Math.floor(Math.log10(runs)) - 1);
  return Math.ceil(runs / step) * step;
}
