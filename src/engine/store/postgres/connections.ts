import type { Client, ClientBase, ClientConfig, Pool, PoolClient } from 'pg';
import type { Log } from '../../ports.ts';

/** One for writing, one for reading, one to cancel what runs too long. */
const poolSize = 3;
const idleMilliseconds = 30_000;
/** No statement of ours takes minutes: what does hangs, and holds others up. */
const statementMilliseconds = 300_000;

/**
 * What every session is told first. Answers must not depend on the role's own time zone and formats;
 * a client that is silent in mid-transaction, or gone without a goodbye, must not keep its locks
 * (PostgreSQL would otherwise notice a vanished machine after two hours).
 */
const sessionSettings = `
  SET TIME ZONE 'UTC'; SET datestyle = 'ISO, MDY'; SET extra_float_digits = 1; SET bytea_output = 'hex';
  SET statement_timeout = ${statementMilliseconds}; SET idle_in_transaction_session_timeout = ${statementMilliseconds};
  SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3`;

/** Connections to one server: a pool, and single ones for locks. Loads the driver at the first use. */
export class Connections {
  readonly #config: ClientConfig;
  readonly #log: Log;
  readonly #onConnected: () => void;
  readonly #prepared = new WeakSet<ClientBase>();
  #pool: Promise<Pool> | null = null;

  /** @param onConnected called whenever the server has let a connection in */
  constructor(config: ClientConfig, log: Log, onConnected: () => void) {
    this.#config = config;
    this.#log = log;
    this.#onConnected = onConnected;
  }

  async take(): Promise<PoolClient> {
    this.#pool ??= this.#open();
    const client = await (await this.#pool).connect();
    if (!this.#prepared.has(client)) {
      try {
        await this.#prepare(client);
      } catch (error) {
        client.release(true);
        throw error;
      }
    }
    return client;
  }

  /** A connection outside the pool; whoever asks for it ends it. */
  async dedicated(applicationName: string): Promise<Client> {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ ...this.#config, application_name: applicationName });
    try {
      await client.connect();
      await this.#prepare(client);
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    const pool = await this.#pool;
    this.#pool = null;
    await pool?.end();
  }

  async #open(): Promise<Pool> {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({
      ...this.#config,
      max: poolSize,
      idleTimeoutMillis: idleMilliseconds,
    });
    pool.on('error', () => undefined);
    return pool;
  }

  async #prepare(client: ClientBase): Promise<void> {
    this.#onConnected();
    // A connection that breaks while nobody waits for it is an event, without a listener the end of
    // the process; its next user is told.
    client.on('error', (error) => {
      this.#log.debug(`A database connection broke: ${error.message}`);
    });
    await client.query(sessionSettings);
    this.#prepared.add(client);
  }
}
