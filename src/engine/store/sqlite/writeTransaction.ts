import type { Kysely } from 'kysely';
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
  WrittenObservations,
} from '../store.ts';
import { TraceRebuild } from '../traceRebuild.ts';
import type { BulkStatement, BulkValue } from './bulkStatement.ts';
import type { OpenDatabase } from './openDatabase.ts';
import {
  knownTracesSql,
  observationsOfTracesSql,
  queueDerivationSql,
  rebuiltColumns,
  traceContextColumns,
  upsertTraceSql,
  writeTraceSql,
} from './traceSql.ts';

/** The bulk operations inside one open transaction of a sql.js database. */
export class SqliteWriteTransaction implements WriteTransaction {
  readonly db: Kysely<MetricsSchema>;
  readonly #open: OpenDatabase;

  constructor(open: OpenDatabase) {
    this.#open = open;
    this.db = open.kysely;
  }

  upsert<T extends BulkTable>(table: T, rows: readonly BulkRow<T>[]): Promise<UpsertResult> {
    return settle(() => {
      const { statement, columns } = this.#open.upsertInto(table);
      return { changed: runRows(statement, columns, rows) };
    });
  }

  upsertTraces(rows: readonly TraceContextRow[]): Promise<UpsertResult> {
    return settle(() => ({ changed: runRows(this.#open.statement(upsertTraceSql), traceContextColumns, rows) }));
  }

  refreshTraces(projectId: string, traceIds: readonly string[], written?: WrittenObservations): Promise<void> {
    return settle(() => {
      const parameters = [JSON.stringify(traceIds), projectId];
      const known = written === undefined ? null : this.#knownTraces(parameters);
      const rebuild = new TraceRebuild();
      if (written !== undefined && known !== null) {
        rebuild.addWritten(written, (traceId) => !known.has(traceId));
      }
      const toRead = known === null ? traceIds : traceIds.filter((id) => known.has(id));
      this.#open.statement(observationsOfTracesSql).each([JSON.stringify(toRead), projectId], (row) => {
        rebuild.add(row);
      });
      const write = this.#open.statement(writeTraceSql);
      for (const trace of rebuild.results()) {
        write.run([projectId, ...rebuiltColumns.map((column) => trace[column])]);
      }
      this.#open.statement(queueDerivationSql).run(parameters);
    });
  }

  async insertNew<T extends CopiedTable>(table: T, rows: readonly CopiedRow<T>[], after: number): Promise<number> {
    const numbering = await numberRows(this.db, table, rows, after);
    const columns = Object.keys(tables[table].columns);
    const names = columns.map((column) => `"${column}"`).join(', ');
    const values = columns.map((_, index) => `?${index + 1}`).join(', ');
    const statement = this.#open.statement(`INSERT INTO ${table} (${names}) VALUES (${values}) ON CONFLICT DO NOTHING`);
    runRows(statement, columns, numbering.rows);
    return numbering.last;
  }

  #knownTraces(parameters: readonly BulkValue[]): ReadonlySet<string> {
    const known = new Set<string>();
    this.#open.statement(knownTracesSql).each(parameters, (row) => {
      known.add(row.text(0) ?? '');
    });
    return known;
  }

  queueDerivation(projectId: string, traceIds: readonly string[]): Promise<void> {
    return settle(() => {
      this.#open.statement(queueDerivationSql).run([JSON.stringify(traceIds), projectId]);
    });
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

/** Work that is done at once, behind an interface that other backends answer later. */
function settle<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
