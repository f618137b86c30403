import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import type { ClockSample } from '../../../src/engine/limiter/clock.ts';
import { openLimiter } from '../../../src/engine/limiter/openLimiter.ts';
import type { LimiterClock } from '../../../src/engine/limiter/ports.ts';
import { silentLog } from '../../../src/engine/ports.ts';
import { parseConfig } from '../../../src/engine/config/config.ts';
import type { Limiter } from '../../../src/protocol/limiter.ts';
import { sharedServer } from '../postgres/sharedServer.ts';

/** Noon, and the start of a bucket of every level. */
export const start = Date.UTC(2026, 10, 23, 12);

/** Time that passes only when a test, or a sleep, says so. */
export class TestClock implements LimiterClock {
  wall = start;
  monotonic = 1_000_000;
  #slept = 0;
  #boot = 'first';
  onAdvance: (wall: number) => Promise<void> = () => Promise.resolve();

  now(): number {
    return this.wall;
  }

  sample(): ClockSample {
    return { wall: this.wall, monotonic: this.monotonic, slept: () => this.#slept, boot: () => this.#boot };
  }

  /** Someone sets the wall clock. */
  step(milliseconds: number): void {
    this.wall += milliseconds;
  }

  /** The machine is off for a while, and has run for another one since. */
  restart(offMs: number, uptimeMs: number): void {
    this.wall += offMs + uptimeMs;
    this.monotonic = uptimeMs;
    this.#boot += '+';
  }

  /** As on Linux, where the monotonic clock leaves sleep out. */
  sleepMachine(milliseconds: number): void {
    this.wall += milliseconds;
    this.#slept += milliseconds;
  }

  async advance(milliseconds: number): Promise<void> {
    this.wall += milliseconds;
    this.monotonic += milliseconds;
    await this.onAdvance(this.wall);
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await this.advance(Math.ceil(milliseconds));
  }
}

/** A workspace with limits, and the limiters that a test opens on it. */
export class LimiterFixture {
  readonly clock = new TestClock();
  readonly folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'limiter-')), '.langfuse');
  readonly #postgres: string | null;
  readonly #closers: (() => Promise<unknown>)[] = [];

  constructor(postgres: string | null = null) {
    this.#postgres = postgres;
    mkdirSync(this.folder);
  }

  get database(): string {
    return path.join(this.folder, 'rate_limits.db');
  }

  limit(...limits: readonly object[]): void {
    this.write(JSON.stringify({ limits }));
  }

  write(text: string): void {
    writeFileSync(path.join(this.folder, 'rate-limits.json'), text);
  }

  /** What an independent client of the database answers. */
  async sql(statement: string): Promise<Record<string, unknown>[]> {
    if (this.#postgres === null) {
      using database = new DatabaseSync(this.database, { readOnly: true });
      return database.prepare(statement).all();
    }
    const client = new pg.Client({ connectionString: this.#postgres });
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(statement);
    await client.end();
    return rows;
  }

  async open(): Promise<Limiter> {
    const limiter = await openLimiter({
      path: this.database,
      log: silentLog,
      clock: this.clock,
      ...(this.#postgres === null ? {} : { postgres: settingsOf(this.#postgres) }),
    });
    this.#closers.push(() => limiter.close());
    return limiter;
  }

  onRemove(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  async remove(): Promise<void> {
    for (const close of this.#closers) {
      await close();
    }
    rmSync(path.dirname(this.folder), { recursive: true, force: true });
  }
}

const settingsOf = (connectionString: string): ReturnType<typeof parseConfig>['database']['postgres'] =>
  parseConfig({ workspace: '/', database: { backend: 'postgres', postgres: { connectionString } } }, (name) => name)
    .database.postgres;

/** A database in which the server's clock shows the time of the test. */
async function postgresFixture(): Promise<LimiterFixture> {
  const server = await sharedServer();
  const name = await server.createDatabase();
  const client = new pg.Client({ connectionString: server.url(name) });
  await client.connect();
  await client.query(`
    CREATE SCHEMA test_time;
    CREATE TABLE test_time.moment AS SELECT ${start}::float8 AS milliseconds;
    CREATE FUNCTION test_time.clock_timestamp() RETURNS timestamptz LANGUAGE sql
      AS 'SELECT to_timestamp(milliseconds / 1000.0) FROM test_time.moment'`);
  const options = encodeURIComponent('-c search_path=public,test_time,pg_catalog');
  const fixture = new LimiterFixture(`${server.url(name)}?options=${options}`);
  fixture.clock.onAdvance = async (wall) => {
    await client.query('UPDATE test_time.moment SET milliseconds = $1', [wall]);
  };
  fixture.onRemove(() => client.end());
  fixture.onRemove(() => server.dropDatabase(name));
  return fixture;
}

export const limiterBackends: readonly { readonly name: string; readonly create: () => Promise<LimiterFixture> }[] = [
  { name: 'SQLite', create: () => Promise.resolve(new LimiterFixture()) },
  { name: 'PostgreSQL', create: postgresFixture },
];
