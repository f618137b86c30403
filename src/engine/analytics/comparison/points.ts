import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../../format/numbers.ts';
import type { Interval } from '../../../protocol/figures.ts';

/** A difference of rates in words: `+9 points`, `−1 point`, `+0.4 points`. */
export function inPoints(difference: number, numbers: Numbers): string {
  const number = pointsNumber(difference, numbers);
  const signed = difference > 0 && number !== numbers.count(0) ? `+${number}` : number;
  return Math.abs(Math.round(difference * 100)) === 1 && !isFraction(difference)
    ? l10n.t('{0} point', signed)
    : l10n.t('{0} points', signed);
}

/** The interval of a difference of rates: `95 % CI 2 to 16`. */
export function confidenceInPoints({ low, high }: Interval, numbers: Numbers): string {
  return l10n.t('95\u202f% CI {0} to {1}', pointsNumber(low, numbers), pointsNumber(high, numbers));
}

/** Whole points; below one point one significant digit, so that an interval beside 0 does not seem to touch it. */
function pointsNumber(difference: number, numbers: Numbers): string {
  const points = difference * 100;
  if (!isFraction(difference)) {
    return numbers.decimal(Math.round(points), 0);
  }
  return numbers.decimal(points, Math.min(3, Math.ceil(-Math.log10(Math.abs(points)))));
}

/** Not 0, and below 1 when rounded to one decimal. */
function isFraction(difference: number): boolean {
  const points = Math.abs(difference * 100);
  return points >= 0.0005 && points < 0.95;
}
