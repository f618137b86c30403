import { textColumn } from '../store/encodedRows.ts';
import type { WriteTransaction } from '../store/store.ts';
import { observationTables, type MovableObservation, type PreparedPage } from './preparedPage.ts';

/** Observations in one statement. */
const someRows = 200;

/** An observation that changed its kind moves: it is never in two tables. */
async function removeFormerCopies(transaction: WriteTransaction, moved: readonly MovableObservation[]): Promise<void> {
  for (const table of observationTables) {
    const foreign = moved.filter((row) => row.table !== table);
    for (let start = 0; start < foreign.length; start += someRows) {
      const some = foreign.slice(start, start + someRows);
      await transaction.db
        .deleteFrom(table)
        .where('project_id', '=', some[0]?.projectId ?? '')
        // Names the traces for the index: SQLite finds no index for a pair of columns in a list.
        .where(
          'trace_id',
          'in',
          some.map((row) => row.traceId),
        )
        .where((eb) =>
          eb(
            eb.refTuple('trace_id', 'id'),
            'in',
            some.map((row) => eb.tuple(row.traceId, row.id)),
          ),
        )
        .execute();
    }
  }
}

/** Stores one page of observations of one project: rows, and the traces they belong to. */
export async function storeObservations(
  transaction: WriteTransaction,
  projectId: string,
  page: PreparedPage,
): Promise<void> {
  const touched = new Set<string>();
  for (const table of observationTables) {
    const rows = page.tables[table];
    const { changed } = await transaction.upsert(table, rows);
    const traceOf = textColumn(rows, 'trace_id');
    for (const row of changed) {
      touched.add(traceOf(row) ?? '');
    }
  }
  await removeFormerCopies(transaction, page.movable);
  await transaction.refreshTraces(projectId, [...touched], page.traces);
}
