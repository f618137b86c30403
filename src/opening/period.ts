import type { TimeBucket, TimeRange } from '../protocol/scope.ts';

const hour = 3_600_000;

/** The last so many hours, moving on with the clock; or two moments. */
export type Period =
  | { readonly kind: 'last'; readonly hours: number }
  | { readonly kind: 'range'; readonly start: string; readonly end: string };

/** @param now milliseconds since the epoch */
export function rangeOf(period: Period, now: number): TimeRange {
  return period.kind === 'range'
    ? { start: period.start, end: period.end }
    : { start: new Date(now - period.hours * hour).toISOString(), end: new Date(now).toISOString() };
}

/** The period of the same length right before. */
export function rangeBefore({ start, end }: TimeRange): TimeRange {
  const length = Date.parse(end) - Date.parse(start);
  return { start: new Date(Date.parse(start) - length).toISOString(), end: start };
}

/** The bucket that gives a chart of this range some 24 to 60 bars. */
export function naturalBucket({ start, end }: TimeRange): TimeBucket {
  const hours = (Date.parse(end) - Date.parse(start)) / hour;
  if (hours <= 48) {
    return 'hour';
  }
  if (hours <= 10 * 24) {
    return '3hours';
  }
  return hours <= 92 * 24 ? 'day' : 'week';
}
