import type { PoolClient } from 'pg';
import type Cursor from 'pg-cursor';
import type { QueryResult, SqlValue } from '../../../protocol/engine.ts';
import { isCancellation, throwIfAborted } from '../../errors.ts';
import { notReadOnly, requireReading, sqlFailed } from '../readOnlyStatement.ts';
import { isConnectionLost } from './postgresErrors.ts';
import { typeParsers } from './typeParsers.ts';

/** Rows in one answer of the server. */
const rowsPerFetch = 1000;

interface ServerError {
  readonly code?: string;
  readonly message?: string;
  /** Counts code points from 1. */
  readonly position?: string;
}

const readOnlyTransaction = '25006';
const severalCommands = 'cannot insert multiple commands';

/**
 * Runs one statement that only reads, as a portal inside a read-only transaction: rows beyond
 * `maxRows` are never made, and the extended protocol takes one statement only.
 * @throws EngineError sql.notReadOnly, sql.failed; failures of the connection as the driver has them
 */
export async function readOnlyQuery(
  client: PoolClient,
  sql: string,
  maxRows: number,
  signal: AbortSignal | undefined,
): Promise<QueryResult> {
  requireReading(sql);
  const { default: RowCursor } = await import('pg-cursor');
  await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  try {
    const cursor = client.query(new RowCursor<SqlValue[]>(sql, [], { rowMode: 'array', types: typeParsers }));
    const rows: SqlValue[][] = [];
    let columns: readonly string[] = [];
    while (rows.length <= maxRows) {
      // The server ignores a cancellation that reaches it between two fetches.
      throwIfAborted(signal);
      const wanted = Math.min(rowsPerFetch, maxRows + 1 - rows.length);
      const fetched = await read(cursor, wanted);
      columns = fetched.columns;
      rows.push(...fetched.rows);
      if (fetched.rows.length < wanted) {
        break;
      }
    }
    await cursor.close();
    return { columns, rows: rows.slice(0, maxRows), truncated: rows.length > maxRows };
  } catch (error) {
    throw queryError(sql, error);
  }
}

function read(cursor: Cursor<SqlValue[]>, count: number): Promise<{ columns: readonly string[]; rows: SqlValue[][] }> {
  return new Promise((resolve, reject) => {
    cursor.read(count, (error, rows, result) => {
      if (error) {
        reject(error);
      } else {
        resolve({ columns: result.fields.map(({ name }) => name), rows });
      }
    });
  });
}

function queryError(sql: string, error: unknown): unknown {
  if (isCancellation(error) || isConnectionLost(error)) {
    return error;
  }
  const { code, message = String(error), position } = error as ServerError;
  if (code === readOnlyTransaction || message.includes(severalCommands)) {
    return notReadOnly(error);
  }
  return sqlFailed(message, position === undefined ? null : characterAt(sql, Number(position) - 1), error);
}

/** Where the code point of this number begins. */
function characterAt(sql: string, codePoint: number): number {
  return Array.from(sql).slice(0, codePoint).join('').length;
}
