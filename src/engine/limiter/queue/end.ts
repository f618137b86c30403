import * as l10n from '@vscode/l10n';
import type { CompleteRequest, EndResult, FailRequest, Outcome } from '../../../protocol/limiter.ts';
import { EngineError } from '../../errors.ts';
import type { KnownPools, PoolKey } from '../pool.ts';
import { settle, type PoolName } from '../settle.ts';
import { readClock, rows, type Steps } from '../steps.ts';
import { isoTime, requireItem, type ItemRow } from './items.ts';

type KeyOf = (name: PoolName) => PoolKey;

/** The pause before a further attempt doubles from a second to five minutes; half of it is left to chance. */
const firstPauseMs = 1_000;
const longestPauseMs = 300_000;

/** Ends an item well; again changes nothing. @throws EngineError limits.unknownItem, limits.leaseLost */
export function* complete(request: CompleteRequest, keyOf: KeyOf, knownPools: KnownPools): Steps<EndResult> {
  yield* rows('queue.lock');
  const row = yield* requireItem(request.id);
  if (row.status === 'completed') {
    return { id: request.id, status: 'completed', nextAttempt: null };
  }
  requireLease(row, request.lease);
  yield* settleItem(row, request, 'succeeded', keyOf, knownPools);
  const result = request.result === undefined ? null : JSON.stringify(request.result);
  yield* rows('item.complete', result, row.id);
  return { id: request.id, status: 'completed', nextAttempt: null };
}

/**
 * Ends an attempt badly: the item is tried again after a growing pause, as long as attempts are left.
 * @throws EngineError limits.unknownItem, limits.leaseLost
 */
export function* fail(request: FailRequest, keyOf: KeyOf, knownPools: KnownPools): Steps<EndResult> {
  yield* rows('queue.lock');
  const row = yield* requireItem(request.id);
  if (row.status !== 'executing') {
    // Failed already, given back by its lease, or completed by another worker.
    return { id: request.id, status: row.status, nextAttempt: row.status === 'pending' ? row.scheduled_time : null };
  }
  requireLease(row, request.lease);
  yield* settleItem(row, request, 'failed', keyOf, knownPools);
  const { wall } = yield* readClock();
  const again = request.retry !== false && row.attempts < row.max_attempts;
  const due = again ? wall + pauseMs(row.attempts, request.retryAfterSeconds) : row.due_at;
  const status = again ? 'pending' : 'failed';
  yield* rows('item.fail', status, request.error ?? null, isoTime(due), due, row.id);
  yield 'wake';
  return { id: request.id, status, nextAttempt: again ? isoTime(due) : null };
}

function pauseMs(attempts: number, stated: number | undefined): number {
  if (stated !== undefined) {
    return Math.ceil(stated * 1000);
  }
  const pause = Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs);
  return Math.ceil(pause * (0.5 + 0.5 * Math.random()));
}

/** A worker that names its lease must still hold it; one that does not is believed. */
function requireLease(row: ItemRow, lease: string | undefined): void {
  if (lease !== undefined && lease !== row.lease) {
    throw new EngineError(
      'limits.leaseLost',
      l10n.t('Request {0} is no longer this worker’s: its lease has run out.', row.request_id),
      { hint: l10n.t('Ask for longer leases, or do less in one request.') },
    );
  }
}

function* settleItem(
  row: ItemRow,
  { tokens, inputTokens, outputTokens, headers = {} }: CompleteRequest | FailRequest,
  outcome: Outcome,
  keyOf: KeyOf,
  knownPools: KnownPools,
): Steps<void> {
  if (row.reservation === null) {
    return;
  }
  const usage = { tokens, inputTokens, outputTokens };
  try {
    yield* settle({ reservation: row.reservation, usage, outcome, headers }, keyOf, knownPools);
  } catch (error) {
    // An old reservation that was thrown away has settled at its estimate.
    if (!(error instanceof EngineError && error.code === 'limits.unknownReservation')) {
      throw error;
    }
  }
}
