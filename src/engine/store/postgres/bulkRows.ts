import type { ColumnKind } from '../migrations/initialTables.ts';
import { tables } from '../migrations/tables.ts';
import type { MetricsSchema } from '../schema.ts';
import { storableJson, storableText } from './storableText.ts';

/**
 * Rows travel as one JSON parameter, which json_to_recordset turns into a row set on the server.
 * Measured with 20,000 generations against PostgreSQL 18: 2.1 times as fast as multi-row INSERTs (200,000: 2.05);
 * arrays through unnest 1.8 times; COPY into a temporary table 2.4 times, but that needs the right
 * to make temporary tables, a second statement and a protocol mode that pg leaves to others.
 */

type Table = keyof MetricsSchema;
type Row = Readonly<Record<string, unknown>>;

/** How a kind of column arrives in the row set. Whole numbers come as JavaScript has them and are rounded. */
const arrivals: Readonly<Record<string, { readonly type: string; readonly cast: string }>> = {
  text: { type: 'text', cast: '' },
  time: { type: 'timestamptz', cast: '' },
  json: { type: 'text', cast: '::jsonb' },
  integer: { type: 'double precision', cast: '::bigint' },
  real: { type: 'double precision', cast: '' },
  flag: { type: 'boolean', cast: '' },
};

const arrivalOf = (kind: ColumnKind): { readonly type: string; readonly cast: string } =>
  arrivals[kind.replace('!', '')] ?? { type: 'bigint', cast: '' };

export const quoted = (column: string): string => `"${column}"`;

/** All columns of a table but the number that the database gives. */
export function columnsOf(table: Table): readonly string[] {
  return Object.entries<ColumnKind>(tables[table].columns)
    .filter(([, kind]) => kind !== 'serial')
    .map(([column]) => column);
}

const kindOf = (table: Table, column: string): ColumnKind =>
  (tables[table].columns as Readonly<Record<string, ColumnKind>>)[column] ?? 'text';

/** SQL of the row set in parameter `$1`, under the name `given`. */
export function givenRows(table: Table, columns: readonly string[]): string {
  const arriving = columns.map((column) => `${quoted(column)} ${arrivalOf(kindOf(table, column)).type}`);
  const selected = columns.map(
    (column) => `${quoted(column)}${arrivalOf(kindOf(table, column)).cast} AS ${quoted(column)}`,
  );
  return `(SELECT ${selected.join(', ')} FROM json_to_recordset($1::json) AS arrived (${arriving.join(', ')})) AS given`;
}

const maybeRefused = /\\u(?:0000|d[89a-f])/i;

/** The rows as that parameter; what PostgreSQL cannot store is replaced (storableText.ts). */
export function rowsParameter(table: Table, rows: readonly object[]): string {
  const json = JSON.stringify(rows);
  if (!maybeRefused.test(json)) {
    return json;
  }
  return JSON.stringify(rows.map((row) => storableRow(table, row as Row)));
}

function storableRow(table: Table, row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      if (typeof value !== 'string') {
        return [column, value];
      }
      return [column, kindOf(table, column).startsWith('json') ? storableJson(value) : storableText(value)];
    }),
  );
}
