import * as l10n from '@vscode/l10n';
import { stat } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import type { EngineConfig } from '../engine/config/config.ts';
import { EngineError } from '../engine/errors.ts';
import type { Log } from '../engine/ports.ts';
import type { Engine } from '../protocol/engine.ts';
import type { Cli, GlobalOptions } from './cli.ts';
import { diagnosticsLog } from './diagnostics.ts';

export interface SessionOptions {
  /** What other processes that wait for this one are told. */
  readonly purpose: string;
  /** Refuses to start without Langfuse keys. */
  readonly needsKeys: boolean;
  /** Log lines carry the time. */
  readonly timestamps: boolean;
}

export interface Session {
  readonly config: EngineConfig;
  readonly engine: Engine;
  readonly log: Log;
}

/**
 * Opens the engine as flags, environment and `.env` say, and closes it after `work`. The engine and
 * its libraries are loaded here, not before: `--help` needs none of them.
 * @throws EngineError config.* and what `work` throws
 */
export async function withSession<T>(
  cli: Cli,
  flags: GlobalOptions,
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  requireRuntime();
  const config = await loadConfig(cli, flags, options.needsKeys);
  const log = diagnosticsLog(cli.diagnostics, {
    verbose: flags.verbose ?? false,
    prefix: options.timestamps ? () => `${new Date(cli.clock.now()).toISOString()} ` : () => '',
  });
  const { openEngine } = await import('../engine/engine.ts');
  const engine = openEngine({
    config,
    log,
    clock: cli.clock,
    fetch: cli.fetch,
    purpose: options.purpose,
    language: cli.locale,
    ...(cli.wasmPath === undefined ? {} : { wasmPath: cli.wasmPath }),
  });
  try {
    return await work({ config, engine, log });
  } finally {
    await engine.close();
  }
}

/** Node's own SQLite keeps the locks; older versions lack it, or hide it behind a flag. */
export function requireRuntime(): void {
  if (!isBuiltin('node:sqlite')) {
    throw new EngineError('config.invalid', l10n.t('Node {0} is too old.', process.versions.node), {
      hint: l10n.t('Install Node 22.13 or newer.'),
    });
  }
}

async function loadConfig(cli: Cli, flags: GlobalOptions, needsKeys: boolean): Promise<EngineConfig> {
  const { readEnvironment, readEnvironmentFile } = await import('../engine/config/environment.ts');
  const { parseConfig } = await import('../engine/config/config.ts');
  const workspace = path.resolve(cli.workingDirectory, flags.workspace ?? '');
  await requireFolder(workspace);
  const { input, nameOf, missingKeys } = readEnvironment(
    cli.environment,
    await readEnvironmentFile(workspace),
    flags.backend,
  );
  if (needsKeys && missingKeys.length > 0) {
    throw new EngineError('config.missingKeys', l10n.t('Not set: {0}.', missingKeys.join(', ')), {
      hint: l10n.t(
        'Set them in the environment or in {0}. A project’s keys are made in its settings in Langfuse.',
        path.join(workspace, '.env'),
      ),
    });
  }
  const database = flags.db === undefined ? {} : { path: path.resolve(cli.workingDirectory, flags.db) };
  return parseConfig({ ...input, workspace, database: { ...input.database, ...database } }, (configPath) =>
    configPath === 'database.path' && flags.db !== undefined ? '--db' : nameOf(configPath),
  );
}

/** @throws EngineError config.invalid */
export async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) {
    throw new EngineError('config.invalid', l10n.t('There is no folder {0}.', folder), {
      hint: l10n.t('Name an existing folder with --workspace.'),
    });
  }
}
