import { Kysely } from 'kysely';
import type { ClientBase } from 'pg';
import { decodeRows, type EncodedRows } from '../encodedRows.ts';
import { kyselyPlugins } from '../kyselyPlugins.ts';
import { tables } from '../migrations/tables.ts';
import { isNumbered, numberRows } from '../numberRows.ts';
import type { MetricsSchema } from '../schema.ts';
import {
  bulkTables,
  type BulkRow,
  type BulkTable,
  type CopiedRow,
  type CopiedTable,
  type TraceContextRow,
  type UpsertResult,
  type WriteTransaction,
} from '../store.ts';
import { givenRows, quoted, rowsParameter } from './bulkRows.ts';
import { clientDialect } from './kyselyDialect.ts';
import { storableText } from './storableText.ts';
import { queueDerivationSql, refreshTracesSql, upsertTracesSql } from './traceSql.ts';
import { isExported, upsertSql } from './upsertSql.ts';

/** Rows in one statement: enough to make round trips cheap, few enough to keep its text small. */
const rowsPerStatement = 2000;

type Row = Readonly<Record<string, unknown>>;

/** A row with its place in the caller's list. */
interface Placed {
  readonly key: string;
  readonly index: number;
  readonly row: Row;
}

/** The bulk operations inside one open transaction. */
export class PostgresWriteTransaction implements WriteTransaction {
  readonly db: Kysely<MetricsSchema>;
  readonly #client: ClientBase;

  constructor(client: ClientBase) {
    this.#client = client;
    this.db = new Kysely<MetricsSchema>({ dialect: clientDialect(client), plugins: kyselyPlugins });
  }

  async upsert<T extends BulkTable>(table: T, rows: readonly BulkRow<T>[] | EncodedRows): Promise<UpsertResult> {
    const key: readonly string[] = bulkTables[table];
    const winners = winnersOf(placed('texts' in rows ? decodeRows(rows) : rows, key), isExported(table));
    return { changed: await this.#merge(table, upsertSql(table), key, winners) };
  }

  async upsertTraces(rows: readonly TraceContextRow[]): Promise<UpsertResult> {
    const key = ['project_id', 'id'];
    const changed: number[] = [];
    // Rows of one trace add to each other, so the second of them goes into a round of its own.
    for (const round of roundsOf(placed(rows, key))) {
      changed.push(...(await this.#merge('llm_traces', upsertTracesSql, key, round)));
    }
    return { changed: changed.sort((a, b) => a - b) };
  }

  async refreshTraces(projectId: string, traceIds: readonly string[]): Promise<void> {
    if (traceIds.length > 0) {
      await this.#client.query(refreshTracesSql, [traceIds.map(storableText), storableText(projectId)]);
      await this.queueDerivation(projectId, traceIds);
    }
  }

  async insertNew<T extends CopiedTable>(table: T, rows: readonly CopiedRow<T>[], after: number): Promise<number> {
    if (rows.length === 0) {
      return after;
    }
    const numbered = isNumbered(table);
    if (numbered) {
      // Others draw numbers from the table's sequence, which knows nothing of numbers that are given.
      await this.#client.query(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`);
    }
    const numbering = await numberRows(this.db, table, rows, after);
    const columns = Object.keys(tables[table].columns);
    const names = columns.map(quoted).join(', ');
    for (let start = 0; start < numbering.rows.length; start += rowsPerStatement) {
      const some = numbering.rows.slice(start, start + rowsPerStatement);
      await this.#client.query(
        `INSERT INTO ${table} (${names}) SELECT ${names} FROM ${givenRows(table, columns)} ON CONFLICT DO NOTHING`,
        [rowsParameter(table, some)],
      );
    }
    if (numbered) {
      await this.#client.query(
        `SELECT setval(sequence, greatest) FROM (
           SELECT pg_get_serial_sequence('${table}', 'id')::regclass AS sequence, (SELECT max(id) FROM ${table}) AS greatest
         ) AS numbers WHERE greatest > coalesce(pg_sequence_last_value(sequence), 0)`,
      );
    }
    return numbering.last;
  }

  async queueDerivation(projectId: string, traceIds: readonly string[]): Promise<void> {
    if (traceIds.length > 0) {
      await this.#client.query(queueDerivationSql, [traceIds.map(storableText), storableText(projectId)]);
    }
  }

  /**
   * Merges rows with distinct keys in the order of their keys: two processes that write the same rows
   * lock them in the same order and cannot block each other for good.
   */
  async #merge(
    table: BulkTable | 'llm_traces',
    statement: string,
    key: readonly string[],
    rows: Iterable<Placed>,
  ): Promise<number[]> {
    const sorted = [...rows].sort((a, b) => (a.key < b.key ? -1 : 1));
    const indexes = new Map(sorted.map(({ key: text, index }) => [text, index]));
    const changed: number[] = [];
    for (let start = 0; start < sorted.length; start += rowsPerStatement) {
      const some = sorted.slice(start, start + rowsPerStatement).map(({ row }) => row);
      const { rows: returned } = await this.#client.query<Row>(statement, [rowsParameter(table, some)]);
      for (const row of returned) {
        const index = indexes.get(keyOf(row, key));
        if (index !== undefined) {
          changed.push(index);
        }
      }
    }
    return changed.sort((a, b) => a - b);
  }
}

/** NUL separates the parts: PostgreSQL stores none, so no part holds one. */
const keyOf = (row: Row, key: readonly string[]): string => key.map((column) => String(row[column])).join('\u0000');

/** Keys as they will be stored: ids that differ only in what PostgreSQL cannot store are one. */
function placed(rows: readonly object[], key: readonly string[]): Placed[] {
  return rows.map((object, index) => {
    const row = object as Row;
    return { key: key.map((column) => storableText(String(row[column]))).join('\u0000'), index, row };
  });
}

/** One row a key: the first of the newest where rows carry updated_at, else the last. */
function winnersOf(rows: readonly Placed[], byUpdatedAt: boolean): Iterable<Placed> {
  const winners = new Map<string, Placed>();
  for (const candidate of rows) {
    const known = winners.get(candidate.key);
    if (known === undefined || !byUpdatedAt || updatedAt(candidate) > updatedAt(known)) {
      winners.set(candidate.key, candidate);
    }
  }
  return winners.values();
}

/** ISO texts of one width compare as the times do; a missing one is before all. */
const updatedAt = ({ row }: Placed): string => (typeof row.updated_at === 'string' ? row.updated_at : '');

function roundsOf(rows: readonly Placed[]): Placed[][] {
  const rounds: Placed[][] = [];
  const seen = new Map<string, number>();
  for (const row of rows) {
    const round = seen.get(row.key) ?? 0;
    seen.set(row.key, round + 1);
    (rounds[round] ??= []).push(row);
  }
  return rounds;
}
