import type { FallbacksAnswer } from '../../../protocol/analytics.ts';
import { rate } from '../statistics/proportions.ts';

export interface HourOfCalls {
  /** UTC, whole hour. */
  readonly start: string;
  readonly calls: number;
  /** Served by another model than the first choice. */
  readonly notPrimary: number;
}

/** Fewer calls than that are no storm, whoever served them. */
const leastCalls = 10;
/** A share that is usual elsewhere is no storm where fallbacks are rare. */
const leastShare = 0.05;
/** How many times the usual share. */
const factor = 2;

/**
 * The hours in which an unusual share of calls was served by another model than the first choice:
 * those with 10 calls or more whose share is surely (by the lower end of its 95 % Wilson interval)
 * above 5 % and above twice the share of all other hours.
 * @returns in order of time
 */
export function findStorms(hours: readonly HourOfCalls[]): FallbacksAnswer['storms'] {
  const calls = sum(hours, (hour) => hour.calls);
  const notPrimary = sum(hours, (hour) => hour.notPrimary);
  return hours.flatMap((hour) => {
    const share = rate({ successes: hour.notPrimary, n: hour.calls });
    const others = calls - hour.calls;
    const usual = others === 0 ? 0 : (notPrimary - hour.notPrimary) / others;
    const unusual = (share.low ?? 0) > Math.max(leastShare, factor * usual);
    return hour.calls >= leastCalls && unusual ? [{ ...hour, rate: share }] : [];
  });
}

function sum(hours: readonly HourOfCalls[], of: (hour: HourOfCalls) => number): number {
  return hours.reduce((total, hour) => total + of(hour), 0);
}
