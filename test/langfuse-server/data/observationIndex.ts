import { xxHash32 } from './xxhash32.ts';
import type { Observation } from './types.ts';

/** Where a walk stands: the last row that was given out. */
export interface ObservationCursor {
  readonly startTime: number;
  readonly traceId: string;
  readonly id: string;
}

/**
 * Positions of all rows in the order of the events table: start time, hash of the trace id, id, all
 * descending. Copies of one row come newest first, so that a page edge between them loses the older.
 * Holds numbers only (15 bytes a row); the rows themselves are built again when they are needed.
 */
export class ObservationIndex {
  readonly starts: Float64Array;
  readonly #hashes: Uint32Array;
  readonly #traces: Uint32Array;
  readonly #rows: Uint16Array;

  constructor(traceCount: number, rowsOf: (trace: number) => readonly Observation[]) {
    const starts: number[] = [];
    const hashes: number[] = [];
    const traces: number[] = [];
    const rows: number[] = [];
    const ranks: number[] = [];
    for (let trace = 0; trace < traceCount; trace++) {
      const data = rowsOf(trace);
      const hash = data[0] === undefined ? 0 : xxHash32(data[0].traceId);
      const order = [...data.keys()].sort((a, b) => compareCopies(data[a]!, data[b]!));
      order.forEach((row, rank) => {
        starts.push(data[row]!.startTime);
        hashes.push(hash);
        traces.push(trace);
        rows.push(row);
        ranks.push(rank);
      });
    }
    const order = Uint32Array.from(starts.keys()).sort(
      (a, b) => starts[b]! - starts[a]! || hashes[b]! - hashes[a]! || traces[a]! - traces[b]! || ranks[a]! - ranks[b]!,
    );
    this.starts = Float64Array.from(order, (entry) => starts[entry]!);
    this.#hashes = Uint32Array.from(order, (entry) => hashes[entry]!);
    this.#traces = Uint32Array.from(order, (entry) => traces[entry]!);
    this.#rows = Uint16Array.from(order, (entry) => rows[entry]!);
  }

  get length(): number {
    return this.starts.length;
  }

  traceAt(position: number): number {
    return this.#traces[position]!;
  }

  rowAt(position: number): number {
    return this.#rows[position]!;
  }

  /** First position whose row starts before `time`. */
  before(time: number): number {
    return firstWhere(this.length, (position) => this.starts[position]! < time);
  }

  /** First position behind the cursor's tuple; rows of the same millisecond and hash are compared by their id. */
  behind(cursor: ObservationCursor, idAt: (position: number) => string): number {
    const hash = xxHash32(cursor.traceId);
    let position = firstWhere(this.length, (candidate) => {
      const start = this.starts[candidate]!;
      return start < cursor.startTime || (start === cursor.startTime && this.#hashes[candidate]! <= hash);
    });
    const inTie = (): boolean =>
      position < this.length && this.starts[position] === cursor.startTime && this.#hashes[position] === hash;
    while (inTie() && idAt(position) >= cursor.id) position++;
    return position;
  }
}

/** The order of the events table. */
export function compareObservations(a: Observation, b: Observation): number {
  return b.startTime - a.startTime || xxHash32(b.traceId) - xxHash32(a.traceId) || compareCopies(a, b);
}

export function isBehind(row: Observation, cursor: ObservationCursor): boolean {
  if (row.startTime !== cursor.startTime) return row.startTime < cursor.startTime;
  const order = xxHash32(row.traceId) - xxHash32(cursor.traceId);
  return order === 0 ? row.id < cursor.id : order < 0;
}

function compareCopies(a: Observation, b: Observation): number {
  if (a.id !== b.id) return a.id < b.id ? 1 : -1;
  return b.updatedAt - a.updatedAt;
}

/** Binary search for the first index of a sorted sequence that satisfies a monotone predicate. */
export function firstWhere(length: number, matches: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (matches(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
