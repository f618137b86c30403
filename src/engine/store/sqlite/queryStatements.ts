import { BulkStatement, type BulkValue } from './bulkStatement.ts';
import type { RawDatabase, SqlJsInstance } from './sqlJs.ts';

/** Kept at most; those used longest ago are let go. */
const kept = 64;

const changesTables = /^\s*(create|alter|drop)\b/iu;
const repeated = /^\s*(select|insert|update|delete|with)\b/iu;

export interface QueryOutcome<Row> {
  readonly rows: Row[];
  /** Rows that it inserted, changed or deleted; after a plain select those of an earlier statement. */
  readonly changes: number;
}

/**
 * Runs queries, and keeps their prepared statements for the next time: preparing those of a hundred
 * placeholders, as an export repeats them, took a sixth of their time.
 */
export class QueryStatements {
  readonly #instance: SqlJsInstance;
  readonly #database: RawDatabase;
  readonly #statements = new Map<string, BulkStatement>();

  constructor(instance: SqlJsInstance, database: RawDatabase) {
    this.#instance = instance;
    this.#database = database;
  }

  /** @throws what SQLite says of the statement */
  run<Row>(sql: string, parameters: readonly unknown[]): QueryOutcome<Row> {
    if (repeated.test(sql)) {
      return outcomeOf(this.#statement(sql), parameters);
    }
    if (changesTables.test(sql)) {
      // And with them, perhaps, the columns that a kept statement gives.
      this.free();
    }
    const statement = new BulkStatement(this.#instance, this.#database, sql);
    try {
      return outcomeOf(statement, parameters);
    } finally {
      statement.free();
    }
  }

  free(): void {
    for (const statement of this.#statements.values()) {
      statement.free();
    }
    this.#statements.clear();
  }

  #statement(sql: string): BulkStatement {
    const statement = this.#statements.get(sql) ?? new BulkStatement(this.#instance, this.#database, sql);
    this.#statements.delete(sql);
    this.#statements.set(sql, statement);
    const [oldest] = this.#statements;
    if (oldest !== undefined && this.#statements.size > kept) {
      this.#statements.delete(oldest[0]);
      oldest[1].free();
    }
    return statement;
  }
}

function outcomeOf<Row>(statement: BulkStatement, parameters: readonly unknown[]): QueryOutcome<Row> {
  const { columns } = statement;
  const rows: Row[] = [];
  const changes = statement.each(parameters.map(toBound), (reader) => {
    const row: Record<string, string | number | null> = {};
    for (let column = 0; column < columns.length; column++) {
      row[columns[column] ?? ''] = reader.value(column);
    }
    rows.push(row as Row);
  });
  return { rows, changes };
}

/** @throws TypeError for what no column holds */
function toBound(value: unknown): BulkValue {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'number') {
    return value;
  }
  if (typeof value === 'boolean') {
    return Number(value);
  }
  throw new TypeError(`Not a value of a column: ${typeof value}`);
}
