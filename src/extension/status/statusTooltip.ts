import * as l10n from '@vscode/l10n';
import type { BackgroundState } from '../../engine/export/background.ts';
import { progressText } from '../exports/exportTexts.ts';
import type { NodeContext } from '../trees/treeNode.ts';
import type { Spent } from './spending.ts';
import { lastFailure, type StatusInput } from './statusInput.ts';

/** Everything that the item has no room for, as plain lines. */
export function statusTooltip(input: StatusInput, context: NodeContext): readonly string[] {
  const { project, database, running, background, lastExportAt, spent } = input;
  const { numbers, times, now } = context;
  const failure = lastFailure(background, lastExportAt);
  return [
    ...(project === null ? [] : [l10n.t('Langfuse project: {0}', project)]),
    ...(spent === null ? [] : moneyLines(spent, context)),
    databaseLine(database),
    ...(running?.progress == null ? [] : [progressText(running.progress, numbers)]),
    lastExportAt === null
      ? l10n.t('Last export: none yet')
      : l10n.t(
          'Last export: {0}, {1} ago ({2})',
          times.recent(lastExportAt, now),
          numbers.span(now - lastExportAt),
          utc(lastExportAt),
        ),
    ...(running === null ? [nextLine(background, context)] : []),
    ...(failure === null ? [] : [l10n.t('Last failure: {0}', failure.message)]),
  ];
}

function moneyLines(spent: Spent, { numbers, times, now }: NodeContext): readonly string[] {
  const { todayUsd, todayMissing, monthToDateUsd, callsWithoutCost, forecast, monthEnd } = spent;
  const unknown = todayMissing === 'noCost' ? l10n.t('no price') : l10n.t('not exported yet');
  // The month ends when the next one begins; people name its last day.
  const lastDay = times.day(Date.parse(monthEnd) - 1, now);
  return [
    l10n.t('Today: {0}', todayUsd === null ? unknown : numbers.money(todayUsd)),
    ...(monthToDateUsd === null ? [] : [l10n.t('This month: {0}', numbers.money(monthToDateUsd))]),
    ...(callsWithoutCost === 0 ? [] : [l10n.t('Calls without price: {0}', numbers.count(callsWithoutCost))]),
    ...(forecast === null
      ? []
      : [
          l10n.t(
            'Expected by {0}: {1} (80 % interval {2} to {3})',
            lastDay,
            numbers.money(forecast.costUsd),
            numbers.money(forecast.low),
            numbers.money(forecast.high),
          ),
        ]),
  ];
}

function databaseLine({ backend, location }: StatusInput['database']): string {
  const name = backend === 'postgres' ? 'PostgreSQL' : 'SQLite';
  return l10n.t('Database: {0}, {1}', name, location ?? l10n.t('not connected'));
}

function nextLine(background: BackgroundState, { numbers, times, now }: NodeContext): string {
  switch (background.kind) {
    case 'waiting':
      return l10n.t(
        'Next export: {0}, in {1} ({2})',
        times.recent(background.nextAt, now),
        numbers.span(background.nextAt - now),
        utc(background.nextAt),
      );
    case 'paused':
      return l10n.t('Next export: when the keys are set again');
    case 'stopped':
      return l10n.t('Next export: only by command, the background export is off');
    case 'running':
      return l10n.t('Next export: now');
  }
}

function utc(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
