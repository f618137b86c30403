import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Limiter } from '../../../protocol/limiter.ts';
import type { Cli, GlobalOptions } from '../../cli.ts';
import { diagnosticsLog } from '../../diagnostics.ts';
import { requireRuntime } from '../../session.ts';

/** Also set in the editor's terminals, and read by the Python client. */
const pathVariable = 'LANGFUSE_METRICS_RATE_LIMITS_PATH';

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
  const limiter = await openLimiter({ path: limiterPath(cli, flags), log });
  try {
    return await work(limiter);
  } finally {
    await limiter.close();
  }
}

/**
 * Scripts run in any folder of a workspace: without a flag or a variable, it is the nearest folder
 * upwards that has a .langfuse, else the current one.
 */
function limiterPath(cli: Cli, flags: GlobalOptions): string {
  const stated = flags.db ?? (flags.workspace === undefined ? cli.environment[pathVariable] : undefined);
  if (stated !== undefined && stated !== '') {
    return path.resolve(cli.workingDirectory, stated);
  }
  const workspace =
    flags.workspace === undefined
      ? (nearestWorkspace(cli.workingDirectory) ?? cli.workingDirectory)
      : path.resolve(cli.workingDirectory, flags.workspace);
  return path.join(workspace, '.langfuse', 'rate_limits.db');
}

function nearestWorkspace(folder: string): string | null {
  if (existsSync(path.join(folder, '.langfuse'))) {
    return folder;
  }
  const parent = path.dirname(folder);
  return parent === folder ? null : nearestWorkspace(parent);
}
