import type { Window } from '../../protocol/limiter.ts';
import { indexOf, minus, nothing, plus, type Amounts, type DimensionIndex } from './amounts.ts';
import { nextMidnight } from './calendarDay.ts';
import { advance, startClock, type ClockSample, type PoolClock } from './clock.ts';
import type { Rule } from './limits/rules.ts';

/**
 * Use is kept in buckets of three levels: what is younger than a minute in fine ones, what is
 * younger than an hour in coarser ones, and the rest of a day in the coarsest. A bucket counts until
 * its last entry leaves the window, so no window ever holds more than is counted; an entry counts for
 * at most a bucket's width too long, 1/600 of its window.
 */
export const levels = [
  { widthMs: 100, spanMs: 60_000 },
  { widthMs: 6_000, spanMs: 3_600_000 },
  { widthMs: 144_000, spanMs: 86_400_000 },
] as const;
export type Level = 0 | 1 | 2;

/** A window holds its own level and the finer ones. */
export const levelOf: Readonly<Record<Window, Level>> = { minute: 0, hour: 1, day: 2 };

type PerLevel<T> = readonly [T, T, T];

/** Use since midnight in the provider's time zone. */
interface CalendarDay {
  /** In pool time. */
  readonly from: number;
  readonly until: number;
  /** The wall clock's time of `until`: where the next day begins. */
  readonly untilWall: number;
  readonly used: Amounts;
}

/** A limit that a response header stated. */
export interface HeaderLimit {
  readonly limit: number;
  /** Wall clock. */
  readonly at: number;
}

/** All that admission depends on, kept as one JSON text in `limit_pools.state`. Times are pool time unless they say otherwise. */
export interface PoolState {
  readonly clock: PoolClock;
  /** Sums of the buckets of each level. */
  readonly used: PerLevel<Amounts>;
  /** Not later than when the oldest bucket leaves its level; null when the level is empty. */
  readonly leaves: PerLevel<number | null>;
  /** Null until a rule with a time zone is applied. */
  readonly day: CalendarDay | null;
  /** When each dimension's pace has caught up (the "theoretical arrival time" of GCRA). */
  readonly paced: Amounts;
  readonly pausedUntil: number | null;
  /** By `dimension/window`. */
  readonly headers: Readonly<Record<string, HeaderLimit>>;
  /** Tickets in line. */
  readonly waiting: number;
  /** Not later than the first lease to run out of which something is still to be counted. */
  readonly laterDue: number | null;
  /** Reservations made until then are forgotten: nothing is given back for them. */
  readonly resetAt: number;
}

export function newPoolState(sample: ClockSample): PoolState {
  return {
    clock: startClock(sample),
    used: [nothing, nothing, nothing],
    leaves: [null, null, null],
    day: null,
    paced: nothing,
    pausedUntil: null,
    headers: {},
    waiting: 0,
    laterDue: null,
    resetAt: 0,
  };
}

/** The state at a later moment: its clock, its calendar day, its pause. Buckets leave by `expire`. */
export function atSample(state: PoolState, sample: ClockSample, rule: Rule | null): PoolState {
  const clock = advance(state.clock, sample);
  const over = state.pausedUntil !== null && state.pausedUntil <= clock.time;
  return {
    ...state,
    clock,
    day: rule?.timeZone == null ? state.day : dayAt(state, clock, rule.timeZone),
    pausedUntil: over ? null : state.pausedUntil,
  };
}

const longestLagMs = 86_400_000;

/** A day ends when its time has passed, whatever the wall clock was set to meanwhile. */
function dayAt({ day, used }: PoolState, clock: PoolClock, timeZone: string): CalendarDay {
  if (day !== null && clock.time < day.until) {
    return day;
  }
  const ended = day?.untilWall ?? 0;
  // A clock that lies further behind was set back by whoever had set it forward.
  const wall = ended - clock.wall <= longestLagMs ? Math.max(clock.wall, ended) : clock.wall;
  const untilWall = nextMidnight(wall, timeZone);
  return {
    from: clock.time,
    until: clock.time + (untilWall - clock.wall),
    untilWall,
    // Of a pool that was not kept by days so far, all of the last 24 hours, which is never too little.
    used: day === null ? plus(plus(used[0], used[1]), used[2]) : nothing,
  };
}

/** What a window holds. @param timeZone of the rule: with one, days are calendar days */
export function usedIn(state: PoolState, window: Window, dimension: DimensionIndex, timeZone: string | null): number {
  if (window === 'day' && timeZone !== null) {
    return state.day?.used[dimension] ?? 0;
  }
  const [fine, coarse, coarsest] = state.used;
  switch (window) {
    case 'minute':
      return fine[dimension];
    case 'hour':
      return fine[dimension] + coarse[dimension];
    case 'day':
      return fine[dimension] + coarse[dimension] + coarsest[dimension];
  }
}

export function withLevel(state: PoolState, level: Level, amounts: Amounts, leaves: number | null): PoolState {
  const used = state.used.with(level, amounts) as readonly Amounts[] as PoolState['used'];
  return {
    ...state,
    used,
    leaves: state.leaves.with(level, leaves) as readonly (number | null)[] as PoolState['leaves'],
  };
}

/** Counts what was taken at `at` in the calendar day and in the pace; the buckets' part is `addUse`. */
export function taken(state: PoolState, amounts: Amounts, rule: Rule | null, at: number): PoolState {
  const { day } = state;
  return {
    ...state,
    day: day === null || at < day.from ? day : { ...day, used: plus(day.used, amounts) },
    paced: rule?.burstSeconds == null ? state.paced : pacedBy(state.paced, amounts, rule, at),
  };
}

/** Gives back what was taken at `at`. */
export function givenBack(state: PoolState, amounts: Amounts, rule: Rule | null, at: number): PoolState {
  const { day } = state;
  const negative = minus(nothing, amounts);
  return {
    ...state,
    day: day === null || at < day.from ? day : { ...day, used: minus(day.used, amounts) },
    paced: rule?.burstSeconds == null ? state.paced : pacedBy(state.paced, negative, rule, 0),
  };
}

/** Moves the pace by the time that a minute's limit needs for these amounts, from `earliest` at least. */
function pacedBy(paced: Amounts, amounts: Amounts, rule: Rule, earliest: number): Amounts {
  return rule.limits.reduce<Amounts>((moved, { dimension, window, limit }) => {
    const index = indexOf(dimension);
    if (window !== 'minute' || amounts[index] === 0) {
      return moved;
    }
    const cost = paceCost(amounts[index], limit);
    return moved.with(index, Math.max(moved[index], earliest) + cost) as readonly number[] as Amounts;
  }, paced);
}

/** The time in which a minute's limit admits an amount. */
export const paceCost = (amount: number, perMinute: number): number => (amount * 60_000) / perMinute;
