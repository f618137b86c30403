import { TimeBuckets } from '../analytics/calls/timeBuckets.ts';
import type { TimeRange } from '../../protocol/scope.ts';

const hour = 3_600_000;

/** Making one takes longer than all that is asked of it. */
const dateFormats = new Map<string, Intl.DateTimeFormat>();

const iso = (time: number): string => new Date(time).toISOString();

/** The calendar date on the wall of a zone, YYYY-MM-DD. @param time milliseconds since the epoch */
export function localDate(time: number, timeZone: string): string {
  const format = dateFormats.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', { timeZone });
  dateFormats.set(timeZone, format);
  return format.format(time);
}

/** Where the local day of a moment begins, as analytics counts days. */
export function startOfLocalDay(moment: string, timeZone: string): string {
  const range = { start: moment, end: iso(Date.parse(moment) + 1) };
  return new TimeBuckets(range, { bucket: 'day', timeZone }).isoStarts[0] ?? moment;
}

/** The local day of a date, YYYY-MM-DD; null for what is no date. */
export function localDayRange(date: string, timeZone: string): TimeRange | null {
  const midnight = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(midnight)) {
    return null;
  }
  // Zones lie up to 14 hours from UTC.
  const around = { start: iso(midnight - 15 * hour), end: iso(midnight + 39 * hour) };
  const starts = new TimeBuckets(around, { bucket: 'day', timeZone }).starts;
  // Half a day on: in zones that are half an hour off, a day begins with the hour before or after.
  const index = starts.findIndex((start) => localDate(start + 12 * hour, timeZone) === date);
  const [from, to] = [starts[index], starts[index + 1]];
  return from === undefined || to === undefined ? null : { start: iso(from), end: iso(to) };
}
