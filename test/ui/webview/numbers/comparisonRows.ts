import assert from 'node:assert/strict';
import type {
  Confounder,
  PromptComparison,
  PromptFailuresAnswer,
  PromptFigures,
  Shift,
  VersionComparison,
} from '../../../../src/protocol/analytics.ts';
import type { Mean } from '../../../../src/protocol/figures.ts';
import * as written from './writtenNumbers.ts';

export type Variant = PromptComparison['variants'][number];

/** What the panel compares by itself: the newest version that ran with that in production, among the six newest. */
export function comparedVersions({ versions, productionVersion }: PromptFigures): {
  readonly baseline: string;
  readonly subject: string;
  readonly shown: readonly string[];
} {
  const ran = versions.filter(({ executions }) => executions > 0).map(({ version }) => version ?? -1);
  assert.ok(ran.length > 1);
  const baseline = productionVersion !== null && ran.includes(productionVersion) ? productionVersion : ran.at(-1);
  const others = ran.slice(0, 6).filter((version) => version !== baseline);
  const shown = [baseline, ...others.toSorted((a, b) => a - b)];
  return { baseline: `v${baseline}`, subject: `v${others[0]}`, shown: shown.map((version) => `v${version}`) };
}

/** Elements of the longest sequence that is in both. */
export function longestCommon(left: readonly string[], right: readonly string[]): number {
  let lengths = right.map(() => 0);
  for (const one of left) {
    let [diagonal, before] = [0, 0];
    lengths = lengths.map((above, index) => {
      const length = one === right[index] ? diagonal + 1 : Math.max(above, before);
      [diagonal, before] = [above, length];
      return length;
    });
  }
  return lengths.at(-1) ?? 0;
}

export const byVersion = (variants: readonly Variant[]): readonly Variant[] =>
  variants.toSorted((a, b) => (a.version ?? 0) - (b.version ?? 0));

export const inPoints = ({ low, high }: { readonly low: number; readonly high: number }): string =>
  `95 % CI ${written.difference(low)} to ${written.difference(high)}`;

export function testLine({ test, pValue, adjustedPValue }: VersionComparison, pairs: number): readonly string[] {
  if (test === null || pValue === null || adjustedPValue === null) {
    return [];
  }
  const name = test === 'fisher' ? 'Fisher’s exact test' : 'Two-proportion test';
  const adjusted = pairs === 1 ? '' : `, adjusted for the ${written.count(pairs)} pairs shown (Benjamini-Hochberg)`;
  return [`${name}: ${written.pValue(adjustedPValue)}${adjusted}`];
}

export function shortVerdict({ verdictKind, verdict, a }: VersionComparison): string {
  const texts = {
    better: `better than ${a}`,
    worse: `worse than ${a}`,
    alike: `like ${a}`,
    tooFew: 'too few runs',
    confounded: 'conditions differ',
    undecided: verdict,
  };
  return texts[verdictKind];
}

/** The strata, and under them what is left at the same mix of all. */
export function strataWithSum({
  strata,
  sameMix,
}: Confounder): readonly Pick<Confounder['strata'][number], 'name' | 'nA' | 'nB' | 'difference'>[] {
  const sum = (id: 'nA' | 'nB'): number => strata.reduce((total, { [id]: n }) => total + n, 0);
  const total = { name: 'Same mix', nA: sum('nA'), nB: sum('nB') };
  return sameMix === null ? strata : [...strata, { ...total, difference: sameMix.difference }];
}

type Change = { readonly value: number; readonly low: number; readonly high: number } | null;

/** What a measure changed by, in shares of the baseline's. */
export function changeOf({ shift, low, high }: Pick<Shift, 'shift' | 'low' | 'high'>, base: number | null): Change {
  return shift === null || low === null || high === null || base === null || base <= 0
    ? null
    : { value: shift / base, low: low / base, high: high / base };
}

export interface ShiftRow extends Pick<Shift, 'medianA' | 'medianB' | 'nA' | 'nB' | 'adjustedPValue' | 'inWords'> {
  readonly title: string;
  readonly write: (value: number) => string;
  readonly change: Change;
}

export function qualityRow(
  { quality: a }: Variant,
  { quality: b }: Variant,
  { qualityDifference }: VersionComparison,
): ShiftRow | null {
  if (a.value === null && b.value === null) {
    return null;
  }
  const difference = qualityDifference;
  const inWords =
    difference === null ? 'too few' : difference.low > 0 ? 'higher' : difference.high < 0 ? 'lower' : 'no clear change';
  return {
    title: 'Quality, mean',
    write: (value: number) => written.number(value, 2),
    ...{ medianA: a.value, medianB: b.value, nA: a.n, nB: b.n, adjustedPValue: null, inWords },
    change: difference === null ? null : changeOf({ ...difference, shift: difference.value }, a.value),
  };
}

export function topReasons({
  reasons,
}: PromptFailuresAnswer): readonly { readonly text: string; readonly count: number }[] {
  const all = reasons.map(({ reason, count }) => ({ text: reason ?? 'without a reason', count }));
  const rest = all.slice(3).reduce((sum, { count }) => sum + count, 0);
  return rest === 0 ? all : [...all.slice(0, 3), { text: 'other reasons', count: rest }];
}

export function meanText({ value, low, high, n }: Mean): string {
  if (value === null) {
    return 'none';
  }
  const sure = low === null || high === null ? '' : `${written.number(low, 2)} to ${written.number(high, 2)}, `;
  return `${written.number(value, 2)} ${sure}n ${written.count(n)}`;
}
