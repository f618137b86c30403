import {
  type CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
} from 'kysely';
import { SingleConnectionDriver } from '../singleConnectionDriver.ts';
import type { BindParams, Database, SqlValue } from 'sql.js';

/** Kysely over one open sql.js database. */
export function sqlJsDialect(database: Database): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SingleConnectionDriver(new SqlJsConnection(database)),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class SqlJsConnection implements DatabaseConnection {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    return new Promise((resolve) => {
      resolve(this.#run<Row>(query));
    });
  }

  streamQuery(): never {
    throw new Error('sql.js answers whole: use execute() instead of stream()');
  }

  #run<Row>({ sql, parameters }: CompiledQuery): QueryResult<Row> {
    const statement = this.#database.prepare(sql);
    try {
      statement.bind(parameters as BindParams);
      const rows: Row[] = [];
      // getAsObject() would ask for the columns' names again at every row, which is most of its cost.
      let names: readonly string[] | null = null;
      while (statement.step()) {
        names ??= statement.getColumnNames();
        const values = statement.get();
        const row: Record<string, SqlValue> = {};
        for (let column = 0; column < names.length; column++) {
          row[names[column] ?? ''] = values[column] ?? null;
        }
        rows.push(row as Row);
      }
      // Plain selects leave the count of an earlier statement standing.
      return { rows, numAffectedRows: BigInt(this.#database.getRowsModified()) };
    } finally {
      statement.free();
    }
  }
}
