import { limitNeverMet, limitedBy, limitsInForce, obstacles } from './admission.ts';
import { indexOf, type Amounts } from './amounts.ts';
import { now, openPool, savePool, type KnownPools, type PoolKey } from './pool.ts';
import { neverAdmitted, type NotReserved } from './reserve.ts';
import type { Steps } from './steps.ts';
import { leaveLine, lookAhead, placeOf } from './tickets.ts';
import { outlook } from './whenFree.ts';

/** Whether a call would be admitted, after all who wait. @throws EngineError limits.neverAdmitted */
export function* peek(
  key: PoolKey,
  hold: Amounts,
  knownPools: KnownPools,
): Steps<{ readonly granted: true } | Omit<NotReserved, 'place'>> {
  const pool = yield* openPool(key, knownPools);
  const limits = limitsInForce(key.rule, pool.state);
  const never = limitNeverMet(limits, hold);
  if (never !== null) {
    throw neverAdmitted(never, hold[indexOf(never.dimension)]);
  }
  const { ahead } = yield* lookAhead(pool, null, placeOf(now(pool), 0));
  const [first, ...others] = obstacles(pool.state, key.rule, limits, hold, ahead);
  yield* savePool(pool);
  if (first === undefined) {
    return { granted: true };
  }
  const { obstacle, until } = yield* outlook(pool, [first, ...others]);
  return { granted: false, retryAfterMs: Math.max(Math.ceil(until - now(pool)), 1), limitedBy: limitedBy(obstacle) };
}

/** Gives a place in the line up, for the benefit of those behind. */
export function* giveUp(key: PoolKey, ticket: string, knownPools: KnownPools): Steps<void> {
  const pool = yield* openPool(key, knownPools);
  if (yield* leaveLine(pool, ticket)) {
    yield 'wake';
  }
  yield* savePool(pool);
}
