import * as l10n from '@vscode/l10n';
import { isBuiltin } from 'node:module';
import process from 'node:process';
import { workerData } from 'node:worker_threads';
import { EngineError } from '../../engine/errors.ts';
import { LimitsFileError, parseLimits } from '../../engine/limiter/limits/parseLimits.ts';
import { openLimiter } from '../../engine/limiter/openLimiter.ts';
import type { PostgresSettings } from '../../engine/store/postgres/connection.ts';
import type { Limiter, LimitsProblem } from '../../protocol/limiter.ts';
import { settingOf } from '../settings/settingNames.ts';
import { EngineHost } from './engineHost.ts';
import { HostConnection } from './hostConnection.ts';
import { checkLimitsRequest, limiterRequest, type LimiterCall, type LimiterLocation } from './limiterRpc.ts';
import type { WorkerData } from './workerRpc.ts';

/*
 * A thread of its own beside the engine's: a transaction may wait for those of other processes, and a
 * script that wants to call a provider must not wait for an export that is being saved.
 */

const host = new HostConnection(workerData as WorkerData);

/** Opens at the first call, and once. */
class LazyLimiter {
  readonly limiter: Promise<Limiter>;

  constructor(location: LimiterLocation) {
    this.limiter = open(location);
  }

  async close(): Promise<void> {
    // One that could not be opened has told its caller.
    const limiter = await this.limiter.catch(() => null);
    await limiter?.close();
  }
}

async function open({ workspace, path, postgres: database }: LimiterLocation): Promise<Limiter> {
  if (!isBuiltin('node:sqlite')) {
    throw new EngineError(
      'limits.unsupported',
      l10n.t('This version of VS Code (Node {0}) comes without SQLite, which rate limits need.', process.versions.node),
      {
        hint: l10n.t(
          'Update VS Code. Scripts that run on Node 22.13 or newer, or in Python, are limited all the same.',
        ),
      },
    );
  }
  const postgres = database === null ? null : await postgresSettings(workspace, database);
  return openLimiter({ path, log: host.log, ...(postgres === null ? {} : { postgres }) });
}

async function postgresSettings(
  workspace: string,
  database: NonNullable<LimiterLocation['postgres']>,
): Promise<PostgresSettings | null> {
  const { parseConfig } = await import('../../engine/config/config.ts');
  return parseConfig({ workspace, database }, settingOf).database.postgres;
}

/** The types were checked where the call was made. */
async function perform(limiter: Limiter, { method, request }: LimiterCall, signal: AbortSignal): Promise<unknown> {
  const call = limiter[method].bind(limiter) as (request: unknown, signal: AbortSignal) => Promise<unknown>;
  return (await call(request ?? undefined, signal)) ?? null;
}

function check(text: string, file: string): LimitsProblem | null {
  try {
    parseLimits(text, file);
    return null;
  } catch (error) {
    if (error instanceof LimitsFileError) {
      return error.problem;
    }
    throw error;
  }
}

const limiters = new EngineHost((location: LimiterLocation) => new LazyLimiter(location));
host.answer(limiterRequest, (call, signal) =>
  limiters.run(call.location, async ({ limiter }) => perform(await limiter, call, signal)),
);
host.answer(checkLimitsRequest, ({ file, text }) => Promise.resolve(check(text, file)));
host.listen(() => limiters.close());
