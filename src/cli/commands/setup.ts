import * as l10n from '@vscode/l10n';
import type { Command } from 'commander';
import type { SetupResult } from '../../protocol/engine.ts';
import { printJson, type Cli, type GlobalOptions } from '../cli.ts';
import { exitCodes } from '../exitCodes.ts';
import { withSession } from '../session.ts';

export function addSetupCommand(program: Command, cli: Cli): void {
  program
    .command('setup')
    .description(l10n.t('create the metrics database, or bring it up to date'))
    .action(async (_options: object, command: Command) => {
      const flags = command.optsWithGlobals<GlobalOptions>();
      const result = await cli.untilInterrupted((signal) =>
        withSession(cli, flags, { purpose: 'setup', needsKeys: false, timestamps: false }, ({ engine }) =>
          engine.setup(signal),
        ),
      );
      if (flags.json) {
        printJson(cli, result);
      } else {
        cli.stdout.write(`${describe(result)}\n`);
      }
      cli.finish(exitCodes.done);
    });
}

function describe({ location, created, migrations }: SetupResult): string {
  if (created) {
    return l10n.t('Created {0}', location);
  }
  return migrations.length === 0
    ? l10n.t('Up to date: {0}', location)
    : l10n.t('Migrated {0}: {1}', location, migrations.join(', '));
}
