import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Limiter } from '../../protocol/limiter.ts';
import type { Log } from '../ports.ts';
import { writeGitignore } from '../store/sqlite/gitignore.ts';
import { LimitsSource } from './limits/limitsSource.ts';
import type { LimiterClock } from './ports.ts';
import { SharedLimiter } from './sharedLimiter.ts';
import { SqliteLimiterBackend } from './sqlite/sqliteLimiterBackend.ts';
import { machineClock } from './systemClock.ts';

export interface LimiterOptions {
  /** Absolute path of the rate limit database. */
  readonly path: string;
  readonly log: Log;
  /** Only tests have another one than the machine's. */
  readonly clock?: LimiterClock;
}

/** The limiter over a file, with the limits of `rate-limits.json` beside it. */
export async function openLimiter({ path: file, log, clock = machineClock }: LimiterOptions): Promise<Limiter> {
  const folder = path.dirname(file);
  if (!existsSync(path.join(folder, '.gitignore'))) {
    await mkdir(folder, { recursive: true });
    await writeGitignore(file, false);
  }
  const backend = new SqliteLimiterBackend(file, clock, log);
  return new SharedLimiter(backend, new LimitsSource(limitsFileBeside(file), backend, log), clock);
}

const limitsFileBeside = (database: string): string => path.join(path.dirname(database), 'rate-limits.json');
