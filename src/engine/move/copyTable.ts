import type { BulkRow, BulkTable, CopiedRow, MetricsStore, WriteTransaction } from '../store/store.ts';
import { keyOf, nextRows, rowsOfTarget, stateOf, wholeRows, type Cutoff, type Row } from './rows.ts';
import type { MovedTable } from './tables.ts';

/** One move between two databases. */
export interface Move {
  readonly source: MetricsStore;
  readonly target: MetricsStore;
  readonly cutoff: Cutoff;
  readonly signal: AbortSignal | undefined;
}

const firstBatch = 100;
const largestBatch = 1000;
/** Characters of one batch to aim at: enough to be fast, little to hold in memory. */
const charactersInBatch = 4_000_000;

/**
 * Copies what the target lacks of a table or has in an older version. What is there already is only
 * looked at, so that a move which was interrupted soon is where it was.
 * @param onRows told how many rows more have been seen to
 * @returns how many rows were written
 */
export async function copyTable(move: Move, table: MovedTable, onRows: (rows: number) => void): Promise<number> {
  const { source, target, cutoff, signal } = move;
  let copied = 0;
  let after: Row | null = null;
  let limit = firstBatch;
  let lastNumber = 0;
  for (;;) {
    signal?.throwIfAborted();
    const batch: readonly Row[] = await nextRows(source, table, cutoff, after, limit);
    if (batch.length === 0) {
      return copied;
    }
    const known = await rowsOfTarget(target, table, batch);
    const wanted = batch.filter((row) => isWanted(table, row, known.get(keyOf(table, row))));
    if (wanted.length > 0) {
      const rows = await wholeRows(source, table, cutoff, wanted);
      const fresh = rows.filter((row) => !known.has(keyOf(table, row)));
      const other = rows.filter((row) => known.has(keyOf(table, row)));
      const number = lastNumber;
      lastNumber = await target.write((transaction) => writeRows(transaction, table, fresh, other, number), signal);
      copied += wanted.filter((row) => stateOf(table, row, known.get(keyOf(table, row))) !== 'newer').length;
      limit = nextLimit(rows, limit);
    }
    lastNumber = Math.max(
      lastNumber,
      ...[...known.values()].map((row) => (table.order[0] === 'id' ? Number(row.id) : 0)),
    );
    onRows(batch.length);
    after = batch.at(-1) ?? null;
  }
}

/** A trace that the target has in a newer version may still lack the observations that were just moved. */
function isWanted(table: MovedTable, row: Row, known: Row | undefined): boolean {
  const state = stateOf(table, row, known);
  return state === 'missing' || state === 'older' || (state === 'newer' && table.name === 'llm_traces');
}

function nextLimit(rows: readonly Row[], limit: number): number {
  let characters = 0;
  for (const row of rows) {
    for (const value of Object.values(row)) {
      characters += typeof value === 'string' ? value.length : 1;
    }
  }
  const perRow = Math.max(1, characters / rows.length);
  return Math.max(1, Math.min(largestBatch, 2 * limit, Math.floor(charactersInBatch / perRow)));
}

/**
 * @param after the greatest number so far
 * @returns the greatest number that a row got
 */
async function writeRows(
  transaction: WriteTransaction,
  { name }: MovedTable,
  fresh: readonly Row[],
  other: readonly Row[],
  after: number,
): Promise<number> {
  let number = after;
  switch (name) {
    case 'llm_generations':
    case 'llm_spans':
    case 'llm_events':
    case 'llm_scores':
      await transaction.upsert(name, [...fresh, ...other] as unknown as BulkRow<typeof name>[]);
      return number;
    case 'llm_traces':
      await transaction.insertNew(name, asRows<'llm_traces'>(fresh), 0);
      await mergeTraces(transaction, asRows<'llm_traces'>(other));
      return number;
    case 'prompt_variants':
    case 'prompt_executions':
    case 'agent_task_results':
      number = await transaction.insertNew(name, asRows<typeof name>(fresh), after);
      await upsertNumbered(transaction, name, other);
      return number;
    case 'export_metadata':
      number = await transaction.insertNew(name, asRows<'export_metadata'>(fresh), after);
      await replaceRuns(transaction, asRows<'export_metadata'>(other));
      return number;
    case 'derivation_queue':
      await queueByProject(transaction, fresh);
      return number;
  }
}

/** What was read from a table is a row of it. */
const asRows = <T extends Parameters<WriteTransaction['insertNew']>[0]>(rows: readonly Row[]): CopiedRow<T>[] =>
  rows as unknown as CopiedRow<T>[];

/** Traces that both databases know are rebuilt from the observations of both. */
async function mergeTraces(transaction: WriteTransaction, rows: readonly CopiedRow<'llm_traces'>[]): Promise<void> {
  const own = rows.filter((row) => row.own_updated_at !== null);
  await transaction.upsertTraces(own.map((row) => ({ ...row, updated_at: row.own_updated_at })));
  for (const [projectId, of] of Map.groupBy(rows, (row) => row.project_id)) {
    await transaction.refreshTraces(
      projectId,
      of.map((row) => row.id),
    );
  }
}

/** The target's derived rows may have known more than the source's: its next export computes them again. */
async function upsertNumbered(
  transaction: WriteTransaction,
  name: BulkTable & ('prompt_variants' | 'prompt_executions' | 'agent_task_results'),
  rows: readonly Row[],
): Promise<void> {
  await transaction.upsert(name, rows as unknown as BulkRow<typeof name>[]);
  if (name !== 'prompt_variants') {
    await queueByProject(
      transaction,
      rows.filter((row) => row.trace_id !== null && row.project_id !== 'local'),
    );
  }
}

async function queueByProject(transaction: WriteTransaction, rows: readonly Row[]): Promise<void> {
  for (const [projectId, of] of Map.groupBy(rows, (row) => String(row.project_id))) {
    await transaction.queueDerivation(
      projectId,
      of.map((row) => String(row.trace_id)),
    );
  }
}

async function replaceRuns(
  transaction: WriteTransaction,
  rows: readonly CopiedRow<'export_metadata'>[],
): Promise<void> {
  for (const row of rows) {
    await transaction.db
      .updateTable('export_metadata')
      .set({ ...row, id: undefined })
      .where('export_run_id', '=', row.export_run_id)
      .execute();
  }
}
