import type { TimeWindow } from '../langfuse/records.ts';

/** Merges overlapping and touching windows; the result is sorted and disjoint. */
export function mergeWindows(windows: readonly TimeWindow[]): TimeWindow[] {
  const sorted = windows.filter(({ from, to }) => from < to).toSorted((a, b) => a.from - b.from);
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last.to) {
      last.to = Math.max(last.to, to);
    } else {
      merged.push({ from, to });
    }
  }
  return merged;
}

/** What of `range` no window covers, oldest first. */
export function uncovered(range: TimeWindow, windows: readonly TimeWindow[]): TimeWindow[] {
  const gaps: TimeWindow[] = [];
  let from = range.from;
  for (const window of mergeWindows(windows)) {
    if (window.from > from) {
      gaps.push({ from, to: Math.min(window.from, range.to) });
    }
    from = Math.max(from, window.to);
    if (from >= range.to) {
      break;
    }
  }
  if (from < range.to) {
    gaps.push({ from, to: range.to });
  }
  return gaps.filter((gap) => gap.from < gap.to);
}

export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** The UTC day that a time falls on, YYYY-MM-DD. */
export const utcDay = (milliseconds: number): string => isoTime(milliseconds).slice(0, 10);
