import * as l10n from '@vscode/l10n';
import type { SummaryAnswer, UsageAnswer } from '../../src/protocol/analytics.ts';
import type { ChartModel, ChartSeries } from '../shared/chart/chartModel.ts';
import type { Writing } from '../shared/panel.ts';
import type { Buckets } from './buckets.ts';

/** A peak is worth a note when so large a share of so many calls failed or fell back. */
const alarmingRate = 0.05;
const enoughCalls = 30;

/** p50, p95 and p99 of latency; nothing where a bucket has under 30 calls. */
export function latencyChart(overall: UsageAnswer, buckets: Buckets, writing: Writing): ChartModel {
  const points = new Map(overall.series.flatMap(({ points }) => points).map((point) => [point.start, point.latency]));
  const values = (pick: 'p50' | 'p95' | 'p99'): readonly (number | null)[] =>
    overall.buckets.map((start) => points.get(start)?.[pick] ?? null);
  const series: readonly ChartSeries[] = [
    { id: 'p50', label: 'p50', values: values('p50'), style: 'thin', colour: 'text', end: 'p50' },
    { id: 'p95', label: 'p95', values: values('p95'), style: 'line', colour: 'series-0', end: 'p95' },
    { id: 'p99', label: 'p99', values: values('p99'), style: 'dotted', colour: 'neutral', end: 'p99' },
  ];
  return {
    ...shared(buckets),
    part: 'chart.latency',
    title: l10n.t('Latency'),
    finding: finding(l10n.t('p95 latency'), values('p95'), buckets, (value) => writing.numbers.duration(value)),
    series,
    unit: 's',
    format: (value) => writing.numbers.duration(value),
    tick: (value) => secondsTick(value, writing),
    annotation: null,
    empty: hasValues(series) ? null : l10n.t('Under 30 calls in each bucket: too few for percentiles.'),
  };
}

/** Error and fallback rates, as the summary gives them for each bucket. */
export function ratesChart({ sparklines }: SummaryAnswer, buckets: Buckets, writing: Writing): ChartModel {
  const share = (value: number): string => writing.numbers.share(value);
  const series: readonly ChartSeries[] = [
    {
      id: 'errors',
      label: l10n.t('errors'),
      values: sparklines.errorRate,
      style: 'line',
      colour: 'bad',
      end: l10n.t('errors'),
    },
    {
      id: 'fallbacks',
      label: l10n.t('fallbacks'),
      values: sparklines.fallbackRate,
      style: 'dashed',
      colour: 'warn',
      end: l10n.t('fallbacks'),
    },
  ];
  return {
    ...shared(buckets),
    part: 'chart.rates',
    title: l10n.t('Errors and fallbacks'),
    finding: [
      finding(l10n.t('Error rate'), sparklines.errorRate, buckets, share),
      finding(l10n.t('Fallback rate'), sparklines.fallbackRate, buckets, share),
    ].join(' '),
    series,
    unit: '%',
    format: share,
    tick: (value) => writing.numbers.wholeShare(value),
    annotation: peakNote(sparklines, buckets, share),
    empty: hasValues(series) ? null : l10n.t('none'),
  };
}

function shared({ labels, starts, ticks, gaps }: Buckets): Pick<ChartModel, 'labels' | 'starts' | 'ticks' | 'gaps'> {
  return { labels, starts, ticks, gaps };
}

function peakNote(
  { errorRate, fallbackRate, calls }: SummaryAnswer['sparklines'],
  buckets: Buckets,
  share: (value: number) => string,
): ChartModel['annotation'] {
  const worst = calls.map((count, index) =>
    (count ?? 0) < enoughCalls ? 0 : Math.max(errorRate[index] ?? 0, fallbackRate[index] ?? 0),
  );
  const index = worst.indexOf(Math.max(...worst));
  if ((worst[index] ?? 0) < alarmingRate) {
    return null;
  }
  const errors = errorRate[index] ?? 0;
  const fallbacks = fallbackRate[index] ?? 0;
  return {
    series: errors > fallbacks ? 'errors' : 'fallbacks',
    index,
    text: l10n.t('{0}  {1} errors, {2} fallbacks', buckets.labels[index] ?? '', share(errors), share(fallbacks)),
  };
}

function finding(
  name: string,
  values: readonly (number | null)[],
  buckets: Buckets,
  format: (value: number) => string,
): string {
  const known = values.flatMap((value, index) => (value === null ? [] : [{ value, index }]));
  const [first] = known;
  if (first === undefined) {
    return l10n.t('{0} over time: none.', name);
  }
  const highest = known.reduce((best, one) => (one.value > best.value ? one : best), first);
  const last = known.at(-1) ?? first;
  return l10n.t(
    '{0} over time: highest {1} at {2}, {3} at the end. Press T for the table.',
    name,
    format(highest.value),
    buckets.labels[highest.index] ?? '',
    format(last.value),
  );
}

function secondsTick(value: number, { numbers }: Writing): string {
  return value !== 0 && value < 1
    ? numbers.duration(value)
    : `${numbers.decimal(value, Number.isInteger(value) ? 0 : 1)}\u202fs`;
}

function hasValues(series: readonly ChartSeries[]): boolean {
  return series.some(({ values }) => values.some((value) => value !== null));
}
