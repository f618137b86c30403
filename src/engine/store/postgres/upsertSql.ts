import { bulkTables, type BulkTable } from '../store.ts';
import { columnsOf, givenRows, quoted } from './bulkRows.ts';

/** Tables whose rows carry the server's updated_at, which decides between two versions of a row. */
const exportedTables: ReadonlySet<BulkTable> = new Set(['llm_generations', 'llm_spans', 'llm_events', 'llm_scores']);

export const isExported = (table: BulkTable): boolean => exportedTables.has(table);

/** True when any of these columns differs between the stored row and the given one; NULL equals NULL. */
export function differs(table: string, columns: readonly string[]): string {
  const side = (of: string): string => columns.map((column) => `${of}.${quoted(column)}`).join(', ');
  return `(${side(table)}) IS DISTINCT FROM (${side('excluded')})`;
}

/**
 * SQL that merges the rows of parameter `$1`, one a key, and returns the keys of those that were
 * inserted or replaced: an exported row by a newer one only, a derived row by a different one only.
 */
export function upsertSql(table: BulkTable): string {
  const key: readonly string[] = bulkTables[table];
  const columns = columnsOf(table);
  const others = columns.filter((column) => !key.includes(column));
  const names = columns.map(quoted).join(', ');
  const keyNames = key.map(quoted).join(', ');
  const keys = key.map((column) => `${table}.${quoted(column)}`).join(', ');
  const set = others.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(', ');
  if (isExported(table)) {
    return `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${givenRows(table, columns)}
      ON CONFLICT (${keyNames}) DO UPDATE SET ${set}
      WHERE coalesce(excluded.updated_at, '-infinity') > coalesce(${table}.updated_at, '-infinity')
      RETURNING ${keys}`;
  }
  // A row that exists brings its own id: a number drawn for it would be lost. coalesce draws only for new ones.
  const sameKey = key.map((column) => `known.${quoted(column)} = given.${quoted(column)}`).join(' AND ');
  const given = columns.map((column) => `given.${quoted(column)}`).join(', ');
  return `INSERT INTO ${table} (id, ${names})
    SELECT coalesce(known.id, nextval(pg_get_serial_sequence('${table}', 'id'))), ${given}
    FROM ${givenRows(table, columns)} LEFT JOIN ${table} AS known ON ${sameKey}
    ORDER BY ${key.map((column) => `given.${quoted(column)}`).join(', ')}
    ON CONFLICT (${keyNames}) DO UPDATE SET ${set} WHERE ${differs(table, others)}
    RETURNING ${keys}`;
}
