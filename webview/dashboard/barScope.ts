import type { ViewScope } from '../../src/opening/dashboard.ts';
import type { UsageAnswer } from '../../src/protocol/analytics.ts';
import type { TimeRange } from '../../src/protocol/scope.ts';
import type { ChartPart } from './charts.ts';

/** The scope of the calls behind a bar: its time, and its model where one was hit. Null: there is no such bar. */
export function scopeOfBar(
  { filters }: ViewScope,
  usage: { readonly overall: UsageAnswer | null; readonly byModel: UsageAnswer | null },
  bar: { readonly part: ChartPart; readonly start: string; readonly series: string | null },
): Partial<ViewScope> | null {
  const scope = scopeOfBars(usage.overall, bar.part, bar.start, bar.start);
  const series = bar.part === 'chart.stack' ? (usage.byModel?.series ?? []) : [];
  const model = series.find(({ key }) => key !== null && key === bar.series)?.key;
  return scope === null || model == null ? scope : { ...scope, filters: { ...filters, models: [model] } };
}

/** From the start of one bar to the end of another. The budget's days are not the dashboard's. */
export function scopeOfBars(
  overall: UsageAnswer | null,
  part: ChartPart,
  first: string,
  last: string,
): Partial<ViewScope> | null {
  const range = part === 'chart.budget' || overall === null ? null : rangeOfBuckets(overall, first, last);
  return range === null ? null : { period: { kind: 'range', ...range }, bucket: null };
}

function rangeOfBuckets({ buckets, range }: UsageAnswer, first: string, last: string): TimeRange | null {
  if (!buckets.includes(first)) {
    return null;
  }
  const end = buckets[buckets.indexOf(last) + 1] ?? range.end;
  const start = first < range.start ? range.start : first;
  return start < end ? { start, end } : null;
}
