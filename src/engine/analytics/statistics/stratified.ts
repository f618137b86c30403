import type { Interval } from '../../../protocol/figures.ts';
import { normalTwoSided, z95 } from './normal.ts';
import type { Proportion } from './proportions.ts';

export interface Stratum {
  readonly first: Proportion;
  readonly second: Proportion;
}

export interface CommonDifference extends Interval {
  /** Share of `first` less that of `second`, at the same mix of strata. */
  readonly value: number;
  /** Two-sided, of no difference in any stratum. */
  readonly p: number;
}

/**
 * The Mantel-Haenszel risk difference: the differences inside the strata, weighted by
 * n1·n2 / (n1 + n2) (Greenland and Robins 1985, Biometrics 41:55), with the stratified score interval of
 * Miettinen and Nurminen (1985, Stat. Med. 4:213), which holds for many small strata and at shares of 0
 * and 1 too. Strata that lack one sample carry no weight. Null when no stratum has both.
 */
export function mantelHaenszelDifference(strata: readonly Stratum[]): CommonDifference | null {
  const shared = strata.filter(({ first, second }) => first.n > 0 && second.n > 0).map(weighted);
  if (shared.length === 0) {
    return null;
  }
  const total = shared.reduce((sum, { weight }) => sum + weight, 0);
  const value = shared.reduce((sum, { weight, difference }) => sum + weight * difference, 0) / total;
  const score = (delta: number): number => {
    const variance = shared.reduce((sum, stratum) => sum + stratum.weight ** 2 * varianceAt(stratum, delta), 0);
    const excess = (value - delta) * total;
    // Where the data leave no doubt (all or none succeeded) there is no variance at the estimate either.
    return excess === 0 ? 0 : excess / Math.sqrt(variance);
  };
  return {
    value,
    p: normalTwoSided(score(0)),
    low: crossing((delta) => score(delta) < z95, -1, value),
    high: crossing((delta) => score(delta) <= -z95, value, 1),
  };
}

interface WeightedStratum extends Stratum {
  readonly weight: number;
  readonly difference: number;
}

function weighted({ first, second }: Stratum): WeightedStratum {
  return {
    first,
    second,
    weight: (first.n * second.n) / (first.n + second.n),
    difference: first.successes / first.n - second.successes / second.n,
  };
}

/** Of the difference in one stratum, where it is `delta`: at the most likely shares that differ by that much. */
function varianceAt({ first, second }: Stratum, delta: number): number {
  const n = first.n + second.n;
  const q = likelyShare(first, second, delta);
  const p = Math.min(1, Math.max(0, q + delta));
  return ((p * (1 - p)) / first.n + (q * (1 - q)) / second.n) * (n / (n - 1));
}

/** The most likely share of `second` when that of `first` is larger by `delta`: the root of Miettinen and Nurminen's cubic, in closed form. */
function likelyShare(first: Proportion, second: Proportion, delta: number): number {
  const n = first.n + second.n;
  const successes = first.successes + second.successes;
  const l2 = (first.n + 2 * second.n) * delta - n - successes;
  const l1 = (second.n * delta - n - 2 * second.successes) * delta + successes;
  const l0 = second.successes * delta * (1 - delta);
  const third = l2 / (3 * n);
  const q = third ** 3 - (l1 * l2) / (6 * n * n) + l0 / (2 * n);
  const p = Math.sign(q) * Math.sqrt(Math.max(0, third ** 2 - l1 / (3 * n)));
  const angle = (Math.PI + Math.acos(p === 0 ? 0 : Math.min(1, Math.max(-1, q / p ** 3)))) / 3;
  return Math.min(1, Math.max(0, 2 * p * Math.cos(angle) - third));
}

/** Where a condition that is false at `low` becomes true on the way to `high`, within 2^-60 of the way. */
function crossing(holds: (value: number) => boolean, low: number, high: number): number {
  let [before, after] = [low, high];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (before + after) / 2;
    if (holds(middle)) {
      after = middle;
    } else {
      before = middle;
    }
  }
  return after;
}
