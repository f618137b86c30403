import type { ClientBase } from 'pg';
import type { Clock, Log } from '../../ports.ts';
import { resolveServer, type PostgresSettings } from '../../store/postgres/connection.ts';
import { Connections } from '../../store/postgres/connections.ts';
import { postgresError } from '../../store/postgres/postgresErrors.ts';
import { rerun } from '../../store/postgres/rerun.ts';
import { transact, UnknownCommit } from '../../store/postgres/transact.ts';
import type { ClockSample } from '../clock.ts';
import type { LimiterBackend, Step, Steps } from '../steps.ts';
import type { KnownPools } from '../pool.ts';
import { prepareTables } from './limiterTables.ts';
import { postgresStatement } from './postgresStatements.ts';
import { wakeChannel, WakeListener } from './wakeChannel.ts';

interface Opened {
  readonly connections: Connections;
  readonly listener: WakeListener;
  readonly location: string;
}

/**
 * The limiter over a server, for processes of any machine: their one clock is the server's. A pool is
 * locked by its row; whoever uses the queue takes turns.
 */
export class PostgresLimiterBackend implements LimiterBackend {
  readonly #settings: PostgresSettings;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #knownPools: KnownPools = new Map();
  #opened: Promise<Opened> | null = null;
  #answered = false;

  constructor(settings: PostgresSettings, clock: Clock, log: Log) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
  }

  async run<T>(make: (knownPools: KnownPools) => Steps<T>): Promise<T> {
    const { location } = await this.#open();
    const options = { clock: this.#clock, log: this.#log, location, isKnown: () => this.#answered, signal: undefined };
    try {
      return await rerun(options, () => this.#attempt(make));
    } catch (error) {
      throw postgresError(location, error);
    }
  }

  async sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    const { listener } = await this.#open();
    await listener.sleep(milliseconds, signal);
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => null);
    this.#opened = null;
    await opened?.listener.close();
    await opened?.connections.close();
  }

  async #attempt<T>(make: (knownPools: KnownPools) => Steps<T>): Promise<T> {
    const { connections, location } = await this.#open();
    const client = await connections.take();
    if (!this.#answered) {
      try {
        await prepareTables(client, location);
      } catch (error) {
        client.release(true);
        throw error;
      }
      this.#answered = true;
    }
    try {
      return await transact(client, 'BEGIN ISOLATION LEVEL READ COMMITTED', (inside) =>
        runSteps(inside, make(this.#knownPools)),
      );
    } catch (error) {
      this.#knownPools.clear();
      // Whether it was committed is not known. Run again it admits at most one call too few, until that one's lease ends.
      throw error instanceof UnknownCommit ? error.cause : error;
    }
  }

  #open(): Promise<Opened> {
    this.#opened ??= this.#connect();
    return this.#opened;
  }

  async #connect(): Promise<Opened> {
    const { client, location } = await resolveServer(this.#settings, 'rate-limit');
    const connections = new Connections(client, this.#log, () => undefined);
    return { connections, location, listener: new WakeListener(connections, this.#clock) };
  }
}

async function runSteps<T>(client: ClientBase, steps: Steps<T>): Promise<T> {
  let next = steps.next([]);
  while (next.done !== true) {
    next = steps.next(await runStep(client, next.value));
  }
  return next.value;
}

async function runStep(client: ClientBase, step: Step): Promise<readonly unknown[] | ClockSample> {
  if (step === 'clock') {
    return serverClock(client);
  }
  if (step === 'wake') {
    // Delivered when the transaction is committed.
    await client.query('SELECT pg_notify($1, current_schema())', [wakeChannel]);
    return [];
  }
  const [name, ...parameters] = step;
  const { rows } = await client.query<object>({ name, text: postgresStatement(name), values: parameters });
  return rows;
}

async function serverClock(client: ClientBase): Promise<ClockSample> {
  const { rows } = await client.query<{ now: number }>(
    'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
  );
  const now = rows[0]?.now ?? 0;
  return { wall: now, monotonic: now, slept: () => 0, boot: () => '' };
}
