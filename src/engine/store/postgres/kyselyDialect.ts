import {
  type CompiledQuery,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
} from 'kysely';
import type { ClientBase } from 'pg';
import { SingleConnectionDriver } from '../singleConnectionDriver.ts';
import { storableParameter } from './storableText.ts';

/** Kysely over one open connection, whose transaction is its owner's affair. */
export function clientDialect(client: ClientBase): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new SingleConnectionDriver(new ClientConnection(client)),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

class ClientConnection implements DatabaseConnection {
  readonly #client: ClientBase;

  constructor(client: ClientBase) {
    this.#client = client;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const parameters = query.parameters.map(storableParameter);
    const { rows, rowCount } = await this.#client.query<Row & Record<string, unknown>>(query.sql, parameters);
    return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
  }

  streamQuery(): never {
    throw new Error('Answers come whole: use execute() instead of stream()');
  }
}
