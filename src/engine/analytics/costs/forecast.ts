import type { Interval } from '../../../protocol/figures.ts';
import { studentTwoSided } from '../statistics/student.ts';

/** Below a week nothing is known of the days to come. */
export const leastDays = 7;
/** Each day of the week seen four times. */
const leastDaysForWeekdays = 28;
/** Older days say little of what the next ones cost. */
const mostDays = 56;
/** What the interval leaves out on both sides together. */
const outside = 0.2;
/** z of one-sided 10 %: autocorrelation that could well be chance is taken for none. */
const z90 = 1.2816;

export interface KnownDay {
  /** 0 to 6, from whichever day. */
  readonly weekday: number;
  readonly costUsd: number;
}

export interface DayAhead {
  readonly weekday: number;
  /** How much of the day is still to come, 0 to 1. */
  readonly share: number;
}

export interface Outlook {
  readonly method: 'daily-mean' | 'weekday-means';
  readonly daysUsed: number;
  /** USD from now to the end of each day ahead, with the 80 % prediction interval; never below 0. */
  readonly cumulative: readonly ({ readonly costUsd: number } & Interval)[];
}

/** Spread of the days around their level, relative to it. */
interface Spread {
  readonly variance: number;
  /** Of a day with the next, 0 or more. */
  readonly correlation: number;
  readonly degrees: number;
}

/**
 * What the days ahead will cost if the last weeks' level goes on: the mean of the days known, by day of
 * the week from four weeks on (regression on seasonal dummies: Hyndman & Athanasopoulos, Forecasting,
 * 3rd ed., 5.2 and 7.4). The interval is that of Student's t for a sum of new observations, with two
 * departures from the textbook: days spread in proportion to their level, as costs do, and where one
 * day resembles the next the sum varies as that of an autoregressive process of order 1.
 * @param history whole days, oldest first
 * @returns null under 7 days, or where every day cost nothing
 */
export function forecastDays(history: readonly KnownDay[], ahead: readonly DayAhead[]): Outlook | null {
  const days = history.slice(-mostDays);
  if (days.length < leastDays) {
    return null;
  }
  const byWeekday = days.length >= leastDaysForWeekdays;
  const groupOf = ({ weekday }: { readonly weekday: number }): number => (byWeekday ? weekday : 0);
  const levels = levelsOf(days, groupOf);
  const levelOf = (day: { readonly weekday: number }): number => levels.get(groupOf(day))?.mean ?? 0;
  const spread = spreadOf(days, levelOf, [...levels.values()].filter(({ mean }) => mean > 0).length);
  if (spread === null) {
    return null;
  }
  const reach = studentReach(spread.degrees);
  const sum = new Sum(spread, levels, days.length);
  const cumulative = ahead.map((day) => {
    sum.add(groupOf(day), levelOf(day), day.share);
    const error = reach * Math.sqrt(sum.variance());
    return { costUsd: sum.expected, low: Math.max(0, sum.expected - error), high: sum.expected + error };
  });
  return { method: byWeekday ? 'weekday-means' : 'daily-mean', daysUsed: days.length, cumulative };
}

interface Level {
  readonly mean: number;
  readonly n: number;
}

function levelsOf(days: readonly KnownDay[], groupOf: (day: KnownDay) => number): ReadonlyMap<number, Level> {
  const costs = new Map<number, number[]>();
  for (const day of days) {
    costs.set(groupOf(day), [...(costs.get(groupOf(day)) ?? []), day.costUsd]);
  }
  return new Map(
    [...costs].map(([group, values]) => [
      group,
      { mean: values.reduce((total, value) => total + value, 0) / values.length, n: values.length },
    ]),
  );
}

/** Null where no day cost anything. */
function spreadOf(days: readonly KnownDay[], levelOf: (day: KnownDay) => number, groups: number): Spread | null {
  const residuals = days.filter((day) => levelOf(day) > 0).map((day) => day.costUsd / levelOf(day) - 1);
  const degrees = residuals.length - groups;
  if (residuals.length === 0 || degrees < 1) {
    return null;
  }
  const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
  return { variance: squares / degrees, correlation: correlationOf(residuals, squares), degrees };
}

/** Of each residual with the next; 0 where chance explains it. Corrected for the bias of a short series (Kendall 1954, Biometrika 41:403). */
function correlationOf(residuals: readonly number[], squares: number): number {
  if (squares === 0) {
    return 0;
  }
  const products = residuals.slice(1).reduce((sum, residual, index) => sum + residual * (residuals[index] ?? 0), 0);
  const raw = products / squares;
  const n = residuals.length;
  return raw > z90 / Math.sqrt(n) ? Math.min(0.9, raw + (1 + 4 * raw) / n) : 0;
}

/** Days ahead, added up: what they cost, and how far the truth may lie from it. */
class Sum {
  expected = 0;
  readonly #spread: Spread;
  readonly #levels: ReadonlyMap<number, Level>;
  readonly #days: number;
  readonly #amounts: number[] = [];
  readonly #amountByGroup = new Map<number, number>();
  #future = 0;

  constructor(spread: Spread, levels: ReadonlyMap<number, Level>, days: number) {
    this.#spread = spread;
    this.#levels = levels;
    this.#days = days;
  }

  add(group: number, level: number, share: number): void {
    const amount = level * share;
    this.expected += amount;
    // A part of a day varies as the sum of its hours: in proportion to its length, not to its square.
    this.#future += level * amount;
    const { correlation } = this.#spread;
    this.#amounts.forEach((earlier, index) => {
      this.#future += 2 * earlier * amount * correlation ** (this.#amounts.length - index);
    });
    this.#amounts.push(amount);
    this.#amountByGroup.set(group, (this.#amountByGroup.get(group) ?? 0) + amount);
  }

  /** Of the days themselves, and of the means that they are expected by. */
  variance(): number {
    const { variance, correlation } = this.#spread;
    const ofMeans = [...this.#amountByGroup].reduce(
      (sum, [group, amount]) => sum + amount ** 2 / (this.#levels.get(group)?.n ?? 1),
      0,
    );
    // Days that resemble each other tell less of the level, by the variance of an autoregressive mean.
    const common = this.expected ** 2 / this.#days;
    return variance * (this.#future + ofMeans + (common * 2 * correlation) / (1 - correlation));
  }
}

/** The t with P(|T| > t) = 20 %, by bisection. */
function studentReach(degrees: number): number {
  let [low, high] = [0, 4];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, degrees) > outside) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high;
}
