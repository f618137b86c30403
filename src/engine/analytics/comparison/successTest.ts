import type { Interval } from '../../../protocol/figures.ts';
import { fisher } from '../statistics/fisher.ts';
import { newcombe, twoProportion, type Proportion } from '../statistics/proportions.ts';
import { sampleSizeTwoProportions } from '../statistics/sampleSize.ts';
import type { ScoredExecution } from './execution.ts';

/** Below this many runs of either version nothing is compared: an interval would span half of all rates. */
export const leastRuns = 20;

/** The level of every test. */
const significance = 0.05;
/** Versions whose difference is certainly smaller than this are alike. */
const negligible = 0.03;
/** Below this expected count in a cell the normal approximation is not trusted (Cochran 1954, Biometrics 10:417). */
const leastExpected = 5;

export interface Difference extends Interval {
  readonly value: number;
}

/** Rate of `b` less that of `a`, and how it was tested. */
export interface SuccessTest {
  readonly difference: Difference;
  readonly test: 'fisher' | 'two-proportion';
  readonly pValue: number;
}

/** What a difference, b less a, is taken for. */
export type Decision = 'better' | 'worse' | 'alike' | 'undecided';

export function proportionOf(executions: readonly ScoredExecution[]): Proportion {
  return {
    successes: executions.reduce((sum, { success }) => sum + success, 0),
    n: executions.length,
  };
}

/** Compares two success rates; null below the least number of runs. */
export function testSuccess(a: Proportion, b: Proportion): SuccessTest | null {
  if (a.n < leastRuns || b.n < leastRuns) {
    return null;
  }
  const difference = rateDifference(a, b);
  const approximation = smallestExpected(a, b) < leastExpected ? null : twoProportion(b, a);
  return approximation === null
    ? { difference, test: 'fisher', pValue: fisher(b, a) }
    : { difference, test: 'two-proportion', pValue: approximation.p };
}

/**
 * Rate of `b` less that of `a`, with Newcombe's 95 % interval.
 * @throws RangeError when one has no runs
 */
export function rateDifference(a: Proportion, b: Proportion): Difference {
  const interval = newcombe(b, a);
  if (interval === null) {
    throw new RangeError('No runs have no rate.');
  }
  return { value: b.successes / b.n - a.successes / a.n, ...interval };
}

/** A verdict needs both, the test and an interval without 0: where they disagree it is not yet decided. */
export function decide({ value, low, high }: Difference, pValue: number): Decision {
  if (pValue < significance && (low > 0 || high < 0)) {
    return value > 0 ? 'better' : 'worse';
  }
  return low > -negligible && high < negligible ? 'alike' : 'undecided';
}

/**
 * Further runs of both versions together after which a test would find the difference seen now, with
 * a power of 80 %; null when no number of runs is known to.
 * @param adjustment adjusted p-value over p-value, 1 or more: with many comparisons each must pass a stricter level
 */
export function moreRunsNeeded(a: Proportion, b: Proportion, adjustment: number): number | null {
  const perVersion = sampleSizeTwoProportions(a.successes / a.n, b.successes / b.n, significance / adjustment);
  if (perVersion === null) {
    return null;
  }
  const needed = Math.ceil(perVersion);
  const more = Math.max(0, needed - a.n) + Math.max(0, needed - b.n);
  return more === 0 ? null : more;
}

/** Of the four cells, if success did not depend on the version. */
function smallestExpected(a: Proportion, b: Proportion): number {
  const successes = a.successes + b.successes;
  const n = a.n + b.n;
  return (Math.min(a.n, b.n) * Math.min(successes, n - successes)) / n;
}
