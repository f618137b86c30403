import type { Bucketing, TimeBucket, TimeRange } from '../../../protocol/scope.ts';

const hour = 3_600_000;
const day = 24 * hour;

/**
 * The buckets of a range, in order. Days begin at local midnight, weeks at Monday's, thirds of a day at
 * 0, 3, 6 … on the wall clock; where clocks are changed, some are an hour longer or shorter. Rollups keep
 * whole UTC hours, so in a zone that is half an hour off, each begins half an hour after the wall
 * clock's. The first begins at or before the range, which may end inside the last.
 */
export class TimeBuckets {
  /** Where each begins, milliseconds. */
  readonly starts: readonly number[];
  readonly #end: number;

  constructor(range: TimeRange, bucketing: Bucketing) {
    this.#end = Date.parse(range.end);
    this.starts = [...bucketStarts(Date.parse(range.start), this.#end, bucketing)];
  }

  /** Where each begins, UTC. */
  get isoStarts(): readonly string[] {
    return this.starts.map((start) => new Date(start).toISOString());
  }

  /** The bucket that a moment of the range lies in. */
  indexOf(moment: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] ?? 0) <= moment) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Start and end of each bucket inside the range, milliseconds. */
  spans(range: TimeRange): { readonly from: number; readonly to: number }[] {
    const first = Date.parse(range.start);
    return this.starts.map((start, index) => ({
      from: Math.max(start, first),
      to: Math.min(this.starts[index + 1] ?? this.#end, this.#end),
    }));
  }
}

function* bucketStarts(from: number, to: number, { bucket, timeZone }: Bucketing): Generator<number> {
  const wallClock = wallClocks.get(timeZone) ?? new WallClock(timeZone);
  wallClocks.set(timeZone, wallClock);
  const begins = (moment: number): boolean =>
    unitOf(wallClock.read(moment), bucket) !== unitOf(wallClock.read(moment - hour), bucket);
  let start = Math.floor(from / hour) * hour;
  while (bucket !== 'hour' && !begins(start)) {
    start -= hour;
  }
  yield start;
  for (let next = start + hour; next < to; next += hour) {
    if (bucket === 'hour' || begins(next)) {
      yield next;
    }
  }
}

/** A number that all local times of one bucket share. */
function unitOf(local: number, bucket: TimeBucket): number {
  switch (bucket) {
    case 'hour':
      return Math.floor(local / hour);
    case '3hours':
      return Math.floor(local / (3 * hour));
    case 'day':
      return Math.floor(local / day);
    case 'week':
      // 1 January 1970 was a Thursday.
      return Math.floor((local / day + 3) / 7);
  }
}

/** What clocks on the wall of a zone show. */
class WallClock {
  readonly #format: Intl.DateTimeFormat;
  /** Offsets at the beginning of UTC days: asking Intl takes microseconds, a range has thousands of hours. */
  readonly #offsets = new Map<number, number>();

  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
  }

  /** The reading at a moment, as if it were UTC; milliseconds. */
  read(moment: number): number {
    const before = Math.floor(moment / day) * day;
    const offset = this.#dayOffset(before);
    // No zone changes its clocks twice within a day.
    return moment + (offset === this.#dayOffset(before + day) ? offset : this.#offset(moment));
  }

  #dayOffset(start: number): number {
    const offset = this.#offsets.get(start) ?? this.#offset(start);
    this.#offsets.set(start, offset);
    return offset;
  }

  #offset(moment: number): number {
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of this.#format.formatToParts(moment)) {
      part[type] = Number(value);
    }
    const { year = 0, month = 1, day: date = 1, hour: hours = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, date, hours, minute, second) - Math.floor(moment / 1000) * 1000;
  }
}

/** Kept: making one takes longer than most questions. */
const wallClocks = new Map<string, WallClock>();
