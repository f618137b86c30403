import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../../format/numbers.ts';
import { isFraction, pointsNumber } from '../../../format/points.ts';
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
