import { tailQuantile } from './tailQuantile.ts';
import { z95 } from './normal.ts';

/** P(|T| > |t|) of Student's t with any positive degrees of freedom, whole or not (DLMF 8.17.7 as R's `pt` uses it). */
export function studentTwoSided(t: number, degrees: number): number {
  const a = degrees / 2;
  const x = degrees / (degrees + t * t);
  const y = 1 / (1 + degrees / (t * t));
  // x^a √y / B(a, ½), where x^a comes from its logarithm: x itself has lost what lies below 1e-16 of 1.
  const front = Math.exp(-a * Math.log1p((t * t) / degrees)) * Math.sqrt(y / Math.PI) * gammaRatio(a);
  return x < (a + 1) / (a + 2.5) ? (front / a) * betaFraction(x, a, 0.5) : 1 - 2 * front * betaFraction(y, 0.5, a);
}

/** The t with P(|T| > t) = 5 %, for one degree of freedom or more: what z = 1.96 is to the normal. */
export function studentT95(degrees: number): number {
  const tail = (t: number): number => studentTwoSided(t, degrees) / 2;
  const scale = gammaRatio(degrees / 2) / Math.sqrt(Math.PI * degrees);
  const density = (t: number): number => scale * Math.exp((-(degrees + 1) / 2) * Math.log1p((t * t) / degrees));
  return tailQuantile({ tail, density }, 0.025, z95);
}

/** The continued fraction of the incomplete beta function, DLMF 8.17.22, by Lentz's algorithm (DLMF 3.10(iii)). */
function betaFraction(x: number, a: number, b: number): number {
  let denominator = 1 / (1 - ((a + b) * x) / (a + 1));
  let numerator = 1;
  let fraction = denominator;
  const step = (coefficient: number): number => {
    denominator = 1 / (1 + coefficient * denominator);
    numerator = 1 + coefficient / numerator;
    fraction *= numerator * denominator;
    return numerator * denominator;
  };
  for (let m = 1; ; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    step(even);
    if (Math.abs(step(odd) - 1) < 1e-15) {
      return fraction;
    }
  }
}

/** Γ(a + ½) / Γ(a): the asymptotic series of DLMF 5.11.13, after the recurrence has carried a beyond 30. */
function gammaRatio(a: number): number {
  if (a < 30) {
    return (gammaRatio(a + 1) * a) / (a + 0.5);
  }
  const coefficients = [-1 / 8, 1 / 128, 5 / 1024, -21 / 32768, -399 / 262144, 869 / 4194304, 39325 / 33554432];
  return Math.sqrt(a) * coefficients.reduce((sum, coefficient, index) => sum + coefficient / a ** (index + 1), 1);
}
