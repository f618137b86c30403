/** The arithmetic mean; NaN of no values, so callers ask for their number first. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Σ (value - mean)^power, in a second pass: values near 1e9 that differ by 1 keep their digits. */
export function centralSum(values: readonly number[], power: 2 | 3): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** power, 0);
}
