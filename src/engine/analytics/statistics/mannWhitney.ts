import type { Interval } from '../../../protocol/figures.ts';
import { normalTwoSided, z95 } from './normal.ts';
import { pairwiseDifference } from './pairwiseDifferences.ts';
import { uDistribution } from './uDistribution.ts';

export interface RankTest {
  /** Pairs with x > y, plus half the pairs with x = y (R's W). */
  readonly u: number;
  /** Two-sided; null when all values are equal. */
  readonly p: number | null;
  /** Hodges-Lehmann: the median of all differences x - y. */
  readonly shift: number;
  /** Of the shift; null when each sample is constant. */
  readonly interval: Interval | null;
  /** What the interval covers: 0.95, or less where samples are too small to reach that. */
  readonly level: number;
}

/** From here on the normal approximation answers (R's rule). */
const largeSample = 50;

/**
 * The Mann-Whitney test that neither of two samples tends to larger values, with the shift between
 * them (Hodges and Lehmann 1963, Ann. Math. Stat. 34:598) and its 95 % interval. Exact where both
 * samples are below 50 and no value occurs twice, else by the normal approximation with corrections
 * for ties and continuity. Null when a sample is empty.
 */
export function mannWhitney(x: readonly number[], y: readonly number[]): RankTest | null {
  const small = x.length < largeSample && y.length < largeSample;
  return small && new Set([...x, ...y]).size === x.length + y.length
    ? exactMannWhitney(x, y)
    : normalMannWhitney(x, y, 0.5);
}

/** By the distribution of U itself, which holds without ties; null when a sample is empty. */
export function exactMannWhitney(x: readonly number[], y: readonly number[]): RankTest | null {
  if (x.length === 0 || y.length === 0) {
    return null;
  }
  const [xs, ys] = [ascending(x), ascending(y)];
  const pairs = xs.length * ys.length;
  const cumulative = uDistribution(xs.length, ys.length);
  const atMost = (count: number): number => cumulative[count] ?? 0;
  const u = pairsWon(xs, ys);
  const k = Math.max(
    1,
    cumulative.findIndex((probability) => probability > 0.025 - 10 * Number.EPSILON),
  );
  const missed = 2 * atMost(k - 1);
  return {
    u,
    p: Math.min(1, 2 * atMost(Math.min(u, pairs - u))),
    shift: medianDifference(xs, ys),
    interval: differencesAt(xs, ys, k),
    // Exact levels come in steps; only a step that is far from 95 % is worth saying (R's bound).
    level: missed > 0.075 ? 1 - missed : 0.95,
  };
}

/**
 * By the normal approximation, its variance corrected for ties (Lehmann 1975, "Nonparametrics", 1.5);
 * `continuity` is the correction, 0.5 or none. Null when a sample is empty.
 */
export function normalMannWhitney(x: readonly number[], y: readonly number[], continuity: 0 | 0.5): RankTest | null {
  if (x.length === 0 || y.length === 0) {
    return null;
  }
  const [xs, ys] = [ascending(x), ascending(y)];
  const pairs = xs.length * ys.length;
  const u = pairsWon(xs, ys);
  const all = ascending([...x, ...y]);
  const deviation = standardDeviation(xs, ys, tieSum(all));
  const excess = Math.max(0, Math.abs(u - pairs / 2) - continuity);
  // Shifting one sample breaks ties across the two, so only those inside each count here.
  const shifted = standardDeviation(xs, ys, tieSum(xs) + tieSum(ys));
  const k = Math.max(1, Math.ceil(pairs / 2 - continuity - z95 * shifted));
  return {
    u,
    p: isConstant(all) ? null : normalTwoSided(excess / deviation),
    shift: medianDifference(xs, ys),
    interval: isConstant(xs) && isConstant(ys) ? null : differencesAt(xs, ys, k),
    level: 0.95,
  };
}

function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function isConstant(sorted: Float64Array): boolean {
  return sorted[0] === sorted.at(-1);
}

function pairsWon(x: Float64Array, y: Float64Array): number {
  let [below, upTo, won] = [0, 0, 0];
  for (const value of x) {
    while ((y[below] ?? Infinity) < value) {
      below++;
    }
    while ((y[upTo] ?? Infinity) <= value) {
      upTo++;
    }
    won += (below + upTo) / 2;
  }
  return won;
}

/** Σ (t³ - t) over the groups of t equal values. */
function tieSum(sorted: Float64Array): number {
  let [sum, run, last] = [0, 0, NaN];
  for (const value of sorted) {
    run = value === last ? run + 1 : 1;
    last = value;
    // What the group's newest member adds: t³ - t less (t - 1)³ - (t - 1).
    sum += 3 * run * (run - 1);
  }
  return sum;
}

function standardDeviation(x: Float64Array, y: Float64Array, ties: number): number {
  const n = x.length + y.length;
  return Math.sqrt(((x.length * y.length) / 12) * (n + 1 - ties / (n * (n - 1))));
}

function medianDifference(x: Float64Array, y: Float64Array): number {
  const pairs = x.length * y.length;
  const upper = pairwiseDifference(x, y, Math.floor(pairs / 2) + 1);
  return pairs % 2 === 1 ? upper : (pairwiseDifference(x, y, pairs / 2) + upper) / 2;
}

function differencesAt(x: Float64Array, y: Float64Array, k: number): Interval {
  return {
    low: pairwiseDifference(x, y, k),
    high: pairwiseDifference(x, y, x.length * y.length + 1 - k),
  };
}
