import { centralSum, mean } from './moments.ts';
import { studentT95, studentTwoSided } from './student.ts';

export interface WelchTest {
  readonly t: number;
  readonly degrees: number;
  readonly p: number;
  /** Mean of x less mean of y, with its 95 % interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Welch's test of two means with unequal variances, two-sided (Welch 1947, Biometrika 34:28; degrees of
 * freedom by Satterthwaite). Null where there is no variance to go by: a sample has fewer than two
 * values, or both are constant.
 */
export function welch(x: readonly number[], y: readonly number[]): WelchTest | null {
  if (x.length < 2 || y.length < 2) {
    return null;
  }
  const [meanX, meanY, ofX, ofY] = [mean(x), mean(y), squaredError(x), squaredError(y)];
  const error = Math.sqrt(ofX + ofY);
  // Rounding leaves a trace of variance in equal values such as 0.1, 0.1, 0.1 (R's bound).
  if (error < 10 * Number.EPSILON * Math.max(Math.abs(meanX), Math.abs(meanY)) || error === 0) {
    return null;
  }
  const degrees = (ofX + ofY) ** 2 / (ofX ** 2 / (x.length - 1) + ofY ** 2 / (y.length - 1));
  const difference = meanX - meanY;
  const reach = studentT95(degrees) * error;
  const t = difference / error;
  return {
    t,
    degrees,
    p: studentTwoSided(t, degrees),
    difference,
    low: difference - reach,
    high: difference + reach,
  };
}

/** The squared standard error of the mean. */
function squaredError(values: readonly number[]): number {
  return centralSum(values, 2) / (values.length - 1) / values.length;
}
