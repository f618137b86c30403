import { systemClock, silentLog } from '../../../src/engine/ports.ts';
import { parseConfig } from '../../../src/engine/config/config.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import { tables } from '../../../src/engine/store/migrations/tables.ts';
import type { MetricsSchema } from '../../../src/engine/store/schema.ts';
import type { MetricsStore } from '../../../src/engine/store/store.ts';
import { StoreFixture } from '../../unit/store/fixture.ts';
import type { PostgresServer } from '../postgres/postgresServer.ts';
import { sharedServer } from '../postgres/sharedServer.ts';

/** All rows of a table, in the order of its key. */
export async function rowsOf(store: MetricsStore, table: keyof MetricsSchema): Promise<Record<string, unknown>[]> {
  const rows = await store.read((db) => db.selectFrom(table).selectAll().execute());
  const keys = tables[table].key as readonly string[];
  const keyOf = (row: object): string => keys.map((column) => String((row as Record<string, unknown>)[column])).join();
  return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** One empty metrics database and the stores that a test opens on it. */
export interface BackendFixture {
  open(): MetricsStore;
  clean(): Promise<void>;
}

export interface Backend {
  readonly name: 'SQLite' | 'PostgreSQL';
  create(): Promise<BackendFixture>;
}

class PostgresFixture implements BackendFixture {
  readonly server: PostgresServer;
  readonly database: string;
  readonly #stores: MetricsStore[] = [];

  constructor(server: PostgresServer, database: string) {
    this.server = server;
    this.database = database;
  }

  open(): MetricsStore {
    const { server, database } = this;
    const store = openStore({
      config: parseConfig(
        {
          workspace: '/',
          database: {
            backend: 'postgres',
            postgres: { host: '127.0.0.1', port: server.port, user: server.user, password: server.password, database },
          },
        },
        (name) => name,
      ),
      clock: systemClock,
      log: silentLog,
      purpose: 'test',
      onLockWait: () => undefined,
    });
    this.#stores.push(store);
    return store;
  }

  async clean(): Promise<void> {
    await Promise.allSettled(this.#stores.map((store) => store.close()));
    await this.server.dropDatabase(this.database);
  }
}

/** Every backend; a suite that runs once for each proves that they behave alike. */
export const backends: readonly Backend[] = [
  { name: 'SQLite', create: () => Promise.resolve(new StoreFixture()) },
  {
    name: 'PostgreSQL',
    create: async () => {
      const server = await sharedServer();
      return new PostgresFixture(server, await server.createDatabase());
    },
  },
];
