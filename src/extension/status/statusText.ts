import * as l10n from '@vscode/l10n';
import type { DatabaseBackend } from '../../engine/config/backends.ts';
import type { BackgroundState } from '../../engine/export/background.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import { commandIds, type CommandId } from '../commands/commandIds.ts';
import type { RunningExport } from '../exports/exportController.ts';
import { progressText, rowsText } from '../exports/exportTexts.ts';
import { rowsOf, type Format } from '../format/format.ts';

export interface StatusInput {
  readonly hasKeys: boolean;
  /** Name of the Langfuse project; null without keys. */
  readonly project: string | null;
  /** Where metrics go; a location of null is a server that is not connected. */
  readonly database: { readonly backend: DatabaseBackend | null; readonly location: string | null };
  readonly running: RunningExport | null;
  readonly background: BackgroundState;
  /** Milliseconds since the Unix epoch; null when this workspace has no export yet. */
  readonly lastExportAt: number | null;
  readonly now: number;
}

export interface StatusLink {
  readonly title: string;
  readonly command: CommandId;
}

/** The item itself. */
interface StatusFace {
  /** A codicon's name. */
  readonly icon: string;
  readonly text: string;
  readonly command: CommandId | typeof showRuns;
  /** Coloured only when something must be done. */
  readonly urgent: boolean;
}

export interface StatusView extends StatusFace {
  /** Plain lines. */
  readonly tooltip: readonly string[];
  readonly links: readonly StatusLink[];
}

/** VS Code makes this command for every view. */
const showRuns = 'langfuseMetrics.runs.focus';

/** What the status bar says. Times are local, with UTC in the tooltip. */
export function statusView(input: StatusInput, format: Format): StatusView {
  if (!input.hasKeys) {
    return {
      ...face('plug', l10n.t('Connect Langfuse'), commandIds.setKeys),
      tooltip: [l10n.t('No Langfuse keys are set for this folder.')],
      links: [setKeysLink()],
    };
  }
  return { ...statusFace(input, format), tooltip: tooltipLines(input, format), links: statusLinks(input) };
}

function statusFace({ running, background, lastExportAt, now }: StatusInput, format: Format): StatusFace {
  if (running !== null) {
    return runningFace(running, format);
  }
  if (background.kind === 'paused') {
    return { ...face('error', l10n.t('Langfuse keys refused'), commandIds.setKeys), urgent: true };
  }
  if (lastFailure(background, lastExportAt) !== null) {
    return face('warning', l10n.t('Export failed'), commandIds.showLog);
  }
  const icon = background.kind === 'stopped' ? 'debug-pause' : 'graph-line';
  return lastExportAt === null
    ? face(icon, l10n.t('Not exported yet'), showRuns)
    : face(icon, l10n.t('Exported {0}', format.time(lastExportAt, now)), showRuns);
}

function runningFace({ progress }: RunningExport, format: Format): StatusFace {
  const waiting = progress?.waiting ?? null;
  if (waiting !== null) {
    return waiting.seconds === null
      ? face('watch', l10n.t('Export waiting'), showRuns)
      : face('watch', l10n.t('Export waiting {0}', format.wholeSeconds(waiting.seconds)), showRuns);
  }
  const rows = progress === null ? 0 : rowsOf(progress.counts);
  return face(
    'sync~spin',
    rows === 0 ? l10n.t('Exporting') : l10n.t('Exporting, {0}', rowsText(rows, format)),
    showRuns,
  );
}

function tooltipLines(input: StatusInput, format: Format): readonly string[] {
  const { project, database, running, background, lastExportAt, now } = input;
  const failure = lastFailure(background, lastExportAt);
  return [
    ...(project === null ? [] : [l10n.t('Langfuse project: {0}', project)]),
    databaseLine(database),
    ...(running?.progress == null ? [] : [progressText(running.progress, format)]),
    lastExportAt === null
      ? l10n.t('Last export: none yet')
      : l10n.t(
          'Last export: {0}, {1} ago ({2})',
          format.time(lastExportAt, now),
          format.span(now - lastExportAt),
          utc(lastExportAt),
        ),
    ...(running === null ? [nextLine(background, now, format)] : []),
    ...(failure === null ? [] : [l10n.t('Last failure: {0}', failure.message)]),
  ];
}

function databaseLine({ backend, location }: StatusInput['database']): string {
  const name = backend === 'postgres' ? 'PostgreSQL' : 'SQLite';
  return l10n.t('Database: {0}, {1}', name, location ?? l10n.t('not connected'));
}

function nextLine(background: BackgroundState, now: number, format: Format): string {
  switch (background.kind) {
    case 'waiting':
      return l10n.t(
        'Next export: {0}, in {1} ({2})',
        format.time(background.nextAt, now),
        format.span(background.nextAt - now),
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

/** The failure of the last background run, unless an export has succeeded since. */
function lastFailure(background: BackgroundState, lastExportAt: number | null): ErrorData | null {
  if (background.kind === 'paused') {
    return background.error;
  }
  const run = background.kind === 'running' ? null : background.lastRun;
  return run?.outcome === 'failed' && run.endedAt > (lastExportAt ?? 0) ? run.error : null;
}

function statusLinks({ running, background }: StatusInput): readonly StatusLink[] {
  const showLog = { title: l10n.t('Show log'), command: commandIds.showLog };
  if (running !== null) {
    return [{ title: l10n.t('Cancel export'), command: commandIds.cancelExport }, showLog];
  }
  const timer =
    background.kind === 'stopped'
      ? { title: l10n.t('Start background export'), command: commandIds.startBackgroundExport }
      : { title: l10n.t('Stop background export'), command: commandIds.stopBackgroundExport };
  const setKeys = background.kind === 'paused' ? [setKeysLink()] : [];
  return [...setKeys, { title: l10n.t('Export now'), command: commandIds.export }, timer, showLog];
}

function setKeysLink(): StatusLink {
  return { title: l10n.t('Set keys…'), command: commandIds.setKeys };
}

function face(icon: string, text: string, command: StatusFace['command']): StatusFace {
  return { icon, text, command, urgent: false };
}

function utc(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
