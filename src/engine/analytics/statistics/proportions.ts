import type { Interval, Rate } from '../../../protocol/figures.ts';
import { normalTwoSided, z95 } from './normal.ts';

/** `successes` of `n` runs. */
export interface Proportion {
  readonly successes: number;
  readonly n: number;
}

export interface ProportionTest {
  readonly p: number;
  /** z², pooled, without continuity correction. */
  readonly chiSquared: number;
}

/** The share of successes with its Wilson interval: what every rate in an answer is made by. */
export function rate({ successes, n }: Proportion): Rate {
  const interval = wilson({ successes, n });
  return {
    value: n === 0 ? null : successes / n,
    count: successes,
    n,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
  };
}

/**
 * The 95 % score interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22:209), without continuity
 * correction. Null when n is 0.
 */
export function wilson({ successes, n }: Proportion): Interval | null {
  if (n === 0) {
    return null;
  }
  const squared = z95 * z95;
  const centre = (successes + squared / 2) / (n + squared);
  const reach = (z95 * Math.sqrt((successes * (n - successes)) / n + squared / 4)) / (n + squared);
  return {
    low: successes === 0 ? 0 : centre - reach,
    high: successes === n ? 1 : centre + reach,
  };
}

/**
 * The 95 % interval of the difference of two shares, `first` less `second`: hybrid score, method 10 of
 * Newcombe (1998, Stat. Med. 17:873), without correction. Null when either n is 0.
 */
export function newcombe(first: Proportion, second: Proportion): Interval | null {
  const [one, two] = [wilson(first), wilson(second)];
  if (one === null || two === null) {
    return null;
  }
  const [p, q] = [first.successes / first.n, second.successes / second.n];
  return {
    low: p - q - Math.hypot(p - one.low, two.high - q),
    high: p - q + Math.hypot(one.high - p, q - two.low),
  };
}

/**
 * The two-sided test that two shares are equal, by the pooled normal approximation (Pearson's
 * chi-squared of the 2 by 2 table). Null where nothing can be tested: an n is 0, or both shares are 0
 * or both 1.
 */
export function twoProportion(first: Proportion, second: Proportion): ProportionTest | null {
  const n = first.n + second.n;
  const successes = first.successes + second.successes;
  if (first.n === 0 || second.n === 0 || successes === 0 || successes === n) {
    return null;
  }
  // Over whole numbers: equal shares such as 3/9 and 5/15 differ by exactly 0.
  const cross = first.successes * second.n - second.successes * first.n;
  const chiSquared = (n * (cross / first.n) * (cross / second.n)) / (successes * (n - successes));
  return { p: normalTwoSided(Math.sqrt(chiSquared)), chiSquared };
}
