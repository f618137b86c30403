import type { ScheduleRequest, ScheduleResult } from '../../../protocol/limiter.ts';
import { limitNeverMet, limitsInForce, obstacles } from '../admission.ts';
import { indexOf, plus } from '../amounts.ts';
import { openPool, now, savePool, type OpenPool, type KnownPools, type PoolKey } from '../pool.ts';
import { providerOf } from '../providers/providers.ts';
import { neverAdmitted } from '../reserve.ts';
import { rows, type Steps } from '../steps.ts';
import { lookAhead, placeOf } from '../tickets.ts';
import { outlook } from '../whenFree.ts';
import { demandOf, findItem, isoTime, type EstimateColumns } from './items.ts';

export interface Schedule extends ScheduleRequest {
  readonly id: string;
  /** Milliseconds since the Unix epoch; null for at once. */
  readonly notBeforeWall: number | null;
}

const defaultMaxAttempts = 5;

/**
 * Stores a request for later; one whose id is known stays as it is.
 * @throws EngineError limits.neverAdmitted
 */
export function* schedule(key: PoolKey, request: Schedule, knownPools: KnownPools): Steps<ScheduleResult> {
  yield* rows('queue.lock');
  const known = yield* findItem(request.id);
  const pool = yield* openPool(key, knownPools);
  if (known !== null) {
    const predicted = known.status === 'pending' ? yield* predictStart(pool, request, known.place, known.due_at) : null;
    yield* savePool(pool);
    return { id: request.id, status: known.status, created: false, predictedStart: predicted };
  }
  const limits = limitsInForce(key.rule, pool.state);
  const { hold } = providerOf(key.provider).demand(request);
  const never = limitNeverMet(limits, hold);
  if (never !== null) {
    throw neverAdmitted(never, hold[indexOf(never.dimension)]);
  }
  const { wall } = pool.state.clock;
  const due = Math.max(request.notBeforeWall ?? wall, wall);
  const place = placeOf(due, request.priority ?? 0);
  yield* insert(pool, request, due, place);
  yield 'wake';
  const predictedStart = yield* predictStart(pool, request, place, due);
  yield* savePool(pool);
  return { id: request.id, status: 'pending', created: true, predictedStart };
}

function* insert(pool: OpenPool, request: Schedule, due: number, place: number): Steps<void> {
  yield* rows(
    'item.insert',
    request.id,
    request.provider.toLowerCase(),
    request.model,
    request.tier ?? '',
    isoTime(due),
    isoTime(pool.state.clock.wall),
    request.priority ?? 0,
    request.tokens ?? null,
    request.inputTokens ?? null,
    request.maxOutputTokens ?? null,
    JSON.stringify(request.payload ?? null),
    request.maxAttempts ?? defaultMaxAttempts,
    pool.id,
    place,
    due,
  );
}

/** When everything that comes first, in the line and in the queue, and then this one will have been admitted. */
function* predictStart(pool: OpenPool, request: Schedule, place: number, due: number): Steps<string> {
  const { provider, rule } = pool.key;
  let { ahead } = yield* lookAhead(pool, null, Infinity);
  for (const row of yield* rows<EstimateColumns>('item.ahead', pool.id, place, request.id)) {
    ahead = plus(ahead, demandOf(provider, row).hold);
  }
  const { hold } = providerOf(provider).demand(request);
  const [first, ...others] = obstacles(pool.state, rule, limitsInForce(rule, pool.state), hold, ahead);
  const free = first === undefined ? now(pool) : (yield* outlook(pool, [first, ...others])).until;
  return isoTime(Math.max(due, pool.state.clock.wall + Math.max(Math.ceil(free - now(pool)), 0)));
}
