import type { Client } from 'pg';
import type { Clock } from '../../ports.ts';
import type { Connections } from '../../store/postgres/connections.ts';
import { Sleepers } from '../sleepers.ts';

/** In a channel's name, schemas are told apart by the payload. */
export const wakeChannel = 'langfuse_metrics_limits';

/** Sleep that a notification from any client of the server ends. */
export class WakeListener {
  readonly #connections: Connections;
  readonly #sleepers: Sleepers;
  #client: Promise<Client> | null = null;

  constructor(connections: Connections, clock: Clock) {
    this.#connections = connections;
    this.#sleepers = new Sleepers(clock);
  }

  async sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    // Without a listener the longest sleep holds; the next one tries again.
    await this.#listen().catch(() => (this.#client = null));
    await this.#sleepers.sleep(milliseconds, signal);
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => null);
    this.#client = null;
    await client?.end().catch(() => undefined);
  }

  #listen(): Promise<Client> {
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<Client> {
    const client = await this.#connections.dedicated('langfuse-metrics rate-limit');
    client.on('notification', () => this.#sleepers.wake());
    client.on('end', () => (this.#client = null));
    await client.query(`LISTEN ${wakeChannel}`);
    return client;
  }
}
