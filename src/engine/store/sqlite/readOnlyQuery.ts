import { setImmediate } from 'node:timers/promises';
import type { SqlValue as RawValue, Statement } from 'sql.js';
import type { QueryLimits, QueryResult, SqlValue } from '../../../protocol/engine.ts';
import { EngineError, isCancellation, throwIfAborted } from '../../errors.ts';
import { defaultQuerySeconds, notReadOnly, requireReading, sqlFailed, tooLong } from '../readOnlyStatement.ts';
import { errorPosition } from './errorPosition.ts';
import type { RawDatabase } from './sqlJs.ts';
import { TimeLimit } from './timeLimit.ts';

/** How long rows are fetched before other work of this thread, such as a cancellation, gets its turn. */
const sliceMilliseconds = 20;

/** sql.js can give 64-bit integers whole; its types do not say so. */
type ExactStatement = Statement & { get(parameters: null, options: { useBigInt: true }): (RawValue | bigint)[] };

/**
 * Runs one statement that only reads. Beyond SQLite's own guard (query_only) the statement's kind is
 * checked, because ATTACH and PRAGMA pass that guard and the latter could switch it off.
 * @throws EngineError sql.notReadOnly, sql.failed; sql.timeout, after which the whole instance of SQLite must be given up
 */
export async function readOnlyQuery(
  database: RawDatabase,
  sql: string,
  { maxRows, timeoutSeconds = defaultQuerySeconds }: QueryLimits,
  signal: AbortSignal | undefined,
): Promise<QueryResult> {
  requireReading(sql);
  const limit = new TimeLimit(timeoutSeconds);
  database.exec('PRAGMA query_only = ON');
  try {
    requireOneStatement(database, sql);
    const statement = database.prepare(sql) as ExactStatement;
    try {
      return await fetchRows(statement, maxRows, limit, signal);
    } finally {
      if (!limit.exceeded) {
        statement.free();
      }
    }
  } catch (error) {
    throw limit.exceeded ? tooLong(timeoutSeconds, error) : queryError(database, sql, error);
  } finally {
    if (!limit.exceeded) {
      database.exec('PRAGMA query_only = OFF');
    }
  }
}

async function fetchRows(
  statement: ExactStatement,
  maxRows: number,
  limit: TimeLimit,
  signal: AbortSignal | undefined,
): Promise<QueryResult> {
  const columns = statement.getColumnNames();
  const rows: SqlValue[][] = [];
  for (;;) {
    const state = limit.run(() => fetchSlice(statement, rows, maxRows));
    if (state !== 'more') {
      return { columns, rows, truncated: state === 'full' };
    }
    await setImmediate();
    throwIfAborted(signal);
  }
}

/** @returns done: there are no more rows; full: there are, but no more are wanted; more: it is others' turn */
function fetchSlice(statement: ExactStatement, rows: SqlValue[][], maxRows: number): 'done' | 'full' | 'more' {
  const sliceEnd = performance.now() + sliceMilliseconds;
  while (statement.step()) {
    if (rows.length === maxRows) {
      return 'full';
    }
    rows.push(statement.get(null, { useBigInt: true }).map(plain));
    if (performance.now() > sliceEnd) {
      return 'more';
    }
  }
  return 'done';
}

/** What JSON can carry: BLOBs as hexadecimal text, numbers that it would change as text. */
function plain(value: RawValue | bigint): SqlValue {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  }
  if (value instanceof Uint8Array) {
    return Buffer.from(value).toString('hex');
  }
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function requireOneStatement(database: RawDatabase, sql: string): void {
  let count = 0;
  for (const statement of database.iterateStatements(sql)) {
    statement.getSQL();
    count++;
  }
  if (count > 1) {
    throw notReadOnly();
  }
}

function queryError(database: RawDatabase, sql: string, error: unknown): unknown {
  if (error instanceof EngineError || isCancellation(error)) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes('readonly database')) {
    return notReadOnly(error);
  }
  return sqlFailed(message, errorPosition(database, sql, message), error);
}
