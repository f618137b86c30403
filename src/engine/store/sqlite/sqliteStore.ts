import * as l10n from '@vscode/l10n';
import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { QueryLimits, QueryResult, SetupResult } from '../../../protocol/engine.ts';
import { EngineError, throwIfAborted } from '../../errors.ts';
import type { Clock, Log } from '../../ports.ts';
import type { MetricsSchema } from '../schema.ts';
import type { ExportLock, MetricsStore, OnLockWait, WriteTransaction } from '../store.ts';
import { SerialQueue } from '../serialQueue.ts';
import { changedElsewhereError, databaseError } from './databaseErrors.ts';
import { DatabaseFile } from './databaseFile.ts';
import { describeOwner, FileLock } from './fileLock.ts';
import { writeGitignore } from './gitignore.ts';
import { IdleTimer } from './idleTimer.ts';
import { OpenDatabase } from './openDatabase.ts';
import { readOnlyQuery } from './readOnlyQuery.ts';
import { SavePacing } from './savePacing.ts';
import { Saving } from './saving.ts';
import { sqliteSqlDialect } from './sqliteSqlDialect.ts';
import { SqlJsLoader, type SqlJsInstance } from './sqlJs.ts';
import { SqliteWriteTransaction } from './writeTransaction.ts';
import { WriterLock } from './writerLock.ts';

/** Unsaved work of a writer that has fallen silent is saved, so that it keeps nobody waiting. */
const quietMilliseconds = 2000;
/** Memory that nobody has used for so long is given back. */
const idleMilliseconds = 60_000;

export interface SqliteStoreOptions {
  /** Absolute path of the database file. */
  readonly path: string;
  /** True leaves the database file out of .langfuse/.gitignore. */
  readonly commitToGit: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** What this process does ("export"); shown to those who wait for it. */
  readonly purpose: string;
  readonly onLockWait: OnLockWait;
  /** Where a bundle keeps sql-wasm.wasm, with sql-wasm.js beside it. Default: the installed package. */
  readonly wasmPath?: string;
}

/**
 * The metrics database as one SQLite file that sql.js holds in memory. Opens nothing before the
 * first call.
 */
export function openSqliteStore(options: SqliteStoreOptions): MetricsStore {
  return new SqliteStore(options);
}

/**
 * Everything runs one task at a time, but for a paced save that is written meanwhile. The writer's
 * lock is held exactly while there are changes that are not known to be durable; while there are
 * none, a file that another process has saved is read again.
 */
class SqliteStore implements MetricsStore {
  readonly location: string;
  readonly dialect = sqliteSqlDialect;
  readonly #options: SqliteStoreOptions;
  readonly #queue = new SerialQueue();
  readonly #file: DatabaseFile;
  readonly #lock: WriterLock;
  readonly #pacing: SavePacing;
  readonly #loader: SqlJsLoader;
  readonly #idle: IdleTimer;
  #instance: SqlJsInstance | null = null;
  #open: OpenDatabase | null = null;
  #dirty = false;
  #saving: Saving | null = null;

  constructor(options: SqliteStoreOptions) {
    this.location = options.path;
    this.#options = options;
    this.#file = new DatabaseFile(options.path);
    this.#lock = new WriterLock(options.path, options.purpose, options.clock, options.onLockWait);
    this.#pacing = new SavePacing(options.clock);
    this.#loader = new SqlJsLoader(options.wasmPath);
    this.#idle = new IdleTimer(options.clock);
  }

  setup(signal?: AbortSignal): Promise<SetupResult> {
    return this.#run(signal, async () => {
      const open = await this.#openForWriting(signal);
      const created = open.stamp === null;
      const { migrations } = open;
      try {
        await this.#save(open);
      } finally {
        this.#releaseWhenClean();
      }
      return { location: this.location, created, migrations };
    });
  }

  async exists(): Promise<boolean> {
    return (await this.#file.stamp()) !== null;
  }

  read<T>(work: (db: Kysely<MetricsSchema>) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#run(signal, async () => {
      const open = await this.#current();
      open.raw.exec('PRAGMA query_only = ON');
      try {
        return await work(open.kysely);
      } finally {
        open.raw.exec('PRAGMA query_only = OFF');
      }
    });
  }

  query(sql: string, limits: QueryLimits, signal?: AbortSignal): Promise<QueryResult> {
    return this.#run(signal, async () => {
      // Nothing unsaved may be in the memory that is thrown away with a statement that runs too long.
      await this.#saveChanges();
      const { raw } = await this.#current();
      try {
        return await readOnlyQuery(raw, sql, limits, signal);
      } catch (error) {
        if (error instanceof EngineError && error.code === 'sql.timeout') {
          this.#forgetInstance();
        }
        throw error;
      }
    });
  }

  write<T>(work: (transaction: WriteTransaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#run(signal, async () => {
      const open = await this.#openForWriting(signal);
      try {
        const before = open.totalChanges;
        const result = await this.#transact(open, work);
        this.#dirty ||= open.totalChanges !== before;
        await this.#pacedSave(open);
        return result;
      } finally {
        this.#releaseWhenClean();
      }
    });
  }

  flush(): Promise<void> {
    return this.#run(undefined, () => this.#saveChanges());
  }

  async lockExport(projectId: string): Promise<ExportLock> {
    const name = /^[\w-]{1,64}$/.test(projectId) ? projectId : createHash('sha256').update(projectId).digest('hex');
    const lock = new FileLock(`${this.location}.export-${name}.lock`, this.#options.purpose, this.#options.clock);
    try {
      await this.#prepareFolder();
      if (!lock.tryAcquire()) {
        const holder = describeOwner(lock.owner());
        lock.release();
        throw new EngineError(
          'export.alreadyRunning',
          l10n.t('An export of this project is already running: {0}.', holder),
          {
            hint: l10n.t('Wait until it has ended, or cancel it there.'),
          },
        );
      }
    } catch (error) {
      throw databaseError(this.location, error);
    }
    return {
      release: () => {
        lock.release();
        return Promise.resolve();
      },
    };
  }

  close(): Promise<void> {
    return this.#queue.run(async () => {
      this.#idle.stop();
      try {
        await this.#saveChanges();
      } catch (error) {
        throw databaseError(this.location, error);
      } finally {
        await this.#drop();
      }
    });
  }

  /** One task at a time; its failures become EngineErrors. */
  #run<T>(signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    return this.#queue.run(async () => {
      throwIfAborted(signal);
      this.#idle.stop();
      try {
        return await task();
      } catch (error) {
        throw databaseError(this.location, error);
      } finally {
        this.#rest();
      }
    });
  }

  /** The database as it is now: saved by anybody, or changed here and not saved yet. */
  async #current(): Promise<OpenDatabase> {
    if (this.#open !== null && (this.#dirty || (await this.#file.stamp()) === this.#open.stamp)) {
      return this.#open;
    }
    this.#open?.close();
    this.#open = null;
    const content = await this.#file.read();
    this.#instance ??= await this.#loader.instantiate();
    this.#open = await OpenDatabase.open(this.#instance, content, this.location);
    return this.#open;
  }

  async #openForWriting(signal: AbortSignal | undefined): Promise<OpenDatabase> {
    if (!this.#lock.held) {
      await this.#prepareFolder();
      await this.#lock.acquire(signal);
    }
    try {
      if (!this.#dirty) {
        await this.#file.prepare();
      }
      return await this.#current();
    } catch (error) {
      this.#releaseWhenClean();
      throw error;
    }
  }

  async #prepareFolder(): Promise<void> {
    await this.#file.makeFolder();
    await writeGitignore(this.location, this.#options.commitToGit);
  }

  async #transact<T>(open: OpenDatabase, work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    open.beginWork();
    try {
      const result = await work(new SqliteWriteTransaction(open));
      open.keepWork();
      return result;
    } catch (error) {
      await this.#rollBack(open);
      throw error;
    }
  }

  /** A database that cannot even roll back (out of memory, say) is given up, with what was not saved. */
  async #rollBack(open: OpenDatabase): Promise<void> {
    try {
      open.discardWork();
    } catch (error) {
      this.#options.log.error(`The database in memory is given up, its unsaved changes are lost: ${String(error)}`);
      await this.#drop();
    }
  }

  async #saveChanges(): Promise<void> {
    if (this.#dirty && this.#open !== null) {
      await this.#save(this.#open);
    }
  }

  /**
   * Saves when it is time to. The file is written while work goes on, unless others wait to write:
   * their turn comes only when nothing is unsaved.
   */
  async #pacedSave(open: OpenDatabase): Promise<void> {
    if (this.#saving?.ended === true) {
      await this.#finishSave(open);
    }
    if (!this.#dirty) {
      return;
    }
    this.#pacing.workBegins();
    if (this.#saving === null && this.#pacing.isDue(open.bytes)) {
      await (this.#lock.wanted ? this.#save(open) : this.#beginSave(open));
    }
  }

  /** Saves what is unsaved and lets others write. After a failure the changes stay in memory for the next attempt. */
  async #save(open: OpenDatabase): Promise<void> {
    // Should an earlier one have failed, then this one says so if the reason still stands.
    await this.#finishSave(open).catch(() => undefined);
    if (this.#dirty || open.stamp === null || open.migrations.length > 0) {
      await this.#beginSave(open);
      await this.#finishSave(open);
    }
  }

  /** Starts to write the file as of now. */
  async #beginSave(open: OpenDatabase): Promise<void> {
    const stamp = await this.#file.stamp();
    if (stamp !== null && stamp !== open.stamp) {
      await this.#drop();
      throw changedElsewhereError(this.location);
    }
    await this.#prepareFolder();
    this.#saving = new Saving(open, this.#file, this.#options.clock);
  }

  /** Waits until what #beginSave started is durable. */
  async #finishSave(open: OpenDatabase): Promise<void> {
    const saving = this.#saving;
    if (saving === null) {
      return;
    }
    const { stamp, milliseconds } = await saving.result().finally(() => {
      this.#saving = null;
      open.letGo();
    });
    open.savedAs(stamp);
    this.#dirty = open.totalChanges !== saving.changes;
    this.#pacing.saved(milliseconds);
    this.#releaseWhenClean();
    this.#options.log.debug(`Saved ${this.location}: ${saving.bytes} bytes in ${milliseconds} ms`);
  }

  #releaseWhenClean(): void {
    if (!this.#dirty) {
      this.#lock.release();
    }
  }

  /** Forgets everything that is in memory. */
  async #drop(): Promise<void> {
    // The lock is for as long as the file is being written.
    await this.#saving?.result().catch(() => undefined);
    this.#saving = null;
    this.#open?.close();
    this.#forgetInstance();
    this.#dirty = false;
    this.#lock.release();
  }

  #forgetInstance(): void {
    this.#open = null;
    this.#instance = null;
  }

  /** Plans what happens when nobody calls again. */
  #rest(milliseconds = this.#dirty ? quietMilliseconds : idleMilliseconds): void {
    if (this.#instance === null) {
      return;
    }
    this.#idle.start(milliseconds, () =>
      this.#queue.run(async () => {
        try {
          if (this.#dirty) {
            await this.#saveChanges();
            this.#rest();
          } else {
            await this.#drop();
          }
        } catch (error) {
          this.#options.log.error(`Saving ${this.location} failed: ${String(error)}`);
          this.#rest(idleMilliseconds);
        }
      }),
    );
  }
}
