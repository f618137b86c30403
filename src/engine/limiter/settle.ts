import * as l10n from '@vscode/l10n';
import type { Outcome, ReportResult, ResponseHeaders, TokenUsage } from '../../protocol/limiter.ts';
import { EngineError } from '../errors.ts';
import { limitsInForce, remainingIn } from './admission.ts';
import { minus, nothing, plus, positive, type Amounts } from './amounts.ts';
import { applyHeaders } from './headers/applyHeaders.ts';
import {
  addUse,
  giveBack,
  now,
  openPool,
  savePool,
  settled,
  type OpenPool,
  type KnownPools,
  type PoolKey,
} from './pool.ts';
import { providerOf } from './providers/providers.ts';
import { parseReservation } from './reserve.ts';
import { amountsOf, rows, type AmountColumns, type Steps } from './steps.ts';

export interface Settle {
  readonly reservation: string;
  readonly usage: TokenUsage;
  readonly outcome: Outcome;
  readonly headers: ResponseHeaders;
}

interface ReservationRow extends AmountColumns {
  readonly reserved_at: number;
  readonly lease_until: number;
  readonly later_tokens: number;
  readonly later_output_tokens: number;
  readonly settled: number;
}

/** What names a pool in the database. */
export interface PoolName {
  readonly provider: string;
  readonly model: string;
  readonly tier: string;
}

/**
 * Replaces a reservation's estimate by what was really used, once. What was held too much is given
 * back where it was counted; what was used beyond the estimate counts from now on, as a debt if need be.
 * @param keyOf finds a pool's rule
 * @throws EngineError limits.unknownReservation
 */
export function* settle(
  request: Settle,
  keyOf: (name: PoolName) => PoolKey,
  knownPools: KnownPools,
): Steps<ReportResult> {
  const name = parseReservation(request.reservation);
  const [found] = name === null ? [] : yield* rows<PoolName>('reservation.pool', name.id, name.nonce);
  if (name === null || found === undefined) {
    throw unknownReservation(request.reservation);
  }
  const pool = yield* openPool(keyOf(found), knownPools);
  // Read again now that nobody else may change it.
  const [row] = yield* rows<ReservationRow>('reservation.find', name.id);
  if (row === undefined) {
    throw unknownReservation(request.reservation);
  }
  const before = pool.state;
  const how = yield* settleRow(pool, row, request);
  if (how !== 'repeated') {
    yield* rows('reservation.settle', settled.reported, name.id);
    yield* applyHeaders(pool, request.headers);
  }
  if (pool.state.waiting > 0 && pool.state !== before) {
    yield 'wake';
  }
  yield* savePool(pool);
  const limits = limitsInForce(pool.key.rule, pool.state);
  return { reservation: request.reservation, settled: how, remaining: remainingIn(pool.state, pool.key.rule, limits) };
}

function* settleRow(pool: OpenPool, row: ReservationRow, request: Settle): Steps<ReportResult['settled']> {
  if (row.settled === settled.reported) {
    return 'repeated';
  }
  const hold = amountsOf(row);
  const estimate = plus(hold, [0, row.later_tokens, 0, row.later_output_tokens]);
  const actual = actualAmounts(pool, request, estimate);
  if (row.settled === settled.lost || row.lease_until <= now(pool)) {
    // It counts at its estimate already. Nothing is given back that others may have relied on since.
    yield* addUse(pool, positive(minus(actual, estimate)));
    return 'late';
  }
  yield* giveBack(pool, positive(minus(hold, actual)), row.reserved_at);
  yield* addUse(pool, positive(minus(actual, hold)));
  return 'now';
}

function actualAmounts(pool: OpenPool, { usage, outcome }: Settle, estimate: Amounts): Amounts {
  if (outcome === 'unused') {
    return nothing;
  }
  const actual = providerOf(pool.key.provider).actual(usage, outcome);
  return [actual[0], actual[1] ?? estimate[1], actual[2] ?? estimate[2], actual[3] ?? estimate[3]];
}

const unknownReservation = (reservation: string): EngineError =>
  new EngineError('limits.unknownReservation', l10n.t('There is no reservation {0}.', reservation), {
    hint: l10n.t('Reservations are kept for an hour after their lease, in the database that gave them.'),
  });
