import * as l10n from '@vscode/l10n';
import { InvalidArgumentError, Option, type Command } from 'commander';
import path from 'node:path';
import type { MoveProgress, MoveReport } from '../../protocol/engine.ts';
import { printJson, type Cli, type GlobalOptions } from '../cli.ts';
import { exitCodes } from '../exitCodes.ts';
import { withSession } from '../session.ts';

interface MigrateFlags extends GlobalOptions {
  readonly to: string;
  readonly from?: string;
  readonly days?: number;
}

const lineEveryMilliseconds = 5000;
const statusEveryMilliseconds = 100;

export function addMigrateCommand(program: Command, cli: Cli): void {
  program
    .command('migrate')
    .description(l10n.t('copy the metrics into another database and compare the two; the source stays as it is'))
    .requiredOption(
      '--to <address>',
      l10n.t('postgres://user:password@host:5432/database or sqlite:PATH; PGPASSWORD is read too'),
    )
    .option('--from <address>', l10n.t('… to copy from (default: the configured database)'))
    .addOption(
      new Option('--days <number>', l10n.t('only traces of the last days; prompts and runs go as a whole')).argParser(
        parseDays,
      ),
    )
    .addHelpText('after', `\n${l10n.t('Interrupted or failed: run it again, and it goes on with what is missing.')}`)
    .action(async (_options: object, command: Command) => {
      const flags = command.optsWithGlobals<MigrateFlags>();
      const request = {
        to: absolute(cli, flags.to),
        from: flags.from === undefined ? null : absolute(cli, flags.from),
        days: flags.days ?? null,
      };
      const report = await cli
        .untilInterrupted((signal) =>
          withSession(cli, flags, { purpose: 'migrate', needsKeys: false, timestamps: false }, ({ engine }) =>
            engine.move(request, progressDisplay(cli), signal),
          ),
        )
        .finally(() => cli.diagnostics.status(''));
      if (flags.json) {
        printJson(cli, report);
      } else {
        cli.stdout.write(await summary(report, cli.locale));
      }
      cli.finish(report.status === 'completed' ? exitCodes.done : exitCodes.failed);
    });
}

/** Files are named from where the command runs, wherever the workspace is. */
function absolute(cli: Cli, address: string): string {
  const file = /^sqlite:(.+)$/.exec(address)?.[1];
  return file === undefined ? address : `sqlite:${path.resolve(cli.workingDirectory, file)}`;
}

/** Rewritten in place on a terminal, else a line every few seconds. */
function progressDisplay({ diagnostics, clock, locale }: Cli): (progress: MoveProgress) => void {
  const numbers = new Intl.NumberFormat(locale);
  let shownAt = -Infinity;
  return ({ phase, table, rows, total, fraction }) => {
    if (clock.now() - shownAt < (diagnostics.showsStatus ? statusEveryMilliseconds : lineEveryMilliseconds)) {
      return;
    }
    shownAt = clock.now();
    const of = [table, `${Math.floor(fraction * 100)} %`, numbers.format(rows), numbers.format(total)] as const;
    const text =
      phase === 'copying'
        ? l10n.t('Copying {0} · {1} · {2} of {3} rows', ...of)
        : l10n.t('Comparing {0} · {1} · {2} of {3} rows', ...of);
    if (diagnostics.showsStatus) {
      diagnostics.status(text);
    } else {
      diagnostics.line(text);
    }
  };
}

async function summary({ from, to, tables, status }: MoveReport, locale: string): Promise<string> {
  const { formatTable } = await import('../formatTable.ts');
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
  const columns = [l10n.t('table'), l10n.t('rows'), l10n.t('copied'), l10n.t('newer there'), l10n.t('sums'), ''];
  const rows = tables.map((table) => [
    table.table,
    table.rows,
    table.copied,
    table.newer,
    Object.entries(table.sums)
      .map(([column, sum]) => `${column} ${numbers.format(sum.source)}`)
      .join(', '),
    table.verified ? l10n.t('verified') : l10n.t('DIFFERS'),
  ]);
  const differing = tables.filter((table) => !table.verified).map(({ table }) => table);
  const verdict =
    status === 'completed'
      ? l10n.t('Moved and verified: {0} to {1}. The source is unchanged.', from, to)
      : l10n.t('{0} differs from {1} in: {2}. Run the command again.', to, from, differing.join(', '));
  return `${formatTable({ columns, rows, truncated: false }, '')}\n${verdict}\n`;
}

function parseDays(text: string): number {
  const days = Number(text);
  if (!(days > 0 && days <= 100_000)) {
    throw new InvalidArgumentError(l10n.t('Expected a number above 0.'));
  }
  return days;
}
