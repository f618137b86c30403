import { tailQuantile } from './tailQuantile.ts';

/** The standard normal's 97.5 % point: every interval here is a 95 % interval. */
export const z95 = 1.959963984540054;

const levels = 80;

/** P(Z > z), with a relative accuracy of 1e-13 down to the smallest double. */
export function normalUpperTail(z: number): number {
  return complementaryError(z / Math.SQRT2) / 2;
}

/** P(|Z| > |z|): the p-value of a two-sided test. */
export function normalTwoSided(z: number): number {
  return complementaryError(Math.abs(z) / Math.SQRT2);
}

/** The z with P(Z < z) = `probability`, which lies between 0 and 1. */
export function normalQuantile(probability: number): number {
  if (probability > 0.5) {
    return -normalQuantile(1 - probability);
  }
  return -tailQuantile({ tail: normalUpperTail, density: normalDensity }, probability, 0);
}

function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** erfc: the series of DLMF 7.6.2 below 2, the continued fraction of Abramowitz and Stegun 7.1.14 above. */
function complementaryError(x: number): number {
  if (x < 0) {
    return 2 - complementaryError(-x);
  }
  const scale = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2) {
    let term = 2 * x;
    let sum = term;
    for (let k = 1; term > sum * Number.EPSILON; k++) {
      term *= (2 * x * x) / (2 * k + 1);
      sum += term;
    }
    return 1 - scale * sum;
  }
  // At 2, the slowest point, 60 levels reach the last digit of a double.
  let fraction = x;
  for (let k = levels; k > 0; k--) {
    fraction = x + k / 2 / fraction;
  }
  return scale / fraction;
}
