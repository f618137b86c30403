import type { Numbers } from './numbers.ts';

/** Whole points; below one point one significant digit, so that an interval beside 0 does not seem to touch it. */
export function pointsNumber(difference: number, numbers: Numbers): string {
  const points = difference * 100;
  if (!isFraction(difference)) {
    return numbers.decimal(Math.round(points), 0);
  }
  return numbers.decimal(points, Math.min(3, Math.ceil(-Math.log10(Math.abs(points)))));
}

/** Not 0, and below 1 when rounded to one decimal. */
export function isFraction(difference: number): boolean {
  const points = Math.abs(difference * 100);
  return points >= 0.0005 && points < 0.95;
}
