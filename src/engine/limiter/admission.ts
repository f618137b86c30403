import type { LimitedBy, LimitInForce, WindowNumbers } from '../../protocol/limiter.ts';
import { indexOf, type Amounts } from './amounts.ts';
import type { Rule } from './limits/rules.ts';
import { paceCost, usedIn, type PoolState } from './poolState.ts';

/** Why a call cannot be admitted now. */
export type Obstacle =
  /** That much must leave a window first. */
  | { readonly kind: 'window'; readonly limit: LimitInForce; readonly excess: number }
  /** It comes too soon after others, although the minute's limit is not reached. In pool time. */
  | { readonly kind: 'pace'; readonly limit: LimitInForce; readonly until: number }
  | { readonly kind: 'pause'; readonly until: number };

/** A rule's limits, corrected by what response headers said. Your own numbers are never raised. */
export function limitsInForce(rule: Rule | null, { headers }: PoolState): readonly LimitInForce[] {
  const limits = rule?.limits ?? [];
  return limits.map((limit) => {
    const header = headers[headerKey(limit)];
    if (header === undefined || (limit.source.kind === 'settings' && header.limit > limit.limit)) {
      return limit;
    }
    return {
      ...limit,
      limit: header.limit,
      source: { kind: 'header', at: new Date(header.at).toISOString() },
    };
  });
}

export const headerKey = ({ dimension, window }: Pick<LimitInForce, 'dimension' | 'window'>): string =>
  `${dimension}/${window}`;

/** The first limit that a call exceeds by itself, so that no waiting helps; null when there is none. */
export function limitNeverMet(limits: readonly LimitInForce[], hold: Amounts): LimitInForce | null {
  return limits.find(({ dimension, limit }) => hold[indexOf(dimension)] > limit) ?? null;
}

/**
 * All that stands in a call's way. It is admitted when there is nothing: every window then holds
 * what is used, what those ahead in line will take, and the call. Of a dimension in which the call
 * holds nothing, at least one must be free, so that used up windows and debts stop every call.
 */
export function obstacles(
  state: PoolState,
  rule: Rule | null,
  limits: readonly LimitInForce[],
  hold: Amounts,
  ahead: Amounts,
): readonly Obstacle[] {
  const found: Obstacle[] = [];
  if (state.pausedUntil !== null) {
    found.push({ kind: 'pause', until: state.pausedUntil });
  }
  for (const limit of limits) {
    const index = indexOf(limit.dimension);
    const used = usedIn(state, limit.window, index, rule?.timeZone ?? null);
    const excess = used + ahead[index] + Math.max(hold[index], 1) - limit.limit;
    if (excess > 0) {
      found.push({ kind: 'window', limit, excess });
    } else if (rule?.burstSeconds != null && limit.window === 'minute') {
      const until = paceUntil(state, limit, rule.burstSeconds, hold[index], ahead[index]);
      if (until > state.clock.time) {
        found.push({ kind: 'pace', limit, until });
      }
    }
  }
  return found;
}

/**
 * When a call may pass by GCRA (ITU-T I.371): the bucket holds `burstSeconds` of the limit and
 * refills at the limit's rate. A call larger than the bucket passes when the bucket is full.
 */
function paceUntil(
  state: PoolState,
  { dimension, limit }: LimitInForce,
  burst: number,
  hold: number,
  ahead: number,
): number {
  const caughtUp = state.paced[indexOf(dimension)] + paceCost(ahead, limit);
  return Math.ceil(caughtUp - Math.max(burst * 1000 - paceCost(hold, limit), 0));
}

export function limitedBy(obstacle: Obstacle): LimitedBy {
  if (obstacle.kind === 'pause') {
    return { dimension: 'pause', window: null, limit: null };
  }
  const { dimension, window, limit } = obstacle.limit;
  return { dimension, window, limit };
}

/** What is left in each limited window; never less than nothing. */
export function remainingIn(state: PoolState, rule: Rule | null, limits: readonly LimitInForce[]): WindowNumbers {
  const remaining: Record<string, Record<string, number>> = {};
  for (const { dimension, window, limit } of limits) {
    const used = usedIn(state, window, indexOf(dimension), rule?.timeZone ?? null);
    (remaining[dimension] ??= {})[window] = Math.max(limit - used, 0);
  }
  return remaining;
}
