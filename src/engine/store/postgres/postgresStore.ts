import { Kysely } from 'kysely';
import type { ClientBase, PoolClient } from 'pg';
import { kyselyPlugins } from '../kyselyPlugins.ts';
import type { QueryLimits, QueryResult, SetupResult } from '../../../protocol/engine.ts';
import { throwIfAborted } from '../../errors.ts';
import type { Clock, Log } from '../../ports.ts';
import type { MetricsSchema } from '../schema.ts';
import { defaultQuerySeconds, tooLong } from '../readOnlyStatement.ts';
import { SerialQueue } from '../serialQueue.ts';
import type { ExportLock, MetricsStore, WriteTransaction } from '../store.ts';
import { postgresLocation, resolveServer, type PostgresSettings } from './connection.ts';
import { Connections } from './connections.ts';
import { ExportLocks } from './exportLocks.ts';
import { clientDialect } from './kyselyDialect.ts';
import { isSetUp, migrate } from './migrate.ts';
import { postgresError } from './postgresErrors.ts';
import { postgresSqlDialect } from './postgresSqlDialect.ts';
import { readOnlyQuery } from './readOnlyQuery.ts';
import { rerun } from './rerun.ts';
import { commitState, transact, UnknownCommit } from './transact.ts';
import { PostgresWriteTransaction } from './writeTransaction.ts';

const readTransaction = 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY';

export interface PostgresStoreOptions {
  readonly server: PostgresSettings;
  readonly clock: Clock;
  readonly log: Log;
  /** What this process does ("export"); shown to those who wait for it. */
  readonly purpose: string;
}

/** The metrics database in a PostgreSQL database (15 or newer). Connects at the first call. */
export function openPostgresStore(options: PostgresStoreOptions): MetricsStore {
  return new PostgresStore(options);
}

interface Session {
  readonly connections: Connections;
  readonly locks: ExportLocks;
}

class PostgresStore implements MetricsStore {
  readonly location: string;
  readonly dialect = postgresSqlDialect;
  readonly #options: PostgresStoreOptions;
  /** Writes of one process would only wait for each other's rows. */
  readonly #writes = new SerialQueue();
  #session: Promise<Session> | null = null;
  #hasAnswered = false;
  #ready = false;

  constructor(options: PostgresStoreOptions) {
    this.location = postgresLocation(options.server);
    this.#options = options;
  }

  setup(signal?: AbortSignal): Promise<SetupResult> {
    return this.#run(signal, async () => {
      const state = await this.#withClient((client) => migrate(client, this.location));
      this.#ready = true;
      return { location: this.location, ...state };
    });
  }

  exists(): Promise<boolean> {
    return this.#run(undefined, () => this.#withClient(isSetUp));
  }

  read<T>(work: (db: Kysely<MetricsSchema>) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#run(signal, async () =>
      transact(await this.#readyClient(), readTransaction, (client) =>
        work(new Kysely<MetricsSchema>({ dialect: clientDialect(client), plugins: kyselyPlugins })),
      ),
    );
  }

  query(sql: string, limits: QueryLimits, signal?: AbortSignal): Promise<QueryResult> {
    const { maxRows, timeoutSeconds = defaultQuerySeconds } = limits;
    return this.#run(signal, async () => {
      const client = await this.#readyClient();
      const timeout = AbortSignal.timeout(timeoutSeconds * 1000);
      const ended = AbortSignal.any(signal === undefined ? [timeout] : [timeout, signal]);
      const stop = this.#cancelWhenAborted(client, ended);
      try {
        return await readOnlyQuery(client, sql, maxRows, ended);
      } catch (error) {
        throwIfAborted(signal);
        throw timeout.aborted ? tooLong(timeoutSeconds, error) : error;
      } finally {
        stop();
        // Whatever the user's statement did to the session goes with it.
        client.release(true);
      }
    });
  }

  write<T>(work: (transaction: WriteTransaction) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#writes.run(() => {
      let unknown: UnknownCommit<T> | null = null;
      return this.#run(signal, async () => {
        if (unknown !== null) {
          const ended = await this.#ended(unknown);
          if (ended !== 'aborted') {
            return unknown.result;
          }
          unknown = null;
        }
        try {
          return await this.#transact(work);
        } catch (error) {
          if (error instanceof UnknownCommit) {
            unknown = error as UnknownCommit<T>;
            throw error.cause;
          }
          throw error;
        }
      });
    });
  }

  /** Every write is durable when it returns. */
  flush(): Promise<void> {
    return Promise.resolve();
  }

  lockExport(projectId: string): Promise<ExportLock> {
    return this.#run(undefined, async () => (await this.#open()).locks.acquire(projectId));
  }

  close(): Promise<void> {
    return this.#writes.run(async () => {
      const session = await this.#session?.catch(() => null);
      this.#session = null;
      this.#ready = false;
      await session?.locks.releaseAll();
      await session?.connections.close();
    });
  }

  /** Waits out restarts and deadlocks; other failures become EngineErrors. */
  async #run<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    throwIfAborted(signal);
    const { clock, log } = this.#options;
    try {
      return await rerun({ clock, log, location: this.location, isKnown: () => this.#hasAnswered, signal }, work);
    } catch (error) {
      throw postgresError(this.location, error);
    }
  }

  async #transact<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    const { locks } = await this.#open();
    return transact(await this.#readyClient(), 'BEGIN', async (client) => {
      await locks.assertHeld(client);
      return work(new PostgresWriteTransaction(client));
    });
  }

  /** How a transaction ended whose commit was not answered; its server process may need a moment to notice. */
  async #ended(unknown: UnknownCommit<unknown>): Promise<'committed' | 'aborted'> {
    for (;;) {
      const state = await this.#withClient((client) => commitState(client, unknown.transactionId));
      if (state !== 'in progress') {
        return state;
      }
      await this.#options.clock.sleep(100);
    }
  }

  #open(): Promise<Session> {
    this.#session ??= this.#connect();
    return this.#session;
  }

  async #connect(): Promise<Session> {
    const { server, purpose, clock, log } = this.#options;
    try {
      const { client } = await resolveServer(server, purpose);
      const connections = new Connections(client, log, () => {
        this.#hasAnswered = true;
      });
      return { connections, locks: new ExportLocks(connections, purpose, clock) };
    } catch (error) {
      this.#session = null;
      throw error;
    }
  }

  async #take(): Promise<PoolClient> {
    return (await this.#open()).connections.take();
  }

  async #withClient<T>(work: (client: ClientBase) => Promise<T>): Promise<T> {
    const client = await this.#take();
    let failed = true;
    try {
      const result = await work(client);
      failed = false;
      return result;
    } finally {
      client.release(failed);
    }
  }

  /** A connection to a database at this version's schema. */
  async #readyClient(): Promise<PoolClient> {
    if (!this.#ready) {
      await this.#withClient((client) => migrate(client, this.location));
      this.#ready = true;
    }
    return this.#take();
  }

  /** @returns a function that ends the watch */
  #cancelWhenAborted(client: PoolClient, signal: AbortSignal): () => void {
    const { processID } = client as PoolClient & { readonly processID: number | null };
    const cancel = (): void => {
      this.#withClient((other) => other.query('SELECT pg_cancel_backend($1)', [processID])).catch((error: unknown) => {
        this.#options.log.debug(`The query could not be cancelled: ${String(error)}`);
      });
    };
    signal.addEventListener('abort', cancel, { once: true });
    return () => {
      signal.removeEventListener('abort', cancel);
    };
  }
}
