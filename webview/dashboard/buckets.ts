import type { CoverageAnswer } from '../../src/protocol/analytics.ts';
import type { TimeBucket, TimeRange } from '../../src/protocol/scope.ts';
import type { ChartGap } from '../shared/chart/chartModel.ts';
import type { Writing } from '../shared/panel.ts';

/** The horizontal axis that all charts of one period share. */
export interface Buckets {
  readonly starts: readonly string[];
  readonly labels: readonly string[];
  readonly ticks: readonly (string | null)[];
  readonly gaps: readonly ChartGap[];
}

/** Labels that fit beside each other under a chart of usual width. */
const mostTicks = 10;
/** A shorter stretch at the end is the time since the last export, as there always is some. */
const leastOpenEnd = 0.5;

export function bucketsOf(
  starts: readonly string[],
  bucket: TimeBucket,
  range: TimeRange,
  coverage: CoverageAnswer | null,
  writing: Writing,
): Buckets {
  return {
    starts,
    labels: starts.map((start) => bucketLabel(start, bucket, writing)),
    ticks: bucketTicks(starts, bucket, writing),
    gaps: coverage === null ? [] : gapsOf(starts, range, coverage),
  };
}

function bucketLabel(start: string, bucket: TimeBucket, { times, now }: Writing): string {
  return bucket === 'day' || bucket === 'week' ? times.day(start, now()) : times.moment(start, now());
}

/** Days are named where they begin; days and weeks, and the hours of a day, as often as there is room. */
function bucketTicks(
  starts: readonly string[],
  bucket: TimeBucket,
  { times, now }: Writing,
): readonly (string | null)[] {
  if (bucket === 'hour' || bucket === '3hours') {
    const days = starts.map((start) => times.weekday(start));
    const isNew = days.map((day, index) => index > 0 && day !== days[index - 1]);
    if (bucket === '3hours' || isNew.filter(Boolean).length > 2) {
      return thinned(days.map((day, index) => (isNew[index] === true ? day : null)));
    }
    const every = Math.ceil(starts.length / mostTicks);
    return starts.map((start, index) => {
      const clock = index % every === 0 ? times.clock(start) : null;
      return isNew[index] === true ? (days[index] ?? null) : nearDay(isNew, index, every) ? null : clock;
    });
  }
  return thinned(starts.map((start) => times.day(start, now())));
}

/** An hour beside the name of a day would be written over it. */
function nearDay(isNew: readonly boolean[], index: number, distance: number): boolean {
  return isNew.slice(Math.max(0, index - distance + 1), index + distance).some(Boolean);
}

function thinned(ticks: readonly (string | null)[]): readonly (string | null)[] {
  const named = ticks.filter((tick) => tick !== null).length;
  const every = Math.max(1, Math.ceil(named / mostTicks));
  let seen = 0;
  return ticks.map((tick) => (tick !== null && seen++ % every === 0 ? tick : null));
}

/** Stretches that were not exported, in buckets. */
function gapsOf(
  starts: readonly string[],
  range: TimeRange,
  { missing, exportedUntil }: CoverageAnswer,
): readonly ChartGap[] {
  const edges = [...starts.map((start) => Date.parse(start)), Date.parse(range.end)];
  const holes = missing.map(({ start, end }) => ({ from: position(edges, start), to: position(edges, end) }));
  const until = exportedUntil === null ? 0 : position(edges, exportedUntil);
  const openEnd = starts.length - until > leastOpenEnd ? [{ from: until, to: starts.length }] : [];
  return [...holes, ...openEnd].filter(({ from, to }) => to > from);
}

/** Where a moment lies among the edges of buckets: 2.5 is the middle of the third bucket. */
function position(edges: readonly number[], instant: string): number {
  const moment = Date.parse(instant);
  const after = edges.findIndex((edge) => edge > moment);
  if (after === 0) {
    return 0;
  }
  const before = edges[after - 1];
  const next = edges[after];
  return before === undefined || next === undefined
    ? edges.length - 1
    : after - 1 + (moment - before) / (next - before);
}
