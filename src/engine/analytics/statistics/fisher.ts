import type { Proportion } from './proportions.ts';

/** Tables as probable as the one observed count as such, although rounding makes them differ (R's `fisher.test` too). */
const tolerance = 1 + 1e-7;

/**
 * Fisher's exact test that two shares are equal, two-sided: the probabilities of all tables with the
 * same margins that are not more probable than the observed one, added up. 1 when a margin is empty.
 */
export function fisher(first: Proportion, second: Proportion): number {
  const successes = first.successes + second.successes;
  const support = {
    least: Math.max(0, successes - second.n),
    most: Math.min(first.n, successes),
    // From k to k + 1 successes in the first sample, in the hypergeometric distribution.
    ratio: (k: number): number => ((first.n - k) * (successes - k)) / ((k + 1) * (second.n - successes + k + 1)),
  };
  const mode = Math.floor(((first.n + 1) * (successes + 1)) / (first.n + second.n + 2));
  const weights = weightsAround(mode, support);
  const observed = (weights.get(first.successes) ?? 0) * tolerance;
  let [all, notMoreProbable] = [0, 0];
  for (const weight of weights.values()) {
    all += weight;
    notMoreProbable += weight <= observed ? weight : 0;
  }
  return Math.min(1, notMoreProbable / all);
}

interface Support {
  readonly least: number;
  readonly most: number;
  readonly ratio: (k: number) => number;
}

/** Relative to the mode, so that no logarithm of a factorial costs digits; ends where doubles underflow. */
function weightsAround(mode: number, { least, most, ratio }: Support): ReadonlyMap<number, number> {
  const weights = new Map([[mode, 1]]);
  for (let k = mode, weight = 1; k < most && weight > 0; k++) {
    weight *= ratio(k);
    weights.set(k + 1, weight);
  }
  for (let k = mode, weight = 1; k > least && weight > 0; k--) {
    weight /= ratio(k - 1);
    weights.set(k - 1, weight);
  }
  return weights;
}
