import type { Scope } from '../../../protocol/scope.ts';
import { isoTime } from '../../export/intervals.ts';
import type { QuestionContext } from '../../questions/question.ts';
import type { CallSums } from '../calls/callSums.ts';
import { TimeBuckets } from '../calls/timeBuckets.ts';
import { usageGroups } from '../calls/usageGroups.ts';
import type { LocalDay } from './localCalendar.ts';

const hour = 3_600_000;

export interface Spending {
  readonly calls: number;
  /** USD; null where no call has a known cost. */
  readonly costUsd: number | null;
  readonly callsWithoutCost: number;
}

export const nothingSpent: Spending = { calls: 0, costUsd: null, callsWithoutCost: 0 };

/** What the calls of a scope cost together. */
export async function spendingOf(context: QuestionContext, scope: Scope): Promise<Spending> {
  const groups = await usageGroups(context, scope, { by: [], buckets: null, latency: false });
  return sumSpending(groups.map(({ sums }) => toSpending(sums)));
}

/**
 * What each of some successive local days cost. Rollups know whole UTC hours; where a day begins inside
 * one, the part of the hour after its beginning is asked for by itself.
 */
export async function spendingByDay(
  context: QuestionContext,
  scope: Omit<Scope, 'range'>,
  days: readonly LocalDay[],
  timeZone: string,
): Promise<readonly Spending[]> {
  const [first] = days;
  const last = days.at(-1);
  if (first === undefined || last === undefined) {
    return [];
  }
  const range = { start: isoTime(first.start), end: isoTime(last.end) };
  const buckets = new TimeBuckets(range, { bucket: 'day', timeZone });
  const groups = await usageGroups(context, { ...scope, range }, { by: [], buckets, latency: false });
  const byDay = days.map(() => nothingSpent);
  for (const { bucket, sums } of groups) {
    const at = Math.max(buckets.starts[bucket] ?? 0, first.start);
    const index = days.findLastIndex(({ start }) => start <= at);
    byDay[index] = plus(byDay[index] ?? nothingSpent, toSpending(sums), 1);
  }
  for (const [index, day] of days.entries()) {
    if (index > 0 && day.start % hour !== 0) {
      const part = { start: isoTime(day.start), end: isoTime(Math.ceil(day.start / hour) * hour) };
      const spent = await spendingOf(context, { ...scope, range: part });
      byDay[index - 1] = plus(byDay[index - 1] ?? nothingSpent, spent, -1);
      byDay[index] = plus(byDay[index] ?? nothingSpent, spent, 1);
    }
  }
  return byDay;
}

function toSpending({ calls, callsWithCost, costUsd }: CallSums): Spending {
  return { calls, costUsd, callsWithoutCost: calls - callsWithCost };
}

/** The sum of some; a cost is known where any of them is. */
export function sumSpending(list: readonly Spending[]): Spending {
  return list.reduce((total, one) => plus(total, one, 1), nothingSpent);
}

function plus(a: Spending, b: Spending, sign: 1 | -1): Spending {
  const calls = a.calls + sign * b.calls;
  const callsWithoutCost = a.callsWithoutCost + sign * b.callsWithoutCost;
  const sum = (a.costUsd ?? 0) + sign * (b.costUsd ?? 0);
  return { calls, callsWithoutCost, costUsd: calls === callsWithoutCost ? null : sum };
}
