import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../src/format/numbers.ts';
import { pointsNumber } from '../../src/format/points.ts';
import type { VersionComparison } from '../../src/protocol/analytics.ts';
import type { Interval } from '../../src/protocol/figures.ts';

const leastPValue = 0.001;

/** A difference of rates with its sign: `+9`, `−3`. */
export function signedPoints(difference: number, numbers: Numbers): string {
  const number = pointsNumber(difference, numbers);
  return difference > 0 && number !== numbers.count(0) ? `+${number}` : number;
}

/** `95 % CI −2 to 13`. */
export function intervalInPoints({ low, high }: Interval, numbers: Numbers): string {
  return l10n.t('95\u202f% CI {0} to {1}', pointsNumber(low, numbers), pointsNumber(high, numbers));
}

/** `p = 0.013`, `p < 0.001`. */
export function pText(pValue: number, numbers: Numbers): string {
  return pValue < leastPValue
    ? `p < ${numbers.decimal(leastPValue, 3)}`
    : `p = ${numbers.decimal(pValue, pValue < 0.1 ? 3 : 2)}`;
}

/** The test with its adjusted p-value; null when nothing was tested. */
export function testText(
  { test, pValue, adjustedPValue }: VersionComparison,
  pairs: number,
  numbers: Numbers,
): string | null {
  if (test === null || pValue === null || adjustedPValue === null) {
    return null;
  }
  const name = test === 'fisher' ? l10n.t('Fisher’s exact test') : l10n.t('Two-proportion test');
  return pairs === 1
    ? l10n.t('{0}: {1}', name, pText(pValue, numbers))
    : l10n.t(
        '{0}: {1}, adjusted for the {2} pairs shown (Benjamini-Hochberg)',
        name,
        pText(adjustedPValue, numbers),
        numbers.count(pairs),
      );
}
