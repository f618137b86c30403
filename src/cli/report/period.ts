import * as l10n from '@vscode/l10n';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { EngineError } from '../../engine/errors.ts';
import type { Scope } from '../../protocol/scope.ts';
import type { GlobalOptions } from '../cli.ts';
import { parseTime } from '../times.ts';

const dayMilliseconds = 86_400_000;
const defaultDays = 7;

/** Flags that every report takes. */
export interface ReportFlags extends GlobalOptions {
  readonly csv?: true;
  readonly days?: number;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly project?: string;
}

/** Declares the flags that say which time and project a report is about, and how it is written. */
export function withReportOptions(command: Command, usualDays = defaultDays): Command {
  return command
    .addOption(
      new Option('--days <number>', l10n.t('the last so many days (default: {0})', usualDays)).argParser(parseDays),
    )
    .option('--start-time <time>', l10n.t('from this ISO 8601 time on'))
    .option('--end-time <time>', l10n.t('up to this ISO 8601 time (default: now)'))
    .option('--project <id>', l10n.t('only this Langfuse project (default: all in the database)'))
    .option('--csv', l10n.t('print the rows as CSV'));
}

/**
 * What the flags ask about.
 * @param now milliseconds since the epoch
 * @param usualDays what they mean when they name no time
 * @throws EngineError config.invalid for flags that contradict each other
 */
export function scopeOf(flags: ReportFlags, now: number, usualDays = defaultDays): Scope {
  const { days, startTime, endTime, project } = flags;
  if (days !== undefined && startTime !== undefined) {
    throw new EngineError('config.invalid', l10n.t('--days and --start-time cannot be used together.'));
  }
  const end = endTime === undefined ? new Date(now).toISOString() : parseTime(endTime, '--end-time');
  const reach = (days ?? usualDays) * dayMilliseconds;
  const start =
    startTime === undefined ? new Date(Date.parse(end) - reach).toISOString() : parseTime(startTime, '--start-time');
  if (start >= end) {
    throw new EngineError('config.invalid', l10n.t('The period ends before it begins: {0} to {1}.', start, end));
  }
  return { range: { start, end }, ...(project === undefined ? {} : { projectId: project }) };
}

function parseDays(value: string): number {
  const days = Number(value);
  if (value.trim() === '' || !Number.isFinite(days) || days <= 0 || days > 36_500) {
    throw new InvalidArgumentError(l10n.t('Expected a number of days above 0.'));
  }
  return days;
}
