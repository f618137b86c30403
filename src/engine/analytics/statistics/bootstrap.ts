import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Interval, Mean } from '../../../protocol/figures.ts';
import { centralSum, mean } from './moments.ts';
import { normalQuantile, normalUpperTail, z95 } from './normal.ts';
import { quantile } from './quantiles.ts';
import { studentT95 } from './student.ts';
import { welch } from './welch.ts';

const resamples = 1999;
/** The same data give the same interval every time. */
const seed = 20_231_123;
/** Beyond so many values the bootstrap's and Student's interval are one for the eye, and resampling takes long. */
const largeSample = 1000;

/**
 * The mean with its 95 % interval by the bias-corrected and accelerated bootstrap (BCa; Efron 1987,
 * J. Am. Stat. Assoc. 82:171), by Student's t above 1,000 values. No interval below two values, nor
 * where all are equal: resampling them says nothing.
 */
export function bootstrapMean(values: readonly number[]): Mean {
  const [first] = values;
  if (first === undefined) {
    return { value: null, n: 0, low: null, high: null };
  }
  const n = values.length;
  if (values.every((value) => value === first)) {
    return { value: first, n, low: null, high: null };
  }
  const value = mean(values);
  const variation = centralSum(values, 2);
  if (n > largeSample) {
    const reach = studentT95(n - 1) * Math.sqrt(variation / (n - 1) / n);
    return { value, n, low: value - reach, high: value + reach };
  }
  const random = xoroshiro128plus(seed);
  const resampled = resample(() => resampledMean(values, random));
  // The skewness of the estimate, exact for a mean (Efron and Tibshirani 1993, formula 14.15).
  const acceleration = centralSum(values, 3) / (6 * variation ** 1.5);
  return { value, n, ...biasCorrected(resampled, value, acceleration) };
}

/**
 * The 95 % interval of mean x less mean y, as {@link bootstrapMean} with each sample resampled by
 * itself; Welch's interval above 1,000 values. Null below two values in a sample, or with no variance
 * in either.
 */
export function bootstrapMeanDifference(
  x: readonly number[],
  y: readonly number[],
): (Interval & { readonly value: number }) | null {
  const byVariance = welch(x, y);
  if (byVariance === null) {
    return null;
  }
  const { difference: value, low, high } = byVariance;
  if (x.length + y.length > largeSample) {
    return { value, low, high };
  }
  const random = xoroshiro128plus(seed);
  const resampled = resample(() => resampledMean(x, random) - resampledMean(y, random));
  const [m, n] = [x.length, y.length];
  const skew = centralSum(x, 3) / m ** 3 - centralSum(y, 3) / n ** 3;
  const variation = centralSum(x, 2) / m ** 2 + centralSum(y, 2) / n ** 2;
  return { value, ...biasCorrected(resampled, value, skew / (6 * variation ** 1.5)) };
}

function resample(statistic: () => number): Float64Array {
  return Float64Array.from({ length: resamples }, statistic).sort();
}

function resampledMean(values: readonly number[], random: RandomGenerator): number {
  const draw = (): number => values[uniformInt(random, 0, values.length - 1)] ?? 0;
  return values.reduce((sum) => sum + draw(), 0) / values.length;
}

/** The percentiles of the resampled estimates that BCa takes for 2.5 % and 97.5 %. */
function biasCorrected(sorted: Float64Array, estimate: number, acceleration: number): Interval {
  const below = sorted.filter((value) => value < estimate).length;
  const equal = sorted.filter((value) => value === estimate).length;
  const share = (below + equal / 2 + 0.5) / (sorted.length + 1);
  const bias = normalQuantile(share);
  const limit = (z: number): number => {
    const shifted = bias + (bias + z) / (1 - acceleration * (bias + z));
    return quantile(sorted, normalUpperTail(-shifted));
  };
  return { low: limit(-z95), high: limit(z95) };
}
