import type { PauseRequest, PoolFilter } from '../../protocol/limiter.ts';
import { nothing } from './amounts.ts';
import { now, openPool, savePool, type OpenPool, type KnownPools, type PoolKey } from './pool.ts';
import type { PoolState } from './poolState.ts';
import type { PoolName } from './settle.ts';
import { isMeant, lastMoment } from './status.ts';
import { readClock, rows, type Steps } from './steps.ts';

type KeyOf = (name: PoolName) => PoolKey;

/**
 * Stops calls; of a whole provider, also those of models that were not called yet.
 * @param key the pool of the model that is named, which may not exist yet
 */
export function* pause(request: PauseRequest, key: PoolKey | null, keyOf: KeyOf, knownPools: KnownPools): Steps<void> {
  if (key !== null) {
    yield* savePool(yield* openPool(key, knownPools));
  }
  const milliseconds = request.seconds === undefined ? null : Math.ceil(request.seconds * 1000);
  if (request.model === undefined && request.tier === undefined) {
    const { wall } = yield* readClock();
    const until = milliseconds === null ? lastMoment : wall + milliseconds;
    yield* rows('pause.put', request.provider.toLowerCase(), until);
  }
  for (const pool of yield* openMeant(request, keyOf, knownPools)) {
    const pausedUntil = milliseconds === null ? lastMoment : now(pool) + milliseconds;
    yield* replaceState(pool, { ...pool.state, pausedUntil });
  }
}

export function* resume(filter: PoolFilter, keyOf: KeyOf, knownPools: KnownPools): Steps<void> {
  if (filter.model === undefined && filter.tier === undefined) {
    yield* filter.provider === undefined ? rows('pause.clear') : rows('pause.remove', filter.provider.toLowerCase());
  }
  for (const pool of yield* openMeant(filter, keyOf, knownPools)) {
    yield* replaceState(pool, { ...pool.state, pausedUntil: null });
  }
  yield 'wake';
}

/** Forgets what was used, what is owed and what headers said. Nothing is given back for calls under way. */
export function* reset(filter: PoolFilter, keyOf: KeyOf, knownPools: KnownPools): Steps<void> {
  for (const pool of yield* openMeant(filter, keyOf, knownPools)) {
    const { day } = pool.state;
    yield* rows('usage.clear', pool.id);
    yield* replaceState(pool, {
      ...pool.state,
      used: [nothing, nothing, nothing],
      leaves: [null, null, null],
      day: day === null ? null : { ...day, used: nothing },
      paced: nothing,
      headers: {},
      resetAt: now(pool),
    });
  }
  yield 'wake';
}

function* openMeant(filter: PoolFilter, keyOf: KeyOf, knownPools: KnownPools): Steps<OpenPool[]> {
  const pools: OpenPool[] = [];
  for (const name of yield* rows<PoolName>('pool.list')) {
    if (isMeant(name, filter)) {
      pools.push(yield* openPool(keyOf(name), knownPools));
    }
  }
  return pools;
}

function* replaceState(pool: OpenPool, state: PoolState): Steps<void> {
  pool.state = state;
  pool.changed = true;
  yield* savePool(pool);
}
