import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseConfig } from '../../../src/engine/config/config.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import { silentLog, systemClock } from '../../../src/engine/ports.ts';
import { costTables } from '../../../src/engine/store/migrations/costTables.ts';
import { initialTables, type ColumnKind } from '../../../src/engine/store/migrations/initialTables.ts';
import { openStore } from '../../../src/engine/store/openStore.ts';
import type { MetricsStore } from '../../../src/engine/store/store.ts';
import type { Engine, MoveProgress, MoveReport } from '../../../src/protocol/engine.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import type { PostgresServer } from '../postgres/postgresServer.ts';
import { sharedServer } from '../postgres/sharedServer.ts';

export const range = { start: '2026-10-01T00:00:00Z', end: '2026-11-22T12:00:00Z' };

export type Dump = Readonly<Record<string, readonly string[]>>;

/** A folder with a database of exported rows, other files beside it, and a PostgreSQL database. */
export class MovedProject {
  readonly langfuse: LangfuseServer;
  readonly postgres: PostgresServer;
  readonly database: string;
  readonly folder: string;
  readonly source: string;
  readonly #open: { close(): Promise<void> }[] = [];

  private constructor(langfuse: LangfuseServer, postgres: PostgresServer, database: string, folder: string) {
    this.langfuse = langfuse;
    this.postgres = postgres;
    this.database = database;
    this.folder = folder;
    this.source = path.join(folder, '.langfuse', 'llm_metrics.db');
  }

  static async create(observations = 800): Promise<MovedProject> {
    const postgres = await sharedServer();
    return new MovedProject(
      await startLangfuseServer({ observations, late: 0 }),
      postgres,
      await postgres.createDatabase(),
      await mkdtemp(path.join(tmpdir(), 'langfuse-metrics-move-')),
    );
  }

  get url(): string {
    return this.postgres.url(this.database);
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  engine(): Engine {
    const { url: baseUrl, publicKey, secretKey } = this.langfuse;
    const config = parseConfig({ workspace: this.folder, langfuse: { baseUrl, publicKey, secretKey } }, (name) => name);
    const engine = openEngine({ config, log: silentLog, clock: systemClock, fetch, purpose: 'test' });
    this.#open.push(engine);
    return engine;
  }

  async export(): Promise<void> {
    const engine = this.engine();
    await engine.export({ trigger: 'command', range }, () => undefined);
    await engine.close();
  }

  /** @param from null: the file of `export` */
  async move(
    to: string,
    from: string | null = null,
    options: { days?: number; onProgress?: (progress: MoveProgress) => void; signal?: AbortSignal } = {},
  ): Promise<MoveReport> {
    const engine = this.engine();
    try {
      const request = { to, from, days: options.days ?? null };
      return await engine.move(request, options.onProgress ?? (() => undefined), options.signal);
    } finally {
      await engine.close();
    }
  }

  /** A store on one of the databases, to put rows there. @param file null: the PostgreSQL database */
  store(file: string | null): MetricsStore {
    const database =
      file === null
        ? ({ backend: 'postgres', postgres: { connectionString: this.url } } as const)
        : ({ backend: 'sqlite', path: file } as const);
    const store = openStore({
      config: parseConfig({ workspace: this.folder, database }, (name) => name),
      clock: systemClock,
      log: silentLog,
      purpose: 'test',
      onLockWait: () => undefined,
    });
    this.#open.push(store);
    return store;
  }

  async remove(): Promise<void> {
    await Promise.allSettled(this.#open.map((each) => each.close()));
    await this.langfuse.close();
    await this.postgres.dropDatabase(this.database);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Every row of every table as the runtime's own SQLite reads it, with JSON as values. */
  dumpFile(file: string): Dump {
    using database = new DatabaseSync(file, { readOnly: true });
    return dumpOf((table) => database.prepare(`SELECT * FROM ${table}`).all());
  }

  /** The same of the PostgreSQL database, as a plain client reads it, past every mapping of the product. */
  async dumpPostgres(): Promise<Dump> {
    const rows = new Map<string, Record<string, unknown>[]>();
    for (const table of tables) {
      const answer = await this.postgres.sql(this.database, `SELECT to_jsonb(t)::text AS row FROM ${table} AS t`);
      rows.set(
        table,
        answer.map(({ row }) => JSON.parse(String(row)) as Record<string, unknown>),
      );
    }
    return dumpOf((table) => rows.get(table) ?? []);
  }
}

const definitions = { ...initialTables, ...costTables };

export const tables = Object.keys(definitions) as (keyof typeof definitions)[];

function dumpOf(read: (table: string) => Record<string, unknown>[]): Dump {
  return Object.fromEntries(
    tables.map((table) => {
      const columns = Object.entries<ColumnKind>(definitions[table].columns);
      const lines = read(table).map((row) =>
        JSON.stringify(columns.map(([column, kind]) => comparable(kind.replace('!', ''), row[column] ?? null))),
      );
      return [table, lines.sort()];
    }),
  );
}

function comparable(kind: string, value: unknown): unknown {
  if (value === null) {
    return null;
  }
  switch (kind) {
    case 'json':
      return withSortedKeys(typeof value === 'string' ? JSON.parse(value) : value);
    case 'time':
      return new Date(value as string).toISOString();
    case 'flag':
      return Number(value);
    default:
      return value;
  }
}

function withSortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withSortedKeys);
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, withSortedKeys(inner)]));
}
