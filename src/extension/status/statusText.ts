import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../format/numbers.ts';
import { commandIds, type CommandId } from '../commands/commandIds.ts';
import type { RunningExport } from '../exports/exportController.ts';
import { rowsOf, rowsText } from '../exports/exportTexts.ts';
import type { NodeContext } from '../trees/treeNode.ts';
import type { Spent } from './spending.ts';
import { lastFailure, type StatusInput } from './statusInput.ts';
import { statusTooltip } from './statusTooltip.ts';

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

/** What the status bar says: what today cost, and how it stands with the export. */
export function statusView(input: StatusInput, context: NodeContext): StatusView {
  if (!input.hasKeys) {
    return {
      ...face('plug', l10n.t('Connect Langfuse'), commandIds.setKeys),
      tooltip: [l10n.t('No Langfuse keys are set for this folder.')],
      links: [setKeysLink()],
    };
  }
  return { ...statusFace(input, context), tooltip: statusTooltip(input, context), links: statusLinks(input) };
}

function statusFace(input: StatusInput, context: NodeContext): StatusFace {
  const { running, background, lastExportAt } = input;
  if (running !== null) {
    return runningFace(running, input.spent, context);
  }
  if (background.kind === 'paused') {
    return { ...face('error', l10n.t('Langfuse keys refused'), commandIds.setKeys), urgent: true };
  }
  if (lastFailure(background, lastExportAt) !== null) {
    return face('warning', l10n.t('Export failed'), commandIds.showLog);
  }
  const icon = background.kind === 'stopped' ? 'debug-pause' : 'graph-line';
  if (lastExportAt === null) {
    return face(icon, l10n.t('Not exported yet'), showRuns);
  }
  const { numbers, times, now } = context;
  const text = todayText(input.spent, numbers) ?? l10n.t('Exported {0}', times.recent(lastExportAt, now));
  return face(icon, text, commandIds.openDashboard);
}

/** `$9.12 today`; null while that is not known. */
function todayText(spent: Spent | null, numbers: Numbers): string | null {
  return spent?.todayUsd == null ? null : l10n.t('{0} today', numbers.money(spent.todayUsd));
}

function runningFace({ progress }: RunningExport, spent: Spent | null, { numbers }: NodeContext): StatusFace {
  const waiting = progress?.waiting ?? null;
  if (waiting !== null) {
    return waiting.seconds === null
      ? face('watch', l10n.t('Export waiting'), showRuns)
      : face('watch', l10n.t('Export waiting {0}', numbers.wholeSeconds(waiting.seconds)), showRuns);
  }
  const rows = progress === null ? 0 : rowsOf(progress.counts);
  const exporting = rows === 0 ? l10n.t('Exporting') : l10n.t('Exporting, {0}', rowsText(rows, numbers));
  return face('sync~spin', todayText(spent, numbers) ?? exporting, showRuns);
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
  const dashboard = { title: l10n.t('Dashboard'), command: commandIds.openDashboard };
  return [...setKeys, dashboard, { title: l10n.t('Export now'), command: commandIds.export }, timer, showLog];
}

function setKeysLink(): StatusLink {
  return { title: l10n.t('Set keys…'), command: commandIds.setKeys };
}

function face(icon: string, text: string, command: StatusFace['command']): StatusFace {
  return { icon, text, command, urgent: false };
}
