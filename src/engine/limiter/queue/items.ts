import * as l10n from '@vscode/l10n';
import type { QueueItemStatus } from '../../../protocol/limiter.ts';
import { EngineError } from '../../errors.ts';
import type { Demand } from '../providers/providers.ts';
import { providerOf } from '../providers/providers.ts';
import { rows, type Steps } from '../steps.ts';

/** A row of scheduled_requests, without what only people read. */
export interface ItemRow extends EstimateColumns {
  readonly id: number;
  readonly request_id: string;
  readonly provider: string;
  readonly model: string;
  readonly tier: string;
  readonly scheduled_time: string;
  readonly priority: number;
  readonly status: QueueItemStatus;
  readonly payload: string;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly place: number;
  readonly due_at: number;
  readonly lease: string | null;
  readonly lease_until: number | null;
  readonly reservation: string | null;
}

export interface EstimateColumns {
  readonly estimated_tokens: number | null;
  readonly input_tokens: number | null;
  readonly max_output_tokens: number | null;
}

export function* findItem(id: string): Steps<ItemRow | null> {
  const [row] = yield* rows<ItemRow>('item.find', id);
  return row ?? null;
}

/** @throws EngineError limits.unknownItem */
export function* requireItem(id: string): Steps<ItemRow> {
  const row = yield* findItem(id);
  if (row === null) {
    throw new EngineError('limits.unknownItem', l10n.t('There is no request {0} in the queue.', id), {
      hint: l10n.t('Its id is what rate-limit schedule printed.'),
    });
  }
  return row;
}

/** What an item will take once it starts. */
export function demandOf(provider: string, row: EstimateColumns): Demand {
  return providerOf(provider).demand({
    tokens: row.estimated_tokens ?? undefined,
    inputTokens: row.input_tokens ?? undefined,
    maxOutputTokens: row.max_output_tokens ?? undefined,
  });
}

export const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();
