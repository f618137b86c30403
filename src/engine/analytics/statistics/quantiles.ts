import type { Percentiles } from '../../../protocol/figures.ts';
import { mean } from './moments.ts';

/**
 * The quantile of values in ascending order, interpolated between the two nearest (type 7 of Hyndman
 * and Fan 1996, Am. Stat. 50:361, R's default).
 * @throws RangeError when there are no values
 */
export function quantile(sorted: ArrayLike<number>, probability: number): number {
  const position = (sorted.length - 1) * probability;
  const below = Math.floor(position);
  const low = sorted[below];
  const high = sorted[Math.min(below + 1, sorted.length - 1)];
  if (low === undefined || high === undefined) {
    throw new RangeError('No value has no quantiles.');
  }
  // In this form, rounding never makes a higher quantile the smaller one.
  return Math.min(low + (position - below) * (high - low), high);
}

/** Exact percentiles and mean of values in any order; null when there are none. */
export function percentiles(values: readonly number[]): Percentiles | null {
  if (values.length === 0) {
    return null;
  }
  const sorted = Float64Array.from(values).sort();
  return {
    p50: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    mean: mean(values),
    n: values.length,
  };
}
