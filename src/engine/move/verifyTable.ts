import type { MovedTableReport } from '../../protocol/engine.ts';
import type { Move } from './copyTable.ts';
import { keyOf, nextRows, rowsOfTarget, stateOf, type Row } from './rows.ts';
import type { MovedTable } from './tables.ts';

const batchRows = 1000;

export type Verdict = Omit<MovedTableReport, 'table' | 'copied'>;

/** Compares each row of the source with the target's, as both are after the copying. */
export async function verifyTable(move: Move, table: MovedTable, onRows: (rows: number) => void): Promise<Verdict> {
  const sums = new Map(table.summed.map((column) => [column, { source: 0, target: 0 }]));
  let rows = 0;
  let newer = 0;
  let different = 0;
  let after: Row | null = null;
  for (;;) {
    move.signal?.throwIfAborted();
    const batch: readonly Row[] = await nextRows(move.source, table, move.cutoff, after, batchRows);
    const found = await rowsOfTarget(move.target, table, batch);
    for (const row of batch) {
      const there = found.get(keyOf(table, row));
      const state = stateOf(table, row, there);
      if (state === 'newer') {
        newer++;
        continue;
      }
      different += state === 'same' ? 0 : 1;
      for (const [column, sum] of sums) {
        sum.source += Number(row[column]);
        sum.target += Number(there?.[column] ?? 0);
      }
    }
    rows += batch.length;
    onRows(batch.length);
    after = batch.at(-1) ?? null;
    if (after === null) {
      return { rows, newer, sums: Object.fromEntries(sums), verified: different === 0 };
    }
  }
}
