import type { NextRequest, NextResult, QueueItem } from '../../../protocol/limiter.ts';
import { EngineError } from '../../errors.ts';
import type { PoolKeys } from '../limits/poolKeys.ts';
import { matchesModel } from '../limits/rules.ts';
import { now, openPool, savePool, type OpenPool, type KnownPools } from '../pool.ts';
import { reserveIn } from '../reserve.ts';
import type { PoolName } from '../settle.ts';
import { rows, type Steps } from '../steps.ts';
import { demandOf, isoTime, type ItemRow } from './items.ts';

export interface Next extends NextRequest {
  readonly leaseMs: number;
  /** Names this hand-out. */
  readonly lease: string;
  /** Whether the worker will ask again, so that the item may stand in the line meanwhile. */
  readonly waits: boolean;
}

const lostText = 'The worker was lost: its lease has run out';

/** What no waiting helps: such a request is given up, so that it does not hold up those behind it. */
const hopeless: readonly string[] = ['limits.neverAdmitted', 'limits.unknownModel'];

/**
 * Hands out the next request that is due and admissible, with a reservation. Within a pool the order
 * is strict: a large request at its head is not passed by smaller ones.
 */
export function* next(request: Next, keys: PoolKeys, knownPools: KnownPools): Steps<NextResult> {
  yield* rows('queue.lock');
  let retryAfterMs: number | null = null;
  for (const name of yield* rows<PoolName>('item.pools')) {
    if (!isWanted(name, request)) {
      continue;
    }
    const pool = yield* openPool(keys.named(name), knownPools);
    const answer = yield* nextIn(pool, request, keys, knownPools);
    yield* savePool(pool);
    if (answer === 'moved') {
      return yield* next(request, keys, knownPools);
    }
    if (answer.item !== null) {
      return answer;
    }
    retryAfterMs = sooner(retryAfterMs, answer.retryAfterMs);
  }
  return { item: null, retryAfterMs };
}

const isWanted = ({ provider, model, tier }: PoolName, wanted: NextRequest): boolean =>
  (wanted.provider === undefined || wanted.provider.toLowerCase() === provider) &&
  (wanted.model === undefined || matchesModel(model, wanted.model)) &&
  (wanted.tier === undefined || tier === '' || wanted.tier === tier);

const sooner = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);

function* nextIn(pool: OpenPool, request: Next, keys: PoolKeys, knownPools: KnownPools): Steps<NextResult | 'moved'> {
  const model = request.model ?? '';
  yield* rows('item.lost', lostText, pool.id, now(pool));
  for (;;) {
    const [row] = yield* rows<ItemRow>('item.due', pool.id, pool.state.clock.wall, model, model);
    if (row === undefined) {
      return yield* nothingDue(pool, model);
    }
    try {
      if (yield* moveHome(pool, row, keys, knownPools)) {
        return 'moved';
      }
      return yield* handOut(pool, row, request);
    } catch (error) {
      if (!(error instanceof EngineError && hopeless.includes(error.code))) {
        throw error;
      }
      yield* rows('item.giveUp', error.message, row.id);
    }
  }
}

function* nothingDue(pool: OpenPool, model: string): Steps<NextResult> {
  const [later] = yield* rows<{ due_at: number | null }>('item.nextDue', pool.id, model, model);
  const [leased] = yield* rows<{ lease_until: number | null }>('item.leases', pool.id);
  const dueIn = later?.due_at == null ? null : Math.max(later.due_at - pool.state.clock.wall, 1);
  const lostIn = leased?.lease_until == null ? null : Math.max(leased.lease_until - now(pool), 1);
  return { item: null, retryAfterMs: sooner(dueIn, lostIn) };
}

/**
 * Since a request was scheduled, the limits file may have put its model under another entry.
 * @throws EngineError limits.unknownModel
 */
function* moveHome(pool: OpenPool, row: ItemRow, keys: PoolKeys, knownPools: KnownPools): Steps<boolean> {
  const { provider, model, tier } = row;
  const key = keys.of({ provider, model, tier: tier === '' ? undefined : tier });
  if (key.provider === pool.key.provider && key.model === pool.key.model && key.tier === pool.key.tier) {
    return false;
  }
  const home = yield* openPool(key, knownPools);
  yield* rows('item.move', home.id, pool.id, provider, model, tier);
  yield* savePool(home);
  return true;
}

/** @throws EngineError limits.neverAdmitted */
function* handOut(pool: OpenPool, row: ItemRow, request: Next): Steps<NextResult> {
  const result = yield* reserveIn(pool, {
    demand: demandOf(pool.key.provider, row),
    priority: row.priority,
    leaseMs: request.leaseMs,
    ticket: request.waits ? `item ${row.id}` : null,
    place: row.place,
  });
  if (!result.granted) {
    return { item: null, retryAfterMs: result.retryAfterMs };
  }
  const started = isoTime(pool.state.clock.wall);
  yield* rows('item.start', started, request.lease, now(pool) + request.leaseMs, result.reservation, row.id);
  return { item: handedOut(row, request.lease, result.reservation) };
}

const handedOut = (row: ItemRow, lease: string, reservation: string): QueueItem => ({
  id: row.request_id,
  provider: row.provider,
  model: row.model,
  tier: row.tier === '' ? null : row.tier,
  payload: JSON.parse(row.payload) as unknown,
  priority: row.priority,
  attempt: row.attempts + 1,
  lease,
  reservation,
});
