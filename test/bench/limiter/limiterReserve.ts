import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { openLimiter } from '../../../src/engine/limiter/openLimiter.ts';
import { silentLog } from '../../../src/engine/ports.ts';

export interface Reserving {
  readonly reserve: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const plenty = 1_000_000_000;
const call = { provider: 'acme', model: 'm', tokens: 10 };

/** Our limiter, far from its limits. */
export async function limiterReserve(folder: string): Promise<Reserving> {
  const limits = [{ provider: 'acme', model: 'm', requests: { minute: plenty }, tokens: { minute: plenty } }];
  mkdirSync(folder, { recursive: true });
  // Others read it at this moment: it is there as a whole, or not at all.
  const written = path.join(folder, `rate-limits.${process.pid}.json`);
  writeFileSync(written, JSON.stringify({ limits }));
  renameSync(written, path.join(folder, 'rate-limits.json'));
  const limiter = await openLimiter({ path: path.join(folder, 'rate_limits.db'), log: silentLog });
  return {
    reserve: async () => {
      const { granted } = await limiter.acquire(call);
      if (!granted) {
        throw new Error('Refused');
      }
    },
    close: () => limiter.close(),
  };
}

/**
 * What one writes first: the plan's counter of the minute, looked up by its key, checked and raised,
 * and a row for the reservation. It forgets nothing, waits for nobody and lets twice the limit pass
 * around the full minute.
 */
export function bareReserve(folder: string): Promise<Reserving> {
  mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(path.join(folder, 'bare.db'), { timeout: 10_000 });
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS counters (provider TEXT, model TEXT, tier TEXT, window_type TEXT, window_start INTEGER,
      request_count INTEGER, token_count INTEGER, UNIQUE (provider, model, tier, window_type, window_start));
    CREATE TABLE IF NOT EXISTS reservations (id INTEGER PRIMARY KEY, provider TEXT, model TEXT, reserved_at INTEGER,
      lease_until INTEGER, tokens INTEGER, settled INTEGER)`);
  const key = [call.provider, call.model, 'tier1', 'minute'] as const;
  const which = 'provider = ? AND model = ? AND tier = ? AND window_type = ? AND window_start = ?';
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const find = database.prepare(`SELECT request_count, token_count FROM counters WHERE ${which}`);
  const make = database.prepare('INSERT INTO counters VALUES (?, ?, ?, ?, ?, 0, 0)');
  const raise = database.prepare(
    `UPDATE counters SET request_count = request_count + 1, token_count = token_count + ? WHERE ${which}`,
  );
  const insert = database.prepare('INSERT INTO reservations VALUES (NULL, ?, ?, ?, ?, ?, 0)');
  const reserve = (): Promise<void> => {
    begin.run();
    const now = Date.now();
    const start = now - (now % 60_000);
    const row = find.get(...key, start);
    if (row === undefined) {
      make.run(...key, start);
    } else if (Number(row.request_count) >= plenty || Number(row.token_count) + call.tokens > plenty) {
      throw new Error('Refused');
    }
    raise.run(call.tokens, ...key, start);
    insert.run(call.provider, call.model, now, now + 600_000, call.tokens);
    commit.run();
    return Promise.resolve();
  };
  return Promise.resolve({
    reserve,
    close: () => {
      database.close();
      return Promise.resolve();
    },
  });
}
