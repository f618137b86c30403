import * as l10n from '@vscode/l10n';
import { setImmediate } from 'node:timers/promises';
import type { SqlValue as RawValue, Statement } from 'sql.js';
import type { QueryResult, SqlValue } from '../../../protocol/engine.ts';
import { EngineError, isCancellation, throwIfAborted } from '../../errors.ts';
import type { RawDatabase } from './sqlJs.ts';

const readingKeyword = /^(select|values|with|explain)\b/i;
const leadingBlanks = /^(\s+|--[^\n]*(\n|$)|\/\*[\s\S]*?(\*\/|$)|;)+/;
/** How long rows are fetched before other work of this thread, such as a cancellation, gets its turn. */
const sliceMilliseconds = 20;

/** sql.js can give 64-bit integers whole; its types do not say so. */
type ExactStatement = Statement & { get(parameters: null, options: { useBigInt: true }): (RawValue | bigint)[] };

/**
 * Runs one statement that only reads. Beyond SQLite's own guard (query_only) the statement's kind is
 * checked, because ATTACH and PRAGMA pass that guard and the latter could switch it off.
 * @throws EngineError sql.notReadOnly, sql.failed
 */
export async function readOnlyQuery(
  database: RawDatabase,
  sql: string,
  maxRows: number,
  signal: AbortSignal | undefined,
): Promise<QueryResult> {
  const text = sql.replace(leadingBlanks, '');
  if (text !== '' && !readingKeyword.test(text)) {
    throw notReadOnly();
  }
  database.exec('PRAGMA query_only = ON');
  try {
    requireOneStatement(database, sql);
    const statement = database.prepare(sql) as ExactStatement;
    try {
      return await fetchRows(statement, maxRows, signal);
    } finally {
      statement.free();
    }
  } catch (error) {
    throw queryError(error);
  } finally {
    database.exec('PRAGMA query_only = OFF');
  }
}

async function fetchRows(
  statement: ExactStatement,
  maxRows: number,
  signal: AbortSignal | undefined,
): Promise<QueryResult> {
  const columns = statement.getColumnNames();
  const rows: SqlValue[][] = [];
  let sliceEnd = performance.now() + sliceMilliseconds;
  while (statement.step()) {
    if (rows.length === maxRows) {
      return { columns, rows, truncated: true };
    }
    rows.push(statement.get(null, { useBigInt: true }).map(plain));
    if (performance.now() > sliceEnd) {
      await setImmediate();
      throwIfAborted(signal);
      sliceEnd = performance.now() + sliceMilliseconds;
    }
  }
  return { columns, rows, truncated: false };
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
  if (count === 0) {
    throw new EngineError('sql.failed', l10n.t('There is no statement to run.'), {
      hint: l10n.t('Give one SELECT statement.'),
    });
  }
  if (count > 1) {
    throw notReadOnly();
  }
}

const notReadOnly = (cause?: unknown): EngineError =>
  new EngineError('sql.notReadOnly', l10n.t('Only a single statement that reads can be run.'), {
    hint: l10n.t('Give one SELECT statement (WITH, VALUES and EXPLAIN work too).'),
    cause,
  });

function queryError(error: unknown): unknown {
  if (error instanceof EngineError || isCancellation(error)) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes('readonly database')) {
    return notReadOnly(error);
  }
  return new EngineError('sql.failed', message, {
    hint: l10n.t('Correct the statement and try again.'),
    cause: error,
  });
}
