import {
  dimensions,
  queueItemStatuses,
  windows,
  type Dimension,
  type LimiterStatus,
  type LimitInForce,
  type PoolFilter,
  type PoolStatus,
  type QueueItemStatus,
  type Window,
  type WindowStatus,
} from '../../protocol/limiter.ts';
import { limitsInForce } from './admission.ts';
import { indexOf } from './amounts.ts';
import { matchesModel } from './limits/rules.ts';
import { now, openPool, savePool, type OpenPool, type KnownPools, type PoolKey } from './pool.ts';
import { levelOf, levels, usedIn } from './poolState.ts';
import { isoTime } from './queue/items.ts';
import type { PoolName } from './settle.ts';
import { rows, type Steps } from './steps.ts';
import { lookAhead } from './tickets.ts';

export function* status(
  filter: PoolFilter,
  keyOf: (name: PoolName) => PoolKey,
  knownPools: KnownPools,
): Steps<Omit<LimiterStatus, 'problem'>> {
  const pools: PoolStatus[] = [];
  for (const name of yield* rows<PoolName>('pool.list')) {
    if (isMeant(name, filter)) {
      const pool = yield* openPool(keyOf(name), knownPools);
      yield* lookAhead(pool, null, Infinity);
      pools.push(yield* poolStatus(pool));
      yield* savePool(pool);
    }
  }
  const counts = yield* rows<{ status: QueueItemStatus; items: number }>('item.counts');
  const of = (wanted: QueueItemStatus): number => counts.find(({ status: found }) => found === wanted)?.items ?? 0;
  const queue = Object.fromEntries(queueItemStatuses.map((name) => [name, of(name)])) as LimiterStatus['queue'];
  return { pools, queue };
}

/** A model names its own pool and the pool of a pattern that covers it; a pattern names all pools it covers. */
export const isMeant = ({ provider, model, tier }: PoolName, filter: PoolFilter): boolean =>
  (filter.provider === undefined || filter.provider.toLowerCase() === provider) &&
  (filter.model === undefined || matchesModel(model, filter.model) || matchesModel(filter.model, model)) &&
  (filter.tier === undefined || tier === '' || filter.tier === tier);

function* poolStatus(pool: OpenPool): Steps<PoolStatus> {
  const { provider, model, tier, rule } = pool.key;
  const limits = limitsInForce(rule, pool.state);
  const [reservations] = yield* rows<{ open: number }>('reservation.open', pool.id, now(pool));
  const [queued] = yield* rows<{ items: number }>('item.queued', pool.id);
  const { clock, pausedUntil, waiting } = pool.state;
  return {
    provider,
    model,
    tier: tier === '' ? null : tier,
    windows: dimensions.flatMap((dimension) =>
      windows.flatMap((window) => windowStatus(pool, dimension, window, limits) ?? []),
    ),
    waiting,
    open: reservations?.open ?? 0,
    queued: queued?.items ?? 0,
    pausedUntil: pausedUntil === null ? null : isoTime(Math.min(clock.wall + (pausedUntil - clock.time), lastMoment)),
  };
}

/** The largest time that a Date holds: a pause without end. */
export const lastMoment = 8_640_000_000_000_000;

/** Null for what is neither limited nor used. */
function windowStatus(
  pool: OpenPool,
  dimension: Dimension,
  window: Window,
  limits: readonly LimitInForce[],
): WindowStatus | null {
  const limit = limits.find((candidate) => candidate.dimension === dimension && candidate.window === window);
  const used = usedIn(pool.state, window, indexOf(dimension), pool.key.rule?.timeZone ?? null);
  if (limit === undefined && used === 0) {
    return null;
  }
  return {
    dimension,
    window,
    used,
    limit: limit?.limit ?? null,
    source: limit?.source ?? null,
    resetMs: used === 0 ? null : resetMs(pool, window),
  };
}

function resetMs(pool: OpenPool, window: Window): number {
  const { day, leaves } = pool.state;
  if (window === 'day' && day !== null && pool.key.rule?.timeZone != null) {
    return day.until - now(pool);
  }
  // The oldest bucket of the window lies in the coarsest of its levels that holds any.
  const widest = levelOf[window];
  for (let level: number = widest; level >= 0; level -= 1) {
    const found = leaves[level];
    if (found != null) {
      const oldest = found - (levels[level]?.spanMs ?? 0);
      return Math.max(oldest + levels[widest].spanMs - now(pool), 0);
    }
  }
  return 0;
}
