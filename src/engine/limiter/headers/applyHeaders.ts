import type { LimitInForce, ResponseHeaders } from '../../../protocol/limiter.ts';
import { headerKey, limitsInForce } from '../admission.ts';
import { indexOf, nothing, type Amounts } from '../amounts.ts';
import { addUse, expire, now, type OpenPool } from '../pool.ts';
import { levelOf, levels, usedIn } from '../poolState.ts';
import type { Steps } from '../steps.ts';
import { parseHeaders, type HeaderReading } from './parseHeaders.ts';

/** Corrects a pool by what a response said: limits, use by others of the same account, a pause. */
export function* applyHeaders(pool: OpenPool, headers: ResponseHeaders): Steps<void> {
  const { readings, retryAfterMs } = parseHeaders(headers, pool.state.clock.wall);
  for (const reading of readings) {
    yield* applyReading(pool, reading);
  }
  // Use of others may be older than a minute.
  yield* expire(pool);
  if (retryAfterMs !== null && retryAfterMs > 0) {
    pool.state = { ...pool.state, pausedUntil: Math.max(pool.state.pausedUntil ?? 0, now(pool) + retryAfterMs) };
    pool.changed = true;
  }
}

function* applyReading(pool: OpenPool, reading: HeaderReading): Steps<void> {
  const limit = limitMeant(pool, reading);
  if (limit === null) {
    return;
  }
  if (reading.limit !== null && reading.limit > 0) {
    const stated = { limit: reading.limit, at: pool.state.clock.wall };
    pool.state = { ...pool.state, headers: { ...pool.state.headers, [headerKey(limit)]: stated } };
    pool.changed = true;
  }
  if (reading.remaining !== null) {
    yield* countOthers(pool, limit, reading, (reading.limit ?? limit.limit) - reading.remaining);
  }
}

/** Headers do not name their window: it is the one whose limit they state, else the shortest that is limited. */
function limitMeant(pool: OpenPool, reading: HeaderReading): LimitInForce | null {
  const limits = limitsInForce(pool.key.rule, pool.state).filter(({ dimension }) => dimension === reading.dimension);
  return limits.find(({ limit }) => limit === reading.limit) ?? limits[0] ?? null;
}

/**
 * What the provider has counted and we have not was used by others with the same account: it is
 * counted so that it leaves when the header says. What we have counted and the provider has not may
 * still be under way, so nothing is ever given back.
 */
function* countOthers(pool: OpenPool, limit: LimitInForce, reading: HeaderReading, counted: number): Steps<void> {
  const index = indexOf(limit.dimension);
  const others = counted - usedIn(pool.state, limit.window, index, pool.key.rule?.timeZone ?? null);
  if (others < reading.roundedTo) {
    return;
  }
  const { spanMs } = levels[levelOf[limit.window]];
  const { widthMs } = levels[0];
  const leavesIn = Math.min(reading.resetMs ?? spanMs, spanMs);
  const at = now(pool) - spanMs + leavesIn;
  // The start of a bucket that has not left yet, so that it meets no bucket that has.
  const left = Math.floor(at / widthMs) * widthMs + widthMs;
  // A calendar day counts what it was begun with, too.
  const earliest = inCalendarDay(pool, limit) ? (pool.state.day?.from ?? left) : left;
  const start = Math.min(Math.max(left, earliest), now(pool));
  yield* addUse(pool, nothing.with(index, others) as readonly number[] as Amounts, start);
}

const inCalendarDay = ({ key }: OpenPool, { window }: LimitInForce): boolean =>
  window === 'day' && key.rule?.timeZone != null;
