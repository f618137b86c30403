import type { RecordBatch, RecordResult } from '../../protocol/engine.ts';
import type { EngineConfig } from '../config/config.ts';
import type { BulkRow, MetricsStore } from '../store/store.ts';
import { checkExecution, checkTask, type Checked } from './recordedRows.ts';

type RecordedTable = 'agent_task_results' | 'prompt_executions';

/**
 * Checks rows that a script recorded and, where `write` says so, writes the good ones in one
 * transaction; a row whose id was recorded before is replaced.
 * @throws EngineError database.*
 */
export function recordBatch(
  store: MetricsStore,
  config: EngineConfig,
  batch: RecordBatch,
  signal?: AbortSignal,
): Promise<RecordResult> {
  const limit = config.export.capturedTextLength;
  return batch.kind === 'task'
    ? record(store, 'agent_task_results', (value) => checkTask(value, limit), batch, signal)
    : record(store, 'prompt_executions', (value) => checkExecution(value, limit), batch, signal);
}

async function record<T extends RecordedTable>(
  store: MetricsStore,
  table: T,
  check: (value: unknown) => Checked<BulkRow<T>>,
  { values, write }: RecordBatch,
  signal?: AbortSignal,
): Promise<RecordResult> {
  const rows: BulkRow<T>[] = [];
  const rejected: RecordResult['rejected'][number][] = [];
  for (const [index, value] of values.entries()) {
    const checked = check(value);
    if ('row' in checked) {
      rows.push(checked.row);
    } else {
      rejected.push({ index, problems: checked.problems });
    }
  }
  if (!write || rows.length === 0) {
    return { accepted: rows.length, changed: 0, rejected };
  }
  const { changed } = await store.write((transaction) => transaction.upsert(table, rows), signal);
  return { accepted: rows.length, changed: changed.length, rejected };
}
