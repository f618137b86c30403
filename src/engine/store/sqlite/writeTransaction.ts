import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { textColumn, type EncodedRows } from '../encodedRows.ts';
import { tables } from '../migrations/tables.ts';
import { numberRows } from '../numberRows.ts';
import type { MetricsSchema } from '../schema.ts';
import type {
  BulkRow,
  BulkTable,
  CopiedRow,
  CopiedTable,
  TraceContextRow,
  UpsertResult,
  WriteTransaction,
} from '../store.ts';
import { rebuiltColumns, TraceRebuild } from '../traceRebuild.ts';
import { upsertStatement } from '../upsertStatement.ts';
import type { BulkStatement, BulkValue } from './bulkStatement.ts';
import { HourNotes, isSummed, readEncoded, readObjects } from './hourNotes.ts';
import type { OpenDatabase } from './openDatabase.ts';
import {
  knownTracesSql,
  observationsOfTracesSql,
  queueDerivationSql,
  traceContextColumns,
  upsertTraceSql,
  writeTraceSql,
} from './traceSql.ts';

/** The bulk operations inside one open transaction of a sql.js database. */
export class SqliteWriteTransaction implements WriteTransaction {
  readonly db: Kysely<MetricsSchema>;
  readonly #open: OpenDatabase;
  readonly #notes: HourNotes;

  constructor(open: OpenDatabase) {
    this.#open = open;
    this.#notes = new HourNotes(open);
    this.db = open.kysely;
  }

  upsert<T extends BulkTable>(table: T, rows: readonly BulkRow<T>[] | EncodedRows): Promise<UpsertResult> {
    return settle(() => {
      const write = (): number[] => this.#upsert(table, rows);
      if (!isSummed(table)) {
        return { changed: write() };
      }
      const text = 'texts' in rows ? readEncoded(rows) : readObjects(rows);
      return { changed: this.#notes.around(table, rows.length, text, write) };
    });
  }

  upsertTraces(rows: readonly TraceContextRow[]): Promise<UpsertResult> {
    return settle(() => {
      const changed: number[] = [];
      for (const [projectId, own] of Map.groupBy(rows.entries(), ([, row]) => row.project_id)) {
        const ids = own.map(([, row]) => row.id);
        const statement = this.#open.statement(upsertTraceSql);
        const some = own.map(([, row]) => row);
        const written = this.#notes.aroundTraces(projectId, ids, () => runRows(statement, traceContextColumns, some));
        changed.push(...written.map((index) => own[index]?.[0] ?? 0));
      }
      return { changed: changed.sort((a, b) => a - b) };
    });
  }

  refreshTraces(projectId: string, traceIds: readonly string[], rebuilt?: EncodedRows): Promise<void> {
    return settle(() => {
      const written = rebuilt === undefined ? new Set<string>() : this.#writeNewTraces(projectId, traceIds, rebuilt);
      const others = traceIds.filter((id) => !written.has(id));
      this.#notes.aroundTraces(projectId, others, () => {
        this.#rebuildTraces(projectId, others);
      });
      this.#queueDerivation(projectId, traceIds);
    });
  }

  async insertNew<T extends CopiedTable>(table: T, rows: readonly CopiedRow<T>[], after: number): Promise<number> {
    const numbering = await numberRows(this.db, table, rows, after);
    const columns = Object.keys(tables[table].columns);
    const names = columns.map((column) => `"${column}"`).join(', ');
    const values = columns.map((_, index) => `?${index + 1}`).join(', ');
    const statement = this.#open.statement(`INSERT INTO ${table} (${names}) VALUES (${values}) ON CONFLICT DO NOTHING`);
    const write = (): number[] => runRows(statement, columns, numbering.rows);
    if (isSummed(table)) {
      this.#notes.around(table, numbering.rows.length, readObjects(numbering.rows), write);
    } else {
      write();
    }
    return numbering.last;
  }

  queueDerivation(projectId: string, traceIds: readonly string[]): Promise<void> {
    return settle(() => {
      this.#queueDerivation(projectId, traceIds);
    });
  }

  #queueDerivation(projectId: string, traceIds: readonly string[]): void {
    this.#open.statement(queueDerivationSql).run([JSON.stringify(traceIds), projectId]);
  }

  #upsert<T extends BulkTable>(table: T, rows: readonly BulkRow<T>[] | EncodedRows): number[] {
    if (rows.length === 0) {
      return [];
    }
    if ('texts' in rows) {
      return this.#open.statement(upsertStatement(table, rows.columns)).runRows(rows, () => true);
    }
    const { statement, columns } = this.#open.upsertInto(table);
    return runRows(statement, columns, rows);
  }

  #rebuildTraces(projectId: string, traceIds: readonly string[]): void {
    const rebuild = new TraceRebuild(projectId);
    this.#open.statement(observationsOfTracesSql).each([JSON.stringify(traceIds), projectId], (row) => {
      rebuild.add(row);
    });
    const write = this.#open.statement(writeTraceSql);
    for (const trace of rebuild.results()) {
      write.run(rebuiltColumns.map((column) => trace[column]));
    }
  }

  /** Writes those of the traces that llm_traces does not have yet. @returns their ids */
  #writeNewTraces(projectId: string, traceIds: readonly string[], rebuilt: EncodedRows): ReadonlySet<string> {
    const known = new Set<string>();
    this.#open.statement(knownTracesSql).each([JSON.stringify(traceIds), projectId], (row) => {
      known.add(row.text(0) ?? '');
    });
    const idOf = textColumn(rebuilt, 'id');
    const asked = new Set(traceIds);
    const written = new Set<string>();
    this.#open.statement(writeTraceSql).runRows(rebuilt, (row) => {
      const id = idOf(row) ?? '';
      if (!asked.has(id) || known.has(id)) {
        return false;
      }
      written.add(id);
      return true;
    });
    return written;
  }
}

type Row = Readonly<Record<string, BulkValue>>;

function runRows(statement: BulkStatement, columns: readonly string[], rows: readonly object[]): number[] {
  const changed: number[] = [];
  const values: BulkValue[] = columns.map(() => null);
  for (const [index, row] of rows.entries()) {
    for (let column = 0; column < columns.length; column++) {
      values[column] = (row as Row)[columns[column] ?? ''];
    }
    if (statement.run(values) > 0) {
      changed.push(index);
    }
  }
  return changed;
}

/**
 * Work that is done at once, behind an interface that other backends answer later. What the network
 * and other threads have sent meanwhile gets its turn before the next.
 */
async function settle<T>(work: () => T): Promise<T> {
  const result = work();
  await setImmediate();
  return result;
}
