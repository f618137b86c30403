import * as l10n from '@vscode/l10n';
import type { LimitInForce, LimitedBy, WindowNumbers } from '../../protocol/limiter.ts';
import { EngineError } from '../errors.ts';
import { limitNeverMet, limitedBy, limitsInForce, obstacles, remainingIn } from './admission.ts';
import { indexOf, isNothing } from './amounts.ts';
import { addUse, now, openPool, savePool, type OpenPool, type KnownPools, type PoolKey } from './pool.ts';
import type { Demand } from './providers/providers.ts';
import { rows, type Steps } from './steps.ts';
import { leaveLine, lookAhead, placeOf, standInLine } from './tickets.ts';
import { outlook } from './whenFree.ts';

export interface Reserve {
  readonly demand: Demand;
  readonly priority: number;
  readonly leaseMs: number;
  /** The ticket to wait with; null does not wait. */
  readonly ticket: string | null;
  /** The ticket's place, once it has one. */
  readonly place: number | null;
}

export interface Reserved {
  readonly granted: true;
  readonly reservation: string;
  readonly remaining: WindowNumbers;
}

export interface NotReserved {
  readonly granted: false;
  readonly retryAfterMs: number;
  readonly limitedBy: LimitedBy;
  readonly place: number;
}

/** Old reservations are thrown away now and then, an hour after nobody may settle them any more. */
const forgetEvery = 64;
const forgetAfterMs = 3_600_000;
/** What was lost longer ago than that is in no window any more. */
const longestWindowMs = 86_400_000;

/**
 * Admits a call under all limits of its pool, or takes its place in the line.
 * @throws EngineError limits.neverAdmitted
 */
export function* reserve(key: PoolKey, request: Reserve, knownPools: KnownPools): Steps<Reserved | NotReserved> {
  const pool = yield* openPool(key, knownPools);
  const result = yield* reserveIn(pool, request);
  yield* savePool(pool);
  return result;
}

/** As `reserve`, in a pool that the caller has opened and will save. */
export function* reserveIn(pool: OpenPool, request: Reserve): Steps<Reserved | NotReserved> {
  const { hold } = request.demand;
  const limits = limitsInForce(pool.key.rule, pool.state);
  const never = limitNeverMet(limits, hold);
  if (never !== null) {
    throw neverAdmitted(never, hold[indexOf(never.dimension)]);
  }
  const place = request.place ?? placeOf(now(pool), request.priority);
  const { ahead, joined } = yield* lookAhead(pool, request.ticket, place);
  const [first, ...others] = obstacles(pool.state, pool.key.rule, limits, hold, ahead);
  if (first === undefined) {
    return yield* grant(pool, request, limits);
  }
  if (request.ticket !== null) {
    yield* standInLine(pool, request.ticket, place, hold, joined);
  }
  const { obstacle, until } = yield* outlook(pool, [first, ...others]);
  const retryAfterMs = Math.max(Math.ceil(until - now(pool)), 1);
  return { granted: false, retryAfterMs, limitedBy: limitedBy(obstacle), place };
}

function* grant(pool: OpenPool, request: Reserve, limits: readonly LimitInForce[]): Steps<Reserved> {
  const { hold, later } = request.demand;
  const leaseUntil = now(pool) + request.leaseMs;
  if (request.ticket !== null) {
    yield* leaveLine(pool, request.ticket);
  }
  yield* addUse(pool, hold);
  if (!isNothing(later)) {
    pool.state = { ...pool.state, laterDue: Math.min(pool.state.laterDue ?? Infinity, leaseUntil) };
  }
  const nonce = Math.floor(Math.random() * 0x1_0000_0000);
  const [row] = yield* rows<{ id: number }>(
    'reservation.insert',
    ...[nonce, pool.id, now(pool), leaseUntil, ...hold, later[1], later[3]],
  );
  const id = row?.id ?? 0;
  if (id % forgetEvery === 0) {
    yield* rows('reservation.forget', now(pool) - forgetAfterMs, now(pool) - forgetAfterMs - longestWindowMs);
  }
  return {
    granted: true,
    reservation: formatReservation({ id, nonce }),
    remaining: remainingIn(pool.state, pool.key.rule, limits),
  };
}

/** What makes a reservation's name: its row, and a random number that a row of another file does not have. */
export interface ReservationName {
  readonly id: number;
  readonly nonce: number;
}

const formatReservation = ({ id, nonce }: ReservationName): string => `${id}-${nonce.toString(36)}`;

/** Null for what is no reservation's name. */
export function parseReservation(name: string): ReservationName | null {
  const match = /^([1-9]\d{0,15})-([0-9a-z]{1,7})$/.exec(name);
  return match === null ? null : { id: Number(match[1]), nonce: Number.parseInt(match[2] ?? '', 36) };
}

export const neverAdmitted = ({ dimension, window, limit }: LimitInForce, hold: number): EngineError =>
  new EngineError(
    'limits.neverAdmitted',
    l10n.t('{0} {1} can never be admitted: the limit is {2} in a {3}.', hold, dimension, limit, window),
    { hint: l10n.t('Make the call smaller, or raise the limit in rate-limits.json.') },
  );
