import type { Kysely } from 'kysely';
import type { MetricsSchema } from '../schema.ts';
import type { BulkRow, BulkTable, TraceContextRow, UpsertResult, WriteTransaction } from '../store.ts';
import { TraceRebuild } from '../traceRebuild.ts';
import type { BulkStatement, BulkValue } from './bulkStatement.ts';
import type { OpenDatabase } from './openDatabase.ts';
import {
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

  refreshTraces(projectId: string, traceIds: readonly string[]): Promise<void> {
    return settle(() => {
      const parameters = [JSON.stringify(traceIds), projectId];
      const rebuild = new TraceRebuild();
      this.#open.statement(observationsOfTracesSql).each(parameters, (row) => {
        rebuild.add(row);
      });
      const write = this.#open.statement(writeTraceSql);
      for (const trace of rebuild.results()) {
        write.run([projectId, ...rebuiltColumns.map((column) => trace[column])]);
      }
      this.#open.statement(queueDerivationSql).run(parameters);
    });
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
