import { normalQuantile } from './normal.ts';

/** The 80 % point of the standard normal: a test of this size finds the difference in four of five trials. */
const zPower80 = 0.8416212335729143;

/**
 * Runs per group that show a difference between the shares `p1` and `p2` with a power of 80 % at the
 * two-sided level `alpha`; not rounded. The far tail is left out (R's `power.prop.test`; Fleiss, Levin
 * and Paik 2003, "Statistical Methods for Rates and Proportions", formula 4.14). Null when the shares
 * are equal: no number of runs shows a difference that is none.
 */
export function sampleSizeTwoProportions(p1: number, p2: number, alpha = 0.05): number | null {
  if (p1 === p2) {
    return null;
  }
  const mean = (p1 + p2) / 2;
  const z = -normalQuantile(alpha / 2);
  const reach = z * Math.sqrt(2 * mean * (1 - mean)) + zPower80 * Math.sqrt(p1 * (1 - p1) + p2 * (1 - p2));
  return (reach / (p1 - p2)) ** 2;
}
