import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { loadNodeSqlite } from '../../store/sqlite/nodeSqlite.ts';
import { applicationId, schemaVersion, sqliteSchema } from '../schema.ts';
import { statements, type StatementName } from '../statements.ts';
import type { KnownPools } from '../pool.ts';
import type { SqlValue } from '../steps.ts';
import { foreignFile, newerFile } from './limiterFileErrors.ts';

/** How long a transaction waits for those of others before it fails. */
const busyMilliseconds = 10_000;
const busyRetryMilliseconds = 5;
/** https://sqlite.org/rescode.html#busy */
const sqliteBusy = 5;
/** A transaction changes little in few pages, and writes whole ones: small pages make it faster. */
const pageBytes = 1024;
/** Pages in the log before they are moved into the file, which is when the disk is waited for. */
const pagesBetweenCheckpoints = 4000;

/** One open rate limit database: SQLite in WAL mode, shared by processes through its own locks. */
export class LimiterFile {
  /** Pools that are known to exist in this file. */
  readonly knownPools: KnownPools = new Map();
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<StatementName, StatementSync>();
  /** States of pools that this transaction has changed: those of the next caller need not go through SQL. */
  readonly #unsaved = new Map<SqlValue, SqlValue>();
  #changes = 0;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #file: string;
  readonly #inode: bigint;

  /** Makes the file, its folder and its tables at the first use. @throws EngineError database.foreign, database.newer; SQLite's and the file system's errors */
  constructor(file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    const { DatabaseSync: Database } = loadNodeSqlite();
    this.#file = file;
    this.#database = new Database(file);
    try {
      this.#database.exec(
        `PRAGMA busy_timeout = ${busyMilliseconds}; PRAGMA wal_autocheckpoint = ${pagesBetweenCheckpoints}`,
      );
      untilFree(() => prepareFile(this.#database, file));
      this.#begin = this.#database.prepare('BEGIN IMMEDIATE');
      this.#commit = this.#database.prepare('COMMIT');
      this.#inode = inodeOf(file);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** False once the file was deleted or replaced: what is written then would reach nobody. */
  get inPlace(): boolean {
    return inodeOf(this.#file) === this.#inode;
  }

  /** How many statements were run that may have changed something. */
  get changes(): number {
    return this.#changes;
  }

  begin(): void {
    this.#begin.run();
  }

  commit(): void {
    this.#unsaved.forEach((state, id) => this.#statement('pool.save').run(state, id));
    this.#unsaved.clear();
    this.#commit.run();
  }

  /** Undoes what was begun, if SQLite has not done so itself. */
  rollBack(): void {
    this.#unsaved.clear();
    this.knownPools.clear();
    if (this.#database.isTransaction) {
      this.#database.exec('ROLLBACK');
    }
  }

  all(name: StatementName, parameters: readonly SqlValue[]): readonly unknown[] {
    const text = statements[name];
    if (text === '') {
      return [];
    }
    if (!text.startsWith('SELECT')) {
      this.#changes += 1;
    }
    if (name === 'pool.state') {
      return this.#state(parameters);
    }
    if (name === 'pool.save') {
      return this.#keepState(parameters);
    }
    const statement = this.#statement(name);
    if (name === 'reservation.insert') {
      return [{ id: Number(statement.run(...parameters).lastInsertRowid) }];
    }
    return statement.all(...parameters);
  }

  close(): void {
    this.#database.close();
  }

  #state([id = null]: readonly SqlValue[]): readonly unknown[] {
    const state = this.#unsaved.get(id);
    return state === undefined ? this.#statement('pool.state').all(id) : [{ state }];
  }

  #keepState([state = null, id = null]: readonly SqlValue[]): readonly unknown[] {
    this.#unsaved.set(id, state);
    return [];
  }

  #statement(name: StatementName): StatementSync {
    const known = this.#prepared.get(name);
    if (known !== undefined) {
      return known;
    }
    const statement = this.#database.prepare(statements[name]);
    this.#prepared.set(name, statement);
    return statement;
  }
}

function inodeOf(file: string): bigint {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino ?? -1n;
}

/** While another process turns the file to WAL mode, SQLite fails at once in place of waiting. */
function untilFree(work: () => void): void {
  const until = performance.now() + busyMilliseconds;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if ((error as { readonly errcode?: number }).errcode !== sqliteBusy || performance.now() >= until) {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, busyRetryMilliseconds);
    }
  }
}

function prepareFile(database: DatabaseSync, file: string): void {
  if (versionOf(database) === schemaVersion && pragma(database, 'application_id') === applicationId) {
    // After a crash of the machine the last calls may be forgotten, but the file is whole.
    database.exec('PRAGMA synchronous = NORMAL');
    return;
  }
  requireOurs(database, file);
  database.exec(
    `PRAGMA page_size = ${pageBytes}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE`,
  );
  try {
    // Another process may have been quicker.
    if (versionOf(database) === 0) {
      sqliteSchema.forEach((statement) => database.exec(statement));
      database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`);
    }
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function requireOurs(database: DatabaseSync, file: string): void {
  // The mark is read last: another process may make the tables and the mark meanwhile.
  const tables = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()?.tables;
  const id = pragma(database, 'application_id');
  if (id === applicationId && versionOf(database) > schemaVersion) {
    throw newerFile(file);
  }
  if (id !== applicationId && tables !== 0) {
    throw foreignFile(file);
  }
}

const versionOf = (database: DatabaseSync): number => pragma(database, 'user_version');

const pragma = (database: DatabaseSync, name: 'user_version' | 'application_id'): number =>
  Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
