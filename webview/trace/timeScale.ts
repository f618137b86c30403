import type { Numbers } from '../../src/format/numbers.ts';
import type { Step } from './stepTree.ts';

const narrowNoBreakSpace = '\u202f';
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Distances between marks of a time axis, in milliseconds. */
const steps: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * second),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12, 24].map((hours) => hours * hour),
];

export interface Tick {
  /** From 0 to 1. */
  readonly at: number;
  readonly label: string;
}

/** @param duration milliseconds @param most marks, the first one included */
export function ticks(duration: number, most: number, numbers: Numbers): readonly Tick[] {
  if (duration <= 0) {
    return [{ at: 0, label: tickLabel(0, second, numbers) }];
  }
  const step = steps.find((step) => duration / step < most) ?? multipleOfDay(duration / most);
  const count = Math.floor(duration / step) + 1;
  return Array.from({ length: count }, (_, index) => ({
    at: (index * step) / duration,
    label: tickLabel(index * step, step, numbers),
  }));
}

function multipleOfDay(milliseconds: number): number {
  return Math.ceil(milliseconds / (24 * hour)) * 24 * hour;
}

/** In the unit of the distance between marks, which every mark is a whole number of. */
function tickLabel(milliseconds: number, step: number, numbers: Numbers): string {
  const [divisor, unit] =
    step < second ? [1, 'ms'] : step < minute ? [second, 's'] : step < hour ? [minute, 'min'] : [hour, 'h'];
  return `${numbers.count(milliseconds / divisor)}${narrowNoBreakSpace}${unit}`;
}

export interface BarPlace {
  /** Percent of the axis. */
  readonly left: number;
  readonly width: number;
  /** Percent of the bar in which a model had not answered yet; null when nobody said. */
  readonly waiting: number | null;
  /** It has no end: drawn to the end of the trace. */
  readonly open: boolean;
}

/** @param duration milliseconds of the whole axis */
export function barPlace({ start, end, firstToken }: Step, duration: number): BarPlace {
  const percent = (milliseconds: number): number => (duration <= 0 ? 0 : (milliseconds / duration) * 100);
  const length = Math.max(0, (end ?? duration) - start);
  const waited = firstToken === null || end === null ? null : Math.min(Math.max(0, firstToken - start), length);
  return {
    left: percent(start),
    width: duration <= 0 ? 100 : percent(length),
    waiting: waited === null || length === 0 ? null : (waited / length) * 100,
    open: end === null,
  };
}
