import type { Numbers } from '../../../format/numbers.ts';
import type { Confounder } from '../../../protocol/analytics.ts';
import { mantelHaenszelDifference } from '../statistics/stratified.ts';
import { describeConfounder, type SameMix } from './confounderSentence.ts';
import type { ScoredExecution } from './execution.ts';
import { isUnbalanced, successVariesOverTime } from './imbalance.ts';
import { stratify, type Stratum } from './strata.ts';
import { decide, leastRuns, proportionOf, rateDifference, type Decision } from './successTest.ts';

/** A variable whose mix differs between two versions. */
export interface FoundConfounder {
  readonly confounder: Confounder;
  /** At the same mix; null where that cannot be told. */
  readonly decision: Decision | null;
  /** Whether it may explain a difference: models and environments may; time only where success changes with it. */
  readonly matters: boolean;
}

/** With fewer runs of a version a stratum says nothing by itself; in the common difference they count. */
const leastInStratum = 10;

/** The variables whose mix differs between two versions, with the comparison repeated inside each value and at the same mix. */
export function findConfounders(
  a: readonly ScoredExecution[],
  b: readonly ScoredExecution[],
  numbers: Numbers,
): readonly FoundConfounder[] {
  return (['model', 'environment', 'time'] as const).flatMap((variable) => {
    const strata = stratify(variable, a, b);
    return isUnbalanced(strata) ? [confounderOf(variable, strata, numbers)] : [];
  });
}

function confounderOf(variable: Confounder['variable'], strata: readonly Stratum[], numbers: Numbers): FoundConfounder {
  const common = sameMixOf(strata);
  const matters = variable !== 'time' || successVariesOverTime(strata);
  return {
    confounder: {
      variable,
      strata: withShares(strata),
      sameMix: common && {
        method: 'mantel-haenszel',
        difference: common.difference,
        pValue: common.pValue,
        decided: common.decision === 'better' || common.decision === 'worse',
      },
      sentence: describeConfounder(variable, matters, common, numbers),
    },
    decision: common?.decision ?? null,
    matters,
  };
}

/** Null when the strata that hold both versions hold too few runs of one. */
function sameMixOf(strata: readonly Stratum[]): SameMix | null {
  const shared = strata
    .filter(({ a, b }) => a.length > 0 && b.length > 0)
    .map(({ a, b }) => ({ first: proportionOf(b), second: proportionOf(a) }));
  const runsOfB = shared.reduce((sum, { first }) => sum + first.n, 0);
  const runsOfA = shared.reduce((sum, { second }) => sum + second.n, 0);
  const common = mantelHaenszelDifference(shared);
  if (common === null || Math.min(runsOfA, runsOfB) < leastRuns) {
    return null;
  }
  const { value, low, high, p } = common;
  const difference = { value, low, high };
  return { difference, pValue: p, decision: decide(difference, p) };
}

/** Largest difference of shares first; of equal ones (always so with two strata) b's first. */
function withShares(strata: readonly Stratum[]): Confounder['strata'] {
  const nA = strata.reduce((sum, { a }) => sum + a.length, 0);
  const nB = strata.reduce((sum, { b }) => sum + b.length, 0);
  // In whole numbers, so that equal differences are equal.
  const moreInB = ({ a, b }: Stratum): number => b.length * nA - a.length * nB;
  return strata
    .toSorted((s, t) => Math.abs(moreInB(t)) - Math.abs(moreInB(s)) || moreInB(t) - moreInB(s))
    .map(({ name, a, b }) => ({
      name,
      nA: a.length,
      nB: b.length,
      shareA: a.length / nA,
      shareB: b.length / nB,
      difference:
        Math.min(a.length, b.length) < leastInStratum ? null : rateDifference(proportionOf(a), proportionOf(b)),
    }));
}
