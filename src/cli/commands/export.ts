import * as l10n from '@vscode/l10n';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { EngineError } from '../../engine/errors.ts';
import type { ExportRequest } from '../../protocol/engine.ts';
import { printJson, type Cli, type GlobalOptions } from '../cli.ts';
import { exitCodes } from '../exitCodes.ts';
import { exportSummary } from '../exportSummary.ts';
import { evaluateNewAlerts } from '../newAlerts.ts';
import { ProgressDisplay } from '../progress.ts';
import { withSession } from '../session.ts';
import { parseTime } from '../times.ts';

interface ExportFlags extends GlobalOptions {
  readonly hours?: number;
  readonly startTime?: string;
  readonly endTime?: string;
}

export function addExportCommand(program: Command, cli: Cli): void {
  program
    .command('export')
    .description(l10n.t('export traces, observations, scores and prompts from Langfuse into the database'))
    .addOption(
      new Option('--hours <number>', l10n.t('export the last hours (before --end-time, if given)'))
        .argParser(parseHours)
        .conflicts('startTime'),
    )
    .option('--start-time <time>', l10n.t('export what started at this time or later'))
    .option('--end-time <time>', l10n.t('… and before this time (default, and at most: now)'))
    .addHelpText(
      'after',
      `\n${l10n.t(
        'Times are ISO 8601: 2026-01-31T09:00:00Z, 2026-01-31T09:00+01:00; without a zone, local time; a date alone is its local midnight.',
      )}\n${l10n.t('Without a range, the export goes on where the last one ended.')}`,
    )
    .action(async (_options: object, command: Command) => {
      const flags = command.optsWithGlobals<ExportFlags>();
      const range = exportRange(flags, cli.clock.now());
      const progress = new ProgressDisplay(cli.diagnostics, cli.clock, cli.locale);
      const report = await cli
        .untilInterrupted((signal) =>
          withSession(
            cli,
            flags,
            { purpose: 'export', needsKeys: true, timestamps: false },
            async ({ engine, log }) => {
              const exported = await engine
                .export({ trigger: 'cli', range }, (event) => progress.show(event), signal)
                .finally(() => progress.end());
              if (exported.status === 'completed') {
                await evaluateNewAlerts(engine, log, signal);
              }
              return exported;
            },
          ),
        )
        .finally(() => progress.end());
      if (flags.json) {
        printJson(cli, report);
      } else {
        cli.stdout.write(`${exportSummary(report, cli.locale)}\n`);
      }
      cli.finish(report.status === 'cancelled' ? exitCodes.interrupted : exitCodes.done);
    });
}

/** The range that the flags ask for; null when they ask for none. @throws EngineError config.invalid */
export function exportRange(flags: ExportFlags, now: number): ExportRequest['range'] {
  const end = flags.endTime === undefined ? null : parseTime(flags.endTime, '--end-time');
  if (flags.startTime !== undefined) {
    return { start: parseTime(flags.startTime, '--start-time'), end };
  }
  if (flags.hours !== undefined) {
    const endsAt = Math.min(end === null ? now : Date.parse(end), now);
    return { start: new Date(endsAt - flags.hours * 3_600_000).toISOString(), end };
  }
  if (end !== null) {
    throw new EngineError('config.invalid', l10n.t('--end-time needs --start-time or --hours.'));
  }
  return null;
}

function parseHours(text: string): number {
  const hours = Number(text);
  if (!(hours > 0 && hours <= 1_000_000)) {
    throw new InvalidArgumentError(l10n.t('Expected a number above 0.'));
  }
  return hours;
}
