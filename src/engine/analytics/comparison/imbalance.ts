import { fisher } from '../statistics/fisher.ts';
import { mannWhitney } from '../statistics/mannWhitney.ts';
import type { ScoredExecution } from './execution.ts';
import { timeOf, type Stratum } from './strata.ts';
import { proportionOf } from './successTest.ts';

/** Chance alone calls one comparison of a hundred unbalanced. */
const imbalanceLevel = 0.01;
/** Less than this share of runs in other strata cannot move a rate by much. */
const leastShift = 0.1;
const variationLevel = 0.05;

/** Whether the two versions' runs are spread over the strata differently: a tenth of them, and beyond chance. */
export function isUnbalanced(strata: readonly Stratum[]): boolean {
  const [a, b] = [runsOf(strata, 'a').length, runsOf(strata, 'b').length];
  // The total variation distance: the share of runs that would have to move to make the mixes equal.
  const moved = strata.reduce((sum, stratum) => sum + Math.abs(stratum.a.length / a - stratum.b.length / b), 0) / 2;
  // Bonferroni's correction, because each stratum is a chance to find one.
  const [first = 1] = strata
    .map((stratum) => fisher({ successes: stratum.a.length, n: a }, { successes: stratum.b.length, n: b }))
    .sort((p, q) => p - q);
  return moved >= leastShift && first * strata.length < imbalanceLevel;
}

/**
 * Whether success changes with time inside a version: between early and late runs, or in one period
 * against the others. Where it does not, it makes no difference that versions ran at different times.
 */
export function successVariesOverTime(strata: readonly Stratum[]): boolean {
  const pValues = (['a', 'b'] as const).flatMap((side) => {
    const runs = runsOf(strata, side);
    const [failed, succeeded] = [0, 1].map((outcome) => runs.filter(({ success }) => success === outcome).map(timeOf));
    const trend = mannWhitney(succeeded ?? [], failed ?? [])?.p ?? 1;
    const periods = strata.map((stratum) => againstOthers(stratum[side], runs) * strata.length);
    return [trend, ...periods];
  });
  // Bonferroni's correction: a trend and a period, each in two versions.
  return pValues.some((p) => p * 4 < variationLevel);
}

function againstOthers(part: readonly ScoredExecution[], whole: readonly ScoredExecution[]): number {
  const [inside, all] = [proportionOf(part), proportionOf(whole)];
  return fisher(inside, { successes: all.successes - inside.successes, n: all.n - inside.n });
}

function runsOf(strata: readonly Stratum[], side: 'a' | 'b'): readonly ScoredExecution[] {
  return strata.flatMap((stratum) => stratum[side]);
}
