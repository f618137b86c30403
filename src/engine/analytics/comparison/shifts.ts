import * as l10n from '@vscode/l10n';
import type { Measure, Shift } from '../../../protocol/analytics.ts';
import type { Interval } from '../../../protocol/figures.ts';
import { mannWhitney } from '../statistics/mannWhitney.ts';
import { percentiles } from '../statistics/quantiles.ts';
import type { Execution } from './execution.ts';
import { leastRuns } from './successTest.ts';

export const measures: readonly Measure[] = ['latencySeconds', 'costUsd', 'inputTokens', 'outputTokens'];

/** A shift before the comparisons are adjusted for one another. */
export type RawShift = Omit<Shift, 'adjustedPValue' | 'inWords'>;

/** How one measure of `b` differs from that of `a`; no shift below the least number of known values. */
export function shiftOf(measure: Measure, a: readonly Execution[], b: readonly Execution[]): RawShift {
  const [ofA, ofB] = [known(a, measure), known(b, measure)];
  const ranks = ofA.length < leastRuns || ofB.length < leastRuns ? null : mannWhitney(ofB, ofA);
  return {
    measure,
    medianA: percentiles(ofA)?.p50 ?? null,
    medianB: percentiles(ofB)?.p50 ?? null,
    shift: ranks?.shift ?? null,
    low: ranks?.interval?.low ?? null,
    high: ranks?.interval?.high ?? null,
    test: 'mann-whitney',
    pValue: ranks?.p ?? null,
    nA: ofA.length,
    nB: ofB.length,
  };
}

export function withAdjusted(shift: RawShift, adjustedPValue: number | null): Shift {
  return { ...shift, adjustedPValue, inWords: describeShift(shift, adjustedPValue) };
}

function known(executions: readonly Execution[], measure: Measure): readonly number[] {
  return executions.map((execution) => execution[measure]).filter((value) => value !== null);
}

function describeShift({ measure, shift, low, high }: RawShift, adjustedPValue: number | null): string {
  if (shift === null) {
    return l10n.t('too few');
  }
  const clear = adjustedPValue !== null && adjustedPValue < 0.05 && excludesZero({ low: low ?? 0, high: high ?? 0 });
  return clear ? direction(measure, shift > 0) : l10n.t('no clear change');
}

function excludesZero({ low, high }: Interval): boolean {
  return low > 0 || high < 0;
}

function direction(measure: Measure, more: boolean): string {
  switch (measure) {
    case 'latencySeconds':
      return more ? l10n.t('slower') : l10n.t('faster');
    case 'costUsd':
      return more ? l10n.t('costs more') : l10n.t('costs less');
    case 'inputTokens':
    case 'outputTokens':
      return more ? l10n.t('longer') : l10n.t('shorter');
  }
}
