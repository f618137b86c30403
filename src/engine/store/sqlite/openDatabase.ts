import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { kyselyPlugins } from '../kyselyPlugins.ts';
import { migrationNames, migrationProvider } from '../migrations/migrations.ts';
import type { MetricsSchema } from '../schema.ts';
import type { BulkTable } from '../store.ts';
import { upsertStatement } from '../upsertStatement.ts';
import { BulkStatement } from './bulkStatement.ts';
import { corruptError, newerError } from './databaseErrors.ts';
import type { DatabaseContent } from './databaseFile.ts';
import { applicationId, checkHeader } from './databaseHeader.ts';
import { sqlJsDialect } from './kyselyDialect.ts';
import { QueryStatements } from './queryStatements.ts';
import type { FileStamp } from './replacement.ts';
import type { FileContent, OpenFile, RawDatabase, SqlJsInstance } from './sqlJs.ts';

/** Above this a check of the whole file costs more than opening it. */
const cheapCheckBytes = 16 * 1024 * 1024;

/** An upsert's statement with the columns that it binds, in order. */
export interface TableStatement {
  readonly statement: BulkStatement;
  readonly columns: readonly string[];
}

/** The metrics database in memory, at this version's schema. */
export class OpenDatabase {
  readonly raw: RawDatabase;
  readonly kysely: Kysely<MetricsSchema>;
  #stamp: FileStamp | null;
  #migrations: readonly string[];
  #inTransaction = false;
  #pageBytes: number | null = null;
  readonly #instance: SqlJsInstance;
  readonly #file: OpenFile;
  readonly #queries: QueryStatements;
  readonly #tables = new Map<BulkTable, TableStatement>();
  readonly #statements = new Map<string, BulkStatement>();

  private constructor(
    instance: SqlJsInstance,
    file: OpenFile,
    kysely: Kysely<MetricsSchema>,
    queries: QueryStatements,
    stamp: FileStamp | null,
    migrations: readonly string[],
  ) {
    this.#instance = instance;
    this.#file = file;
    this.raw = file.database;
    this.kysely = kysely;
    this.#queries = queries;
    this.#stamp = stamp;
    this.#migrations = migrations;
  }

  /** @throws EngineError database.foreign, .corrupt or .newer */
  static async open(instance: SqlJsInstance, content: DatabaseContent, path: string): Promise<OpenDatabase> {
    if (content.bytes !== null) {
      checkHeader(content.bytes, path);
    }
    const file = instance.open(content.bytes ?? instance.emptyFile(applicationId));
    const raw = file.database;
    try {
      if (content.bytes !== null && content.bytes.length <= cheapCheckBytes) {
        checkPages(raw, path);
      }
      const queries = new QueryStatements(instance, raw);
      const kysely = new Kysely<MetricsSchema>({ dialect: sqlJsDialect(queries), plugins: kyselyPlugins });
      const migrations = await migrate(raw, kysely, path);
      return new OpenDatabase(instance, file, kysely, queries, content.stamp, migrations);
    } catch (error) {
      raw.close();
      throw error;
    }
  }

  /** The state of the file that it was read from or saved to; null when there is none. */
  get stamp(): FileStamp | null {
    return this.#stamp;
  }

  /** Migrations that opening it ran and that the file lacks until the next save. */
  get migrations(): readonly string[] {
    return this.#migrations;
  }

  savedAs(stamp: FileStamp): void {
    this.#stamp = stamp;
    this.#migrations = [];
  }

  upsertInto(table: BulkTable): TableStatement {
    const known = this.#tables.get(table);
    if (known !== undefined) {
      return known;
    }
    const columns = columnsOf(this.raw, table);
    const statement = new BulkStatement(this.#instance, this.raw, upsertStatement(table, columns));
    const made = { statement, columns };
    this.#tables.set(table, made);
    return made;
  }

  /** The prepared statement of this text; kept for good, since these texts are few, while queries' may be let go at any time. */
  statement(sql: string): BulkStatement {
    const statement = this.#statements.get(sql) ?? new BulkStatement(this.#instance, this.raw, sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  get bytes(): number {
    this.#pageBytes ??= this.#number('PRAGMA page_size');
    return this.#number('PRAGMA page_count') * this.#pageBytes;
  }

  /**
   * Begins a piece of work that is kept or discarded as a whole. All work between two saves is one
   * transaction of SQLite's and each piece a savepoint in it: committing each piece would write
   * its pages to the file in memory, most of them again and again, which took a quarter of an
   * export's time.
   */
  beginWork(): void {
    if (!this.#inTransaction) {
      this.raw.exec('BEGIN');
      this.#inTransaction = true;
    }
    this.raw.exec('SAVEPOINT work');
  }

  keepWork(): void {
    this.raw.exec('RELEASE work');
  }

  /** @throws when SQLite has already given up the whole transaction, such as for lack of memory */
  discardWork(): void {
    this.raw.exec('ROLLBACK TO work; RELEASE work');
  }

  /**
   * The database file with all work that was kept. It may be the very memory that SQLite works on,
   * which then stays as it is until `letGo`: further work waits in SQLite's cache.
   */
  content(): FileContent {
    // sql.js's own export copies the file page by page, which took a tenth of an export's time.
    const content = this.#file.contentAfter(
      () => this.#commitFirstPage(),
      () => this.bytes,
    );
    // SQLite may write changed pages before their transaction ends, when its cache is full. It heeds
    // this only between two transactions.
    this.raw.exec('PRAGMA cache_spill = OFF');
    return content ?? { bytes: this.raw.export(), changed: null };
  }

  /** The memory that `content` gave is used no more. */
  letGo(): void {
    this.#commit();
    this.raw.exec('PRAGMA cache_spill = ON');
  }

  /** Sets what is set already, so that there is always a page to write, from which one sees where. */
  #commitFirstPage(): void {
    this.raw.exec(`PRAGMA application_id = ${applicationId}`);
    this.#commit();
  }

  #commit(): void {
    if (this.#inTransaction) {
      this.raw.exec('COMMIT');
      this.#inTransaction = false;
    }
  }

  /** Rows changed since it was opened. */
  get totalChanges(): number {
    return this.#number('SELECT total_changes()');
  }

  #number(sql: string): number {
    let value = 0;
    this.statement(sql).each([], (row) => {
      value = row.number(0) ?? 0;
    });
    return value;
  }

  /** @throws nothing: a database that is given up need not close well */
  close(): void {
    try {
      for (const { statement } of this.#tables.values()) {
        statement.free();
      }
      for (const statement of this.#statements.values()) {
        statement.free();
      }
      this.#queries.free();
      this.raw.close();
    } catch {
      // Its memory goes with the instance.
    }
  }
}

function checkPages(raw: RawDatabase, path: string): void {
  try {
    const verdict = raw.exec('PRAGMA quick_check(1)')[0]?.values[0]?.[0];
    if (verdict !== 'ok') {
      throw new Error(String(verdict));
    }
  } catch (error) {
    throw corruptError(path, error);
  }
}

/** @returns the names of the migrations that it ran */
async function migrate(raw: RawDatabase, kysely: Kysely<MetricsSchema>, path: string): Promise<readonly string[]> {
  const kept = raw.exec(`SELECT name FROM sqlite_schema WHERE name = 'kysely_migration'`).length > 0;
  const done = new Set(
    kept ? raw.exec('SELECT name FROM kysely_migration')[0]?.values.map(([name]) => String(name)) : [],
  );
  if ([...done].some((name) => !migrationNames.includes(name))) {
    throw newerError(path);
  }
  if (migrationNames.every((name) => done.has(name))) {
    return [];
  }
  const { error, results = [] } = await new Migrator({
    db: kysely,
    provider: migrationProvider('sqlite'),
  }).migrateToLatest();
  if (error !== undefined) {
    throw error instanceof Error ? error : new Error('A migration failed', { cause: error });
  }
  return results.map(({ migrationName }) => migrationName);
}

/** All columns but the number that the database gives. */
function columnsOf(raw: RawDatabase, table: BulkTable): string[] {
  const rows = raw.exec(`SELECT name FROM pragma_table_info('${table}') WHERE NOT (name = 'id' AND type = 'INTEGER')`);
  return (rows[0]?.values ?? []).map(([name]) => String(name));
}
