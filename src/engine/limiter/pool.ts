import type { LimitInForce } from '../../protocol/limiter.ts';
import { isNothing, minus, nothing, plus, type Amounts } from './amounts.ts';
import type { Rule } from './limits/rules.ts';
import {
  atSample,
  givenBack,
  levels,
  newPoolState,
  taken,
  withLevel,
  type Level,
  type PoolState,
} from './poolState.ts';
import { amountsOf, readClock, rows, type AmountColumns, type Steps } from './steps.ts';

/** What tells pools apart. */
export interface PoolKey {
  readonly provider: string;
  /** A name, or the pattern of its rule. */
  readonly model: string;
  /** '' for any. */
  readonly tier: string;
  /** Null: its calls are counted and not limited. */
  readonly rule: Rule | null;
}

/** A pool that exists with these very limits, and its state as this process last saw it. */
interface KnownPool {
  readonly id: number;
  /** As it is stored. While that has not changed, it need not be read again. */
  text: string;
  state: PoolState | null;
}

export type KnownPools = Map<PoolKey, KnownPool>;

/** A pool within a transaction; functions replace its state, and `savePool` writes it. */
export interface OpenPool {
  readonly id: number;
  readonly key: PoolKey;
  readonly known: KnownPool;
  state: PoolState;
  changed: boolean;
}

export const now = (pool: OpenPool): number => pool.state.clock.time;

/** Loads a pool, making it at the first use, and brings it to the present: what has left its windows is no longer counted. */
export function* openPool(key: PoolKey, knownPools: KnownPools): Steps<OpenPool> {
  const known = yield* knownPool(key, knownPools);
  const { id } = known;
  const [row] = yield* rows<{ state: string }>('pool.state', id);
  if (row === undefined) {
    // Someone emptied the table.
    knownPools.clear();
    return yield* openPool(key, knownPools);
  }
  // Read after the row, which another transaction may have held until now.
  const sample = yield* readClock();
  const state = atSample(stateOf(known, row.state), sample, key.rule);
  const pool: OpenPool = { id, key, known, state, changed: false };
  yield* expire(pool);
  yield* settleLost(pool);
  return pool;
}

export function* savePool(pool: OpenPool): Steps<void> {
  if (pool.changed) {
    const text = JSON.stringify(pool.state);
    yield* rows('pool.save', text, pool.id);
    pool.known.text = text;
    pool.known.state = pool.state;
  }
}

function stateOf(known: KnownPool, text: string): PoolState {
  if (known.state === null || known.text !== text) {
    known.state = JSON.parse(text) as PoolState;
    known.text = text;
  }
  return known.state;
}

function* knownPool(key: PoolKey, knownPools: KnownPools): Steps<KnownPool> {
  const known = knownPools.get(key);
  if (known !== undefined) {
    return known;
  }
  const { provider, model, tier, rule } = key;
  // Kept beside the counters, so that those shown in the table follow the file.
  const limits = JSON.stringify(limitNumbers(rule?.limits ?? []));
  let [row] = yield* rows<{ id: number; limits: string }>('pool.find', provider, model, tier);
  if (row === undefined) {
    const state = yield* firstState(provider);
    yield* rows('pool.insert', provider, model, tier, limits, JSON.stringify(state));
    [row] = yield* rows<{ id: number; limits: string }>('pool.find', provider, model, tier);
  }
  if (row === undefined) {
    throw new Error('A pool that was just made is missing');
  }
  if (row.limits !== limits) {
    yield* rows('pool.limits', limits, row.id);
  }
  const found: KnownPool = { id: row.id, text: '', state: null };
  knownPools.set(key, found);
  return found;
}

/** A new pool of a paused provider is paused. */
function* firstState(provider: string): Steps<PoolState> {
  const sample = yield* readClock();
  const state = newPoolState(sample);
  const [pause] = yield* rows<{ until: number }>('pause.find', provider);
  const paused = pause !== undefined && pause.until > sample.wall;
  return paused ? { ...state, pausedUntil: state.clock.time + (pause.until - sample.wall) } : state;
}

function limitNumbers(limits: readonly LimitInForce[]): Record<string, Record<string, number>> {
  const numbers: Record<string, Record<string, number>> = {};
  for (const { dimension, window, limit } of limits) {
    (numbers[dimension] ??= {})[window] = limit;
  }
  return numbers;
}

/** Moves buckets that have left a level into the next one, and drops those older than a day. */
export function* expire(pool: OpenPool): Steps<void> {
  for (const level of [0, 1, 2] as const) {
    const leaves = pool.state.leaves[level];
    if (leaves !== null && leaves <= now(pool)) {
      yield* expireLevel(pool, level);
    }
  }
}

function* expireLevel(pool: OpenPool, level: Level): Steps<void> {
  const { spanMs } = levels[level];
  const until = now(pool) - spanMs;
  const [row] = yield* rows<AmountColumns>('usage.leaving', pool.id, level, until, until);
  const leaving = row === undefined ? nothing : amountsOf(row);
  if (level !== 2) {
    const next = level === 0 ? 1 : 2;
    yield* rows('usage.merge', levels[next].widthMs, pool.id, level, until, until);
    yield* setLevel(pool, next, plus(pool.state.used[next], leaving));
  }
  yield* rows('usage.drop', pool.id, level, until, until);
  yield* setLevel(pool, level, minus(pool.state.used[level], leaving));
}

function* setLevel(pool: OpenPool, level: Level, used: Amounts): Steps<void> {
  const [oldest] = yield* rows<{ last_at: number }>('usage.oldest', pool.id, level);
  pool.state = withLevel(pool.state, level, used, oldest === undefined ? null : oldest.last_at + levels[level].spanMs);
  pool.changed = true;
}

/** Counts use at this moment, or at an earlier one: then `expire` is to follow. */
export function* addUse(pool: OpenPool, amounts: Amounts, at: number = now(pool)): Steps<void> {
  if (isNothing(amounts)) {
    return;
  }
  const { widthMs, spanMs } = levels[0];
  yield* rows('usage.add', pool.id, at - (at % widthMs), at, ...amounts);
  const leaves = Math.min(pool.state.leaves[0] ?? Infinity, at + spanMs);
  const counted = withLevel(pool.state, 0, plus(pool.state.used[0], amounts), leaves);
  pool.state = taken(counted, amounts, pool.key.rule, at);
  pool.changed = true;
}

/** Takes back what was counted at an earlier moment, from the windows that still hold it. */
export function* giveBack(pool: OpenPool, amounts: Amounts, at: number): Steps<void> {
  if (isNothing(amounts) || at <= pool.state.resetAt) {
    return;
  }
  for (const level of [0, 1, 2] as const) {
    const start = at - (at % levels[level].widthMs);
    const found = yield* rows('usage.giveBack', ...amounts, pool.id, level, start);
    if (found.length > 0) {
      const rest = minus(pool.state.used[level], amounts);
      pool.state = withLevel(pool.state, level, rest, pool.state.leaves[level]);
      break;
    }
  }
  pool.state = givenBack(pool.state, amounts, pool.key.rule, at);
  pool.changed = true;
}

interface LaterColumns {
  readonly id: number;
  readonly lease_until: number;
  readonly later_tokens: number;
  readonly later_output_tokens: number;
}

/** Counts what calls whose lease has run out would have been counted for, as if reported at that moment. */
function* settleLost(pool: OpenPool): Steps<void> {
  const due = pool.state.laterDue;
  if (due === null || due > now(pool)) {
    return;
  }
  for (const lost of yield* rows<LaterColumns>('reservation.overdue', pool.id, now(pool))) {
    yield* addUse(pool, [0, lost.later_tokens, 0, lost.later_output_tokens], lost.lease_until);
    yield* rows('reservation.settle', settled.lost, lost.id);
  }
  const [next] = yield* rows<{ lease_until: number | null }>('reservation.nextOverdue', pool.id);
  pool.state = { ...pool.state, laterDue: next?.lease_until ?? null };
  pool.changed = true;
  yield* expire(pool);
}

/** Values of limit_reservations.settled. */
export const settled = { open: 0, reported: 1, lost: 2 } as const;
