import type { TimeWindow } from '../langfuse/records.ts';

const hour = 3_600_000;

/**
 * Pages that one window should take. Each window ends in one page that is not full, so a window of
 * 25 pages spends at most 4 % more requests than the rows need; a window is also what a day's audit
 * walks again and what the progress counts in.
 */
const pagesPerWindow = 25;

/** Up to this length a range is one window: the usual timer run asks for no more pages than its rows need. */
const singleWindow = 26 * hour;

const firstGuess = 24 * hour;
const shortest = 60_000;

/**
 * Cuts a range into windows, oldest first, sized to the density of the rows: by the server's own
 * counts where they are known, else by what the last windows held.
 */
export class WindowPlan {
  #next: number;
  #length = firstGuess;
  readonly #range: TimeWindow;
  readonly #targetRows: number;
  readonly #counts: ReadonlyMap<number, number> | null;

  /**
   * @param pageSize rows of a full page; null for one window whatever it holds
   * @param counts rows by the start of their bucket (milliseconds), all buckets of one length; null when unknown
   */
  constructor(range: TimeWindow, pageSize: number | null, counts: ReadonlyMap<number, number> | null) {
    this.#range = range;
    this.#next = range.from;
    this.#targetRows = pageSize === null ? Number.POSITIVE_INFINITY : pageSize * pagesPerWindow;
    this.#counts = counts;
  }

  /** The next window; null when the range is used up. Every moment of the range is in exactly one window. */
  next(): TimeWindow | null {
    if (this.#next >= this.#range.to) {
      return null;
    }
    const from = this.#next;
    this.#next = Math.min(this.#range.to, this.#counts === null ? this.#adaptiveEnd(from) : this.#countedEnd(from));
    return { from, to: this.#next };
  }

  /** Tells how many rows the last window held, so that the next fits better. */
  learn(window: TimeWindow, received: number): void {
    const length = window.to - window.from;
    const factor = Math.min(4, Math.max(0.25, this.#targetRows / Math.max(received, 1)));
    this.#length = Math.max(shortest, length * factor);
  }

  #adaptiveEnd(from: number): number {
    if (this.#targetRows === Number.POSITIVE_INFINITY || this.#range.to - this.#range.from <= singleWindow) {
      return this.#range.to;
    }
    const end = from + this.#length;
    // A remainder shorter than half a window would cost a request of its own for few rows.
    return this.#range.to - end < this.#length / 2 ? this.#range.to : end;
  }

  #countedEnd(from: number): number {
    const ahead = [...(this.#counts ?? [])].filter(
      ([start, count]) => start > from && start < this.#range.to && count > 0,
    );
    let rows = this.#rowsIn(from);
    for (const [start, count] of ahead.toSorted(([a], [b]) => a - b)) {
      if (rows > 0 && rows + count > this.#targetRows) {
        return start;
      }
      rows += count;
    }
    return this.#range.to;
  }

  /** Rows of the bucket that `from` opens or falls into. */
  #rowsIn(from: number): number {
    let bucket = Number.NEGATIVE_INFINITY;
    for (const start of this.#counts?.keys() ?? []) {
      if (start <= from && start > bucket) {
        bucket = start;
      }
    }
    return this.#counts?.get(bucket) ?? 0;
  }
}

/** True when the range is worth a request for the server's counts: cut by guess it would cost more. */
export function deservesCounts(range: TimeWindow): boolean {
  return range.to - range.from > singleWindow;
}

/** Hours where they fit into one query (at most 1,000 buckets), else days; null when even days do not. */
export function countGranularity(range: TimeWindow): 'hour' | 'day' | null {
  const hours = (range.to - range.from) / hour;
  if (hours <= 990) {
    return 'hour';
  }
  return hours <= 990 * 24 ? 'day' : null;
}
