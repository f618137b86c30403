import { bulkTables, type BulkTable } from './store.ts';

/** Tables whose rows carry the server's updated_at, which decides between two versions of a row. */
const exportedTables: ReadonlySet<BulkTable> = new Set(['llm_generations', 'llm_spans', 'llm_events', 'llm_scores']);

const quoted = (column: string): string => `"${column}"`;

/**
 * SQL that inserts one row or, where its key exists, replaces it: an exported row by a newer one
 * only, a derived row by a different one only. Parameters are the columns in the given order.
 * @param columns all columns of the table but a serial id
 */
export function upsertStatement(table: BulkTable, columns: readonly string[]): string {
  const key: readonly string[] = bulkTables[table];
  const others = columns.filter((column) => !key.includes(column));
  const assignments = others.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(', ');
  const names = columns.map(quoted).join(', ');
  const values = columns.map((_, index) => `?${index + 1}`);
  if (exportedTables.has(table)) {
    return `INSERT INTO ${table} (${names}) VALUES (${values.join(', ')})
      ON CONFLICT (${key.map(quoted).join(', ')}) DO UPDATE SET ${assignments}
      WHERE coalesce(excluded.updated_at, '') > coalesce(${table}.updated_at, '')`;
  }
  // The row's own id goes in where it exists: an AUTOINCREMENT number drawn for a row that turns out
  // to exist would be lost, and a second export would leave a changed sqlite_sequence.
  const sameKey = key.map((column) => `${quoted(column)} = ?${columns.indexOf(column) + 1}`).join(' AND ');
  const differs = others.map((column) => `${table}.${quoted(column)} IS NOT excluded.${quoted(column)}`).join(' OR ');
  return `INSERT INTO ${table} (id, ${names})
    VALUES ((SELECT id FROM ${table} WHERE ${sameKey}), ${values.join(', ')})
    ON CONFLICT DO UPDATE SET ${assignments} WHERE ${differs}`;
}
