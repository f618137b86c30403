import * as l10n from '@vscode/l10n';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { EngineError } from '../engine/errors.ts';
import { limiterFileOf, nearestWorkspace } from '../engine/limiter/limiterPath.ts';
import { openLimiter } from '../engine/limiter/openLimiter.ts';
import { silentLog } from '../engine/ports.ts';
import type { Limiter } from '../protocol/limiter.ts';
import { pathVariable } from '../protocol/scripts.ts';

/** Options of `openRateLimiter`. */
export interface RateLimiterOptions {
  /**
   * The rate limit database; `rate-limits.json` lies beside it. Absent: what
   * LANGFUSE_METRICS_RATE_LIMITS_PATH names, else `.langfuse/rate_limits.db` in the nearest folder
   * upwards that has a `.langfuse`, else in the current folder.
   */
  readonly path?: string;
  /** Told when the limits file is broken and the last good one stays in force. Default: nobody. */
  readonly onWarning?: (message: string) => void;
}

/**
 * The limiter that every script of the workspace shares, in this process: no server, no other program.
 * Runs on Node 22.13 or newer. Times are seconds unless a name says milliseconds.
 *
 * ```ts
 * const limiter = await openRateLimiter();
 * const call = await limiter.acquire({ provider: 'openai', model: 'gpt-4o-mini', tokens: 900, waitSeconds: 60 });
 * if (call.granted) {
 *   const answer = await ask();
 *   await limiter.report({ reservation: call.reservation, tokens: answer.usage.total_tokens });
 * }
 * await limiter.close();
 * ```
 *
 * - `acquire` takes one call under all of its limits, or none of them; `report` settles it with what was
 *   used. A call that is never reported counts at its estimate once its lease ends.
 * - `schedule`, `next`, `complete` and `fail` are the durable queue.
 * - `status`, `limits`, `pause`, `resume` and `reset` look at and steer what all scripts share.
 *
 * Every method fails with an Error whose `code` is `limits.…` for what cannot be done and `database.…`
 * for the file behind it.
 */
export async function openRateLimiter(options: RateLimiterOptions = {}): Promise<Limiter> {
  if (!isBuiltin('node:sqlite')) {
    throw new EngineError('limits.unsupported', l10n.t('Node {0} is too old.', process.versions.node), {
      hint: l10n.t('Install Node 22.13 or newer.'),
    });
  }
  const { onWarning = () => undefined } = options;
  const stated = options.path ?? process.env[pathVariable] ?? '';
  const file = stated === '' ? limiterFileOf(nearestWorkspace(process.cwd())) : path.resolve(stated);
  return openLimiter({ path: file, log: { ...silentLog, warn: onWarning } });
}
