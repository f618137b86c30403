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
import type { QueryStatements } from './queryStatements.ts';

/** Kysely over one open sql.js database. */
export function sqlJsDialect(statements: QueryStatements): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SingleConnectionDriver(new SqlJsConnection(statements)),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

class SqlJsConnection implements DatabaseConnection {
  readonly #statements: QueryStatements;

  constructor(statements: QueryStatements) {
    this.#statements = statements;
  }

  executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    return new Promise((resolve) => {
      const { rows, changes } = this.#statements.run<Row>(sql, parameters);
      resolve({ rows, numAffectedRows: BigInt(changes) });
    });
  }

  streamQuery(): never {
    throw new Error('sql.js answers whole: use execute() instead of stream()');
  }
}
