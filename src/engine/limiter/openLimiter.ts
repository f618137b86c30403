import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Limiter } from '../../protocol/limiter.ts';
import type { Log } from '../ports.ts';
import type { PostgresSettings } from '../store/postgres/connection.ts';
import { writeGitignore } from '../store/sqlite/gitignore.ts';
import { LimitsSource } from './limits/limitsSource.ts';
import type { LimiterClock } from './ports.ts';
import { PostgresLimiterBackend } from './postgres/postgresLimiterBackend.ts';
import { SharedLimiter } from './sharedLimiter.ts';
import { SqliteLimiterBackend } from './sqlite/sqliteLimiterBackend.ts';
import type { LimiterBackend } from './steps.ts';
import { machineClock } from './systemClock.ts';

export interface LimiterOptions {
  /** Absolute path of the rate limit database; `rate-limits.json` lies beside it. */
  readonly path: string;
  /** In place of the file. */
  readonly postgres?: PostgresSettings;
  readonly log: Log;
  /** Only tests have another one than the machine's. */
  readonly clock?: LimiterClock;
}

/** The limiter over a file that the processes of this machine share, or over a server. Opens either at the first use. */
export async function openLimiter(options: LimiterOptions): Promise<Limiter> {
  const { log, clock = machineClock } = options;
  const folder = path.dirname(options.path);
  const backend = await openBackend(options, folder, clock);
  return new SharedLimiter(backend, new LimitsSource(path.join(folder, 'rate-limits.json'), backend, log), clock);
}

async function openBackend(
  { path: file, postgres, log }: LimiterOptions,
  folder: string,
  clock: LimiterClock,
): Promise<LimiterBackend> {
  if (postgres !== undefined) {
    return new PostgresLimiterBackend(postgres, clock, log);
  }
  if (!existsSync(path.join(folder, '.gitignore'))) {
    await mkdir(folder, { recursive: true });
    await writeGitignore(file, false);
  }
  return new SqliteLimiterBackend(file, clock, log);
}
