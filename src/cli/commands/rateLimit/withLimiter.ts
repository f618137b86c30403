import path from 'node:path';
import { readEnvironment, readEnvironmentFile } from '../../../engine/config/environment.ts';
import { limiterFileOf, nearestWorkspace } from '../../../engine/limiter/limiterPath.ts';
import type { PostgresSettings } from '../../../engine/store/postgres/connection.ts';
import type { Limiter } from '../../../protocol/limiter.ts';
import { pathVariable } from '../../../protocol/scripts.ts';
import type { Cli, GlobalOptions } from '../../cli.ts';
import { diagnosticsLog } from '../../diagnostics.ts';
import { requireFolder, requireRuntime } from '../../session.ts';

/**
 * Opens the limiter as flags and environment say, and closes it after `work`.
 * @throws EngineError config.*, database.* and what `work` throws
 */
export async function withLimiter<T>(
  cli: Cli,
  flags: GlobalOptions,
  work: (limiter: Limiter) => Promise<T>,
): Promise<T> {
  requireRuntime();
  const log = diagnosticsLog(cli.diagnostics, { verbose: flags.verbose ?? false, prefix: () => '' });
  const { openLimiter } = await import('../../../engine/limiter/openLimiter.ts');
  const workspace = workspaceOf(cli, flags);
  await requireFolder(workspace);
  const postgres = await postgresSettings(cli, flags, workspace);
  const limiter = await openLimiter({
    path: limiterPath(cli, flags, workspace),
    log,
    ...(postgres === null ? {} : { postgres }),
  });
  try {
    return await work(limiter);
  } finally {
    await limiter.close();
  }
}

/** Null unless metrics are kept on a server. Only then is the whole configuration read, which takes longer. */
async function postgresSettings(cli: Cli, flags: GlobalOptions, workspace: string): Promise<PostgresSettings | null> {
  const { input, nameOf } = readEnvironment(cli.environment, await readEnvironmentFile(workspace), flags.backend);
  if (input.database?.backend === undefined || input.database.backend === 'sqlite') {
    return null;
  }
  const { parseConfig } = await import('../../../engine/config/config.ts');
  return parseConfig({ ...input, workspace }, nameOf).database.postgres;
}

function limiterPath(cli: Cli, flags: GlobalOptions, workspace: string): string {
  const stated = flags.db ?? (flags.workspace === undefined ? cli.environment[pathVariable] : undefined);
  return stated === undefined || stated === '' ? limiterFileOf(workspace) : path.resolve(cli.workingDirectory, stated);
}

/** Scripts run in any folder of a workspace. */
const workspaceOf = (cli: Cli, flags: GlobalOptions): string =>
  flags.workspace === undefined
    ? nearestWorkspace(cli.workingDirectory)
    : path.resolve(cli.workingDirectory, flags.workspace);
