import { sql, type Kysely } from 'kysely';
import type { ColumnKind } from './migrations/initialTables.ts';
import { tables } from './migrations/tables.ts';
import type { MetricsSchema } from './schema.ts';
import type { CopiedRow, CopiedTable } from './store.ts';

/** True for tables whose `id` is a number that the database gives. */
export const isNumbered = (table: keyof MetricsSchema): boolean =>
  Object.values<ColumnKind>(tables[table].columns).includes('serial');

export interface Numbering<Row> {
  readonly rows: readonly Row[];
  /** The greatest number given, or `after`. */
  readonly last: number;
}

/**
 * Numbers new rows so that they keep their order: each keeps its own number where that is free and
 * above the row's before it; else it goes behind all others.
 * @param rows by number, ascending
 * @param after the number of the row before the first
 */
export async function numberRows<T extends CopiedTable>(
  db: Kysely<MetricsSchema>,
  table: T,
  rows: readonly CopiedRow<T>[],
  after: number,
): Promise<Numbering<object>> {
  if (!isNumbered(table) || rows.length === 0) {
    return { rows, last: after };
  }
  const given = rows.map((row) => Number((row as { readonly id: unknown }).id));
  const of = sql.table(table);
  const found = await sql<{ id: number }>`SELECT id FROM ${of} WHERE id IN (${sql.join(given)})`.execute(db);
  const taken = new Set(found.rows.map(({ id }) => id));
  const greatest = await sql<{ id: number }>`SELECT coalesce(max(id), 0) AS id FROM ${of}`.execute(db);
  let highest = greatest.rows[0]?.id ?? 0;
  let last = after;
  const numbered = rows.map((row, index) => {
    const own = given[index] ?? 0;
    last = taken.has(own) || own <= last ? highest + 1 : own;
    highest = Math.max(highest, last);
    return { ...row, id: last };
  });
  return { rows: numbered, last };
}
