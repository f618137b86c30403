import * as l10n from '@vscode/l10n';
import type { Command } from 'commander';
import type { SetupResult } from '../../protocol/engine.ts';
import { printJson, type Cli, type GlobalOptions } from '../cli.ts';
import { exitCodes } from '../exitCodes.ts';
import { withSession } from '../session.ts';

interface SetupFlags extends GlobalOptions {
  readonly rebuildRollups?: true;
}

export function addSetupCommand(program: Command, cli: Cli): void {
  program
    .command('setup')
    .description(l10n.t('create the metrics database, or bring it up to date'))
    .option('--rebuild-rollups', l10n.t('compute the hourly and daily usage anew from all calls'))
    .action(async (_options: object, command: Command) => {
      const flags = command.optsWithGlobals<SetupFlags>();
      const result = await cli.untilInterrupted((signal) =>
        withSession(cli, flags, { purpose: 'setup', needsKeys: false, timestamps: false }, async ({ engine }) => {
          const setup = await engine.setup(signal);
          return flags.rebuildRollups ? { ...setup, rebuiltHours: (await engine.rebuildRollups(signal)).hours } : setup;
        }),
      );
      if (flags.json) {
        printJson(cli, result);
      } else {
        cli.stdout.write(`${describe(result)}\n`);
        if ('rebuiltHours' in result) {
          cli.stdout.write(`${l10n.t('Usage computed anew: {0} hours', result.rebuiltHours)}\n`);
        }
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
