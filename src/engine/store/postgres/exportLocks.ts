import * as l10n from '@vscode/l10n';
import type { Client, ClientBase } from 'pg';
import { EngineError } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import type { ExportLock } from '../store.ts';
import { applicationName } from './connection.ts';
import type { Connections } from './connections.ts';

interface HeldLock {
  readonly projectId: string;
  client: Client;
  /** The advisory lock's number, as text: it has 64 bits. */
  key: string;
  /** The server process that holds it. */
  backend: number;
}

/**
 * "One exporter a project" as session advisory locks, each on a connection of its own: the server
 * frees a lock when its connection ends, however it ends. They need connections that keep their
 * session, so a pooler in transaction mode will not do.
 */
export class ExportLocks {
  readonly #connections: Connections;
  readonly #purpose: string;
  readonly #clock: Clock;
  readonly #held = new Set<HeldLock>();

  constructor(connections: Connections, purpose: string, clock: Clock) {
    this.#connections = connections;
    this.#purpose = purpose;
    this.#clock = clock;
  }

  /** @throws EngineError export.alreadyRunning that says who exports and since when */
  async acquire(projectId: string): Promise<ExportLock> {
    const held = await this.#lock(projectId);
    this.#held.add(held);
    return {
      release: async () => {
        if (this.#held.delete(held)) {
          await end(held.client);
        }
      },
    };
  }

  /**
   * Call at the start of each write transaction. A lock whose connection broke (the server was
   * restarted, say) is taken again; until then another exporter may have worked, which is harmless:
   * rows are merged by their age. Two at once for longer would only spend the server's quota twice.
   * @throws EngineError export.alreadyRunning when another exporter has the lock now
   */
  async assertHeld(client: ClientBase): Promise<void> {
    for (const held of this.#held) {
      if (!(await isHeld(client, held))) {
        await end(held.client);
        Object.assign(held, await this.#lock(held.projectId));
      }
    }
  }

  async releaseAll(): Promise<void> {
    const held = [...this.#held];
    this.#held.clear();
    await Promise.all(held.map(({ client }) => end(client)));
  }

  async #lock(projectId: string): Promise<HeldLock> {
    const client = await this.#connections.dedicated(applicationName(this.#purpose, this.#clock.now()));
    try {
      const { rows } = await client.query<{ key: string; held: 0 | 1; backend: number }>(
        `SELECT key::text, pg_try_advisory_lock(key) AS held, pg_backend_pid() AS backend
         FROM (SELECT hashtextextended('langfuse-metrics export ' || current_schema() || ' ' || $1, 0) AS key OFFSET 0) AS lock`,
        [projectId],
      );
      const [lock] = rows;
      if (lock?.held !== 1) {
        throw alreadyRunning(describe(await holderOf(client, lock?.key ?? '0')));
      }
      return { projectId, client, key: lock.key, backend: lock.backend };
    } catch (error) {
      await end(client);
      throw error;
    }
  }
}

/** pg_locks shows a 64-bit advisory lock as its two halves. */
const ofThisKey = `locktype = 'advisory' AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid = (($1::bigint >> 32) & 4294967295)::oid AND objid = ($1::bigint & 4294967295)::oid`;

async function isHeld(client: ClientBase, { key, backend }: HeldLock): Promise<boolean> {
  const { rowCount } = await client.query(`SELECT FROM pg_locks WHERE ${ofThisKey} AND granted AND pid = $2`, [
    key,
    backend,
  ]);
  return rowCount === 1;
}

/** The application name of the session that holds the lock; null when it has just let go. */
async function holderOf(client: ClientBase, key: string): Promise<string | null> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE ${ofThisKey} AND granted`,
    [key],
  );
  return rows[0]?.name ?? null;
}

/** One phrase for messages, from what applicationName wrote. */
function describe(name: string | null): string {
  const match = /^langfuse-metrics (\S+) (\d+)@(\S+) since (\S+)$/.exec(name ?? '');
  if (match === null) {
    return name ?? l10n.t('another process');
  }
  const [, purpose = '', pid = '', host = '', since = ''] = match;
  return l10n.t('process {0} on {1} ({2}), since {3}', pid, host, purpose, since);
}

const alreadyRunning = (holder: string): EngineError =>
  new EngineError('export.alreadyRunning', l10n.t('An export of this project is already running: {0}.', holder), {
    hint: l10n.t('Wait until it has ended, or cancel it there.'),
  });

/** Ends a connection that may be broken already. */
async function end(client: Client): Promise<void> {
  await client.end().catch(() => undefined);
}
