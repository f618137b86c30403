import * as l10n from '@vscode/l10n';
import type { Command } from 'commander';
import { styleText } from 'node:util';
import type { AlertReport, AlertState } from '../../protocol/analytics.ts';
import { printJson, type Cli, type GlobalOptions } from '../cli.ts';
import { exitCodes, type ExitCode } from '../exitCodes.ts';
import { withSession } from '../session.ts';

export function addAlertsCommand(program: Command, cli: Cli): void {
  program
    .command('alerts')
    .description(l10n.t('evaluate the rules of .langfuse/alerts.json now'))
    .addHelpText(
      'after',
      `\n${l10n.t('Ends with 1 when an alert fires, and with 2 when none does but a rule is broken.')}`,
    )
    .action(async (_options: object, command: Command) => {
      const flags = command.optsWithGlobals<GlobalOptions>();
      const report = await cli.untilInterrupted((signal) =>
        withSession(cli, flags, { purpose: 'alerts', needsKeys: false, timestamps: false }, ({ engine }) =>
          engine.evaluateAlerts(signal),
        ),
      );
      if (flags.json) {
        printJson(cli, report);
      } else {
        cli.stdout.write(formatAlerts(report));
      }
      cli.finish(exitCodeOf(report));
    });
}

function exitCodeOf({ alerts }: AlertReport): ExitCode {
  if (alerts.some(({ state }) => state === 'firing')) {
    return exitCodes.failed;
  }
  return alerts.some(({ state }) => state === 'invalid') ? exitCodes.wrongUsage : exitCodes.done;
}

/** A line an alert: its state, its name, how things stand. Colours only where the terminal shows them. */
function formatAlerts({ alerts, fired }: AlertReport): string {
  if (alerts.length === 0) {
    return `${l10n.t('No alert rules. Write them in .langfuse/alerts.json.')}\n`;
  }
  const names: Readonly<Record<AlertState['state'], string>> = {
    firing: l10n.t('firing'),
    ok: l10n.t('ok'),
    noData: l10n.t('no data'),
    invalid: l10n.t('broken'),
  };
  const width = Math.max(...Object.values(names).map(({ length }) => length));
  const lines = alerts.map(({ id, state, title, message }) => {
    const text = state === 'invalid' ? message : `${title}: ${message}`;
    const news = fired.includes(id) ? ` (${l10n.t('new')})` : '';
    return `${styleText(colours[state], names[state].padEnd(width))}  ${text}${news}`;
  });
  return `${lines.join('\n')}\n`;
}

const colours = { firing: 'red', ok: 'green', noData: 'dim', invalid: 'yellow' } as const;
