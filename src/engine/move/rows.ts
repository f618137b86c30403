import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { isDeepStrictEqual } from 'node:util';
import type { ColumnKind } from '../store/migrations/initialTables.ts';
import { storableJson, storableText } from '../store/postgres/storableText.ts';
import type { MetricsStore } from '../store/store.ts';
import type { MovedTable } from './tables.ts';

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** Which rows of a table are moved; null: all. */
export type Cutoff = string | null;

/** How a row of the source stands to the target's. */
export type RowState = 'missing' | 'same' | 'older' | 'newer';

const list = (columns: readonly string[]): RawBuilder<unknown> => sql.join(columns.map((column) => sql.ref(column)));
const values = (row: Row, columns: readonly string[]): RawBuilder<unknown> =>
  sql.join(columns.map((column) => row[column]));

const inScope = (table: MovedTable, cutoff: Cutoff): RawBuilder<SqlBool> =>
  cutoff === null ? sql<SqlBool>`1 = 1` : table.since(cutoff);

export async function countRows(store: MetricsStore, table: MovedTable, cutoff: Cutoff): Promise<number> {
  const query = sql<{ rows: number }>`
    SELECT count(*) AS rows FROM ${sql.table(table.name)} WHERE ${inScope(table, cutoff)}`;
  const { rows } = await store.read((db) => query.execute(db));
  return rows[0]?.rows ?? 0;
}

/** The next rows after `after` in the table's order, without what is not compared. */
export async function nextRows(
  store: MetricsStore,
  table: MovedTable,
  cutoff: Cutoff,
  after: Row | null,
  limit: number,
): Promise<readonly Row[]> {
  const columns = new Set([...table.order, ...table.key, ...table.compared.map(([column]) => column)]);
  const onward =
    after === null ? sql<SqlBool>`1 = 1` : sql<SqlBool>`(${list(table.order)}) > (${values(after, table.order)})`;
  const query = sql<Row>`
    SELECT ${list([...columns])} FROM ${sql.table(table.name)}
    WHERE ${onward} AND ${inScope(table, cutoff)} ORDER BY ${list(table.order)} LIMIT ${limit}`;
  const { rows } = await store.read((db) => query.execute(db));
  return rows;
}

/** All columns of these rows, which follow each other in the table's order. */
export async function wholeRows(
  store: MetricsStore,
  table: MovedTable,
  cutoff: Cutoff,
  wanted: readonly Row[],
): Promise<readonly Row[]> {
  const [first] = wanted;
  const last = wanted.at(-1);
  if (first === undefined || last === undefined) {
    return [];
  }
  const order = list(table.order);
  const query = sql<Row>`
    SELECT * FROM ${sql.table(table.name)}
    WHERE (${order}) >= (${values(first, table.order)}) AND (${order}) <= (${values(last, table.order)})
      AND ${inScope(table, cutoff)} ORDER BY ${order}`;
  const { rows } = await store.read((db) => query.execute(db));
  const keys = new Set(wanted.map((row) => keyOf(table, row)));
  return rows.filter((row) => keys.has(keyOf(table, row)));
}

/** Which of these rows the target has, by key. */
export async function rowsOfTarget(
  target: MetricsStore,
  table: MovedTable,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, Row>> {
  if (rows.length === 0) {
    return new Map();
  }
  const columns = new Set([...table.order, ...table.key, ...table.compared.map(([column]) => column)]);
  const keys = rows.map((row) => sql`(${values(row, table.key)})`);
  const query = sql<Row>`
    SELECT ${list([...columns])} FROM ${sql.table(table.name)}
    WHERE (${list(table.key)}) IN (VALUES ${sql.join(keys)})`;
  const found = await target.read((db) => query.execute(db));
  return new Map(found.rows.map((row) => [keyOf(table, row), row]));
}

/** As PostgreSQL stores it, so that a row is found again there. */
export const keyOf = (table: MovedTable, row: Row): string =>
  JSON.stringify(table.key.map((column) => storableText(String(row[column]))));

export function stateOf(table: MovedTable, source: Row, target: Row | undefined): RowState {
  if (target === undefined) {
    return 'missing';
  }
  if (table.compared.every(([column, kind]) => isSame(kind, source[column] ?? null, target[column] ?? null))) {
    return 'same';
  }
  return table.newerBy.some((column) => isGreater(target[column] ?? null, source[column] ?? null)) ? 'newer' : 'older';
}

/** PostgreSQL rounds what is no whole number in a column for whole ones, and stores neither NUL nor lone surrogates. */
function isSame(kind: ColumnKind, source: Value, target: Value): boolean {
  if (source === target) {
    return true;
  }
  if (source === null || target === null) {
    return false;
  }
  switch (kind) {
    case 'integer':
    case 'integer!':
    case 'count':
      return Math.abs(Number(source) - Number(target)) <= 0.5;
    case 'text':
    case 'text!':
      return storableText(String(source)) === storableText(String(target));
    case 'json':
    case 'json!':
      return isDeepStrictEqual(parsed(source), parsed(target));
    case 'time':
    case 'time!':
      return Date.parse(String(source)) === Date.parse(String(target));
    case 'real':
    case 'real!':
    case 'flag':
    case 'flag!':
    case 'serial':
      return false;
  }
}

const parsed = (json: Value): unknown => JSON.parse(storableJson(String(json)));

const isGreater = (a: Value, b: Value): boolean => a !== null && (b === null || a > b);
