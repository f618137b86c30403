import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ErrorData } from '../../../src/protocol/errors.ts';
import type { ExportReport } from '../../../src/protocol/engine.ts';
import type { LangfuseServer } from '../../langfuse-server/server.ts';
import type { PostgresServer } from '../postgres/postgresServer.ts';
import { sharedServer } from '../postgres/sharedServer.ts';
import { cliBundle } from './bundle.ts';

/** What suites run on, with the server that it needs. */
export interface CliBackend {
  readonly name: string;
  readonly server: () => Promise<PostgresServer | null>;
}

export const sqliteBackend: CliBackend = { name: 'SQLite', server: () => Promise.resolve(null) };
export const postgresBackend: CliBackend = { name: 'PostgreSQL', server: sharedServer };
export const cliBackends: readonly CliBackend[] = [sqliteBackend, postgresBackend];

export interface Ended {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The CLI as a process of its own. */
export class CliProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], options: { environment: NodeJS.ProcessEnv; stdin: string }) {
    this.child = spawn(process.execPath, args, {
      env: { ...cleanEnvironment(), ...options.environment },
      stdio: 'pipe',
    });
    this.child.stdin?.end(options.stdin);
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.ended = once(this.child, 'close').then(([exitCode]) => ({
      exitCode: exitCode as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves when `condition` holds; fails when the process ends before it does. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`The process ended too early: ${this.#stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

interface StartOptions {
  /** In place of the workspace's. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

interface PostgresDatabase {
  readonly server: PostgresServer;
  readonly name: string;
}

/** A temporary folder that the CLI works on. */
export class Workspace {
  readonly folder: string;
  readonly environment: Record<string, string> = {};

  readonly #cli: string;
  readonly #postgres: PostgresDatabase | null;

  private constructor(folder: string, cli: string, postgres: PostgresDatabase | null) {
    this.folder = folder;
    this.#cli = cli;
    this.#postgres = postgres;
  }

  /** @param postgres where its metrics go; without one, into the file in the folder */
  static async create(server: LangfuseServer | null, postgres: PostgresServer | null = null): Promise<Workspace> {
    const folder = await mkdtemp(path.join(tmpdir(), 'langfuse-metrics-cli-'));
    const database = postgres === null ? null : { server: postgres, name: await postgres.createDatabase() };
    const workspace = new Workspace(folder, await cliBundle(), database);
    if (database !== null) {
      Object.assign(workspace.environment, {
        LANGFUSE_METRICS_DATABASE_BACKEND: 'postgres',
        POSTGRES_HOST: '127.0.0.1',
        POSTGRES_PORT: String(database.server.port),
        POSTGRES_DATABASE: database.name,
        POSTGRES_USER: database.server.user,
        POSTGRES_PASSWORD: database.server.password,
      });
    }
    if (server !== null) {
      Object.assign(workspace.environment, keysOf(server));
    }
    return workspace;
  }

  get database(): string {
    return path.join(this.folder, '.langfuse', 'llm_metrics.db');
  }

  start(args: readonly string[], options: StartOptions = {}): CliProcess {
    return new CliProcess([this.#cli, ...args, '--workspace', this.folder], {
      environment: options.environment ?? this.environment,
      stdin: options.stdin ?? '',
    });
  }

  run(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** What the sqlite3 or psql shell answers, independent readers; where it is not installed, the runtime's own SQLite or a plain client. */
  sql(statement: string): Record<string, unknown>[] {
    return this.#postgres === null ? this.#askSqlite(statement) : askPostgres(this.#postgres, statement);
  }

  /** True once there is something to ask. */
  get hasTables(): boolean {
    return this.#postgres === null
      ? existsSync(this.database)
      : this.sql(`SELECT 1 FROM pg_class WHERE relname = 'llm_traces'`).length > 0;
  }

  /** Asserts that a kill or a fault has not harmed the database; a server sees to that itself. */
  assertSound(): void {
    if (this.#postgres === null && existsSync(this.database)) {
      assert.deepEqual(this.sql('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
    }
  }

  #askSqlite(statement: string): Record<string, unknown>[] {
    const { stdout, stderr, error } = spawnSync('sqlite3', ['-readonly', '-json', this.database, statement], {
      encoding: 'utf8',
      maxBuffer: 1e9,
    });
    if (error !== undefined) {
      using database = new DatabaseSync(this.database, { readOnly: true });
      return database.prepare(statement).all();
    }
    if (stderr !== '') {
      throw new Error(stderr);
    }
    return stdout === '' ? [] : (JSON.parse(stdout) as Record<string, unknown>[]);
  }

  async remove(): Promise<void> {
    await this.#postgres?.server.dropDatabase(this.#postgres.name);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Reads a statement from its arguments, connects as libpq's variables say and prints the rows as psql does below. */
const plainClient = `
  const { default: pg } = await import('pg');
  const client = new pg.Client();
  await client.connect();
  const { rows } = await client.query(process.argv[1]);
  await client.end();
  process.stdout.write(Object.values(rows[0])[0] ?? '');`;

function askPostgres({ server, name }: PostgresDatabase, statement: string): Record<string, unknown>[] {
  // As JSON made by the server, so that no client's idea of types comes in between.
  const asJson = `SELECT json_agg(answer)::text FROM (${statement}) AS answer`;
  const options = {
    encoding: 'utf8',
    maxBuffer: 1e9,
    env: {
      ...process.env,
      PGHOST: '127.0.0.1',
      PGPORT: String(server.port),
      PGUSER: server.user,
      PGPASSWORD: server.password,
      PGDATABASE: name,
    },
  } as const;
  let answer = spawnSync('psql', ['--no-psqlrc', '--tuples-only', '--no-align', '--command', asJson], options);
  if (answer.error !== undefined) {
    answer = spawnSync(process.execPath, ['--input-type=module', '--eval', plainClient, asJson], options);
  }
  if (answer.status !== 0) {
    throw new Error(answer.stderr);
  }
  return answer.stdout.trim() === '' ? [] : (JSON.parse(answer.stdout) as Record<string, unknown>[]);
}

export function keysOf(server: LangfuseServer): Record<string, string> {
  return {
    LANGFUSE_BASE_URL: server.url,
    LANGFUSE_PUBLIC_KEY: server.publicKey,
    LANGFUSE_SECRET_KEY: server.secretKey,
  };
}

/** The document on stdout, which must be the only thing there. */
export function reportOf({ stdout }: Ended): ExportReport {
  return JSON.parse(stdout) as ExportReport;
}

export function errorOf({ stdout }: Ended): ErrorData {
  return (JSON.parse(stdout) as { error: ErrorData }).error;
}

/** What belongs to this machine's user must not reach the commands under test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(LANGFUSE|EXPORT|POSTGRES)_|^(LC_.*|LANG)$/.test(name)),
  );
}
