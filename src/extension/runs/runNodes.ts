import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../format/numbers.ts';
import type {
  Coverage,
  ExportProgress,
  ExportRun,
  ExportStatus,
  SetAsideRow,
  UnreconciledDay,
} from '../../protocol/engine.ts';
import { commandIds } from '../commands/commandIds.ts';
import type { RunningExport } from '../exports/exportController.ts';
import {
  countKinds,
  countsText,
  progressText,
  rowsOf,
  rowsText,
  tracesText,
  windowText,
} from '../exports/exportTexts.ts';
import type { NodeContext, TreeIcon, TreeNode } from '../trees/treeNode.ts';

/** One row of the tree of exports. */
export interface RunNode extends TreeNode {
  readonly children?: readonly RunNode[];
  readonly context?: 'run';
}

/** Children shown of a long list; the document of the run has all. */
const shownRows = 50;

/** The export under way in this window. */
export function runningNode({ progress, since }: RunningExport, { numbers, times, now }: NodeContext): RunNode {
  const description = progress === null ? l10n.t('starting') : shortProgress(progress, numbers);
  return {
    id: 'running',
    label: l10n.t('Running'),
    description,
    tooltip: [
      l10n.t('Since {0}', times.recent(since, now)),
      ...(progress === null ? [] : [progressText(progress, numbers)]),
    ],
    icon: { name: 'sync~spin' },
    spoken: l10n.t('Export running, {0}', description),
  };
}

/** An export that the database knows, with its details as children. */
export function runNode(run: ExportRun, context: NodeContext): RunNode {
  const { numbers, times, now } = context;
  const time = times.recent(run.startedAt, now);
  const description = runDescription(run, numbers);
  return {
    id: run.runId,
    label: time,
    description,
    tooltip: runTooltip(run, numbers),
    icon: runIcon(run),
    children: runDetails(run, context),
    spoken: `${statusText(run.status)}, ${time}, ${description}`,
    context: 'run',
  };
}

export function loadMoreNode(): RunNode {
  return { id: 'loadMore', label: l10n.t('Load more'), command: { id: commandIds.loadMoreRuns } };
}

/** Stands where the runs would be when the database cannot be read. */
export function errorNode(text: string): RunNode {
  return {
    id: 'error',
    label: text,
    tooltip: [text],
    icon: { name: 'error', color: 'list.errorForeground' },
    command: { id: commandIds.showLog },
  };
}

/** Which times are in the database, as the line above the runs; empty when none are. */
export function coverageText(coverage: readonly Coverage[], { numbers, times, now }: NodeContext): string {
  const starts = coverage.map(({ start }) => start).sort();
  const ends = coverage.map(({ end }) => end).sort();
  const [start, end] = [starts.at(0), ends.at(-1)];
  if (start === undefined || end === undefined) {
    return '';
  }
  const whole = l10n.t('Exported: {0}', windowText({ start, end }, times, now));
  const gaps = coverage.length - new Set(coverage.map(({ projectId }) => projectId)).size;
  return gaps === 0 ? whole : `${whole} · ${gaps === 1 ? l10n.t('1 gap') : l10n.t('{0} gaps', numbers.count(gaps))}`;
}

/** How a run ended, in one word. */
export function statusText(status: ExportStatus): string {
  switch (status) {
    case 'running':
      return l10n.t('Running');
    case 'completed':
      return l10n.t('Completed');
    case 'failed':
      return l10n.t('Failed');
    case 'cancelled':
      return l10n.t('Cancelled');
    case 'interrupted':
      return l10n.t('Interrupted');
  }
}

/** Seconds from start to end; null while it runs. */
export function runSeconds(run: ExportRun): number | null {
  return run.completedAt === null ? null : (Date.parse(run.completedAt) - Date.parse(run.startedAt)) / 1000;
}

/** At most three figures fit beside a label. */
function shortProgress({ fraction, counts, waiting, etaSeconds }: ExportProgress, numbers: Numbers): string {
  const parts = [numbers.wholeShare(fraction), rowsText(rowsOf(counts), numbers)];
  if (waiting !== null) {
    parts.push(
      waiting.seconds === null ? l10n.t('waiting') : l10n.t('waiting {0}', numbers.wholeSeconds(waiting.seconds)),
    );
  } else if (etaSeconds !== null && etaSeconds >= 1) {
    parts.push(l10n.t('{0} left', numbers.wholeSeconds(etaSeconds)));
  }
  return parts.join(' · ');
}

function runDescription(run: ExportRun, numbers: Numbers): string {
  if (run.status === 'failed') {
    return run.errorMessage ?? statusText(run.status);
  }
  const seconds = runSeconds(run);
  const parts = [
    run.status === 'completed' ? null : statusText(run.status).toLowerCase(),
    tracesText(run.counts.traces, numbers),
    run.setAside.length === 0 ? null : l10n.t('{0} set aside', numbers.count(run.setAside.length)),
    seconds === null || run.status !== 'completed' ? null : numbers.duration(seconds),
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

function runTooltip(run: ExportRun, numbers: Numbers): readonly string[] {
  const seconds = runSeconds(run);
  const lines = [
    seconds === null
      ? statusText(run.status)
      : l10n.t(
          '{0} in {1}, {2} requests',
          statusText(run.status),
          numbers.duration(seconds),
          numbers.count(run.requests),
        ),
    l10n.t('Started {0}', run.startedAt),
    l10n.t('Exported range: {0} to {1}', run.window.start, run.window.end),
    countsText(run.counts, numbers),
    ...(run.setAside.length === 0 ? [] : [l10n.t('Set aside: {0}', rowsText(run.setAside.length, numbers))]),
    ...(run.unreconciled.length === 0 ? [] : [l10n.t('Differs from the server: {0}', daysText(run, numbers))]),
    ...(run.errorMessage === null ? [] : [run.errorMessage]),
  ];
  return lines;
}

function runIcon(run: ExportRun): TreeIcon {
  switch (run.status) {
    case 'running':
      return { name: 'sync' };
    case 'failed':
      return { name: 'error', color: 'list.errorForeground' };
    case 'cancelled':
      return { name: 'circle-slash' };
    case 'interrupted':
      return { name: 'debug-disconnect' };
    case 'completed':
      return run.setAside.length > 0 || run.unreconciled.length > 0
        ? { name: 'warning', color: 'list.warningForeground' }
        : { name: 'check' };
  }
}

function runDetails(run: ExportRun, { numbers, times, now }: NodeContext): readonly RunNode[] {
  const error: readonly RunNode[] =
    run.errorMessage === null
      ? []
      : [
          {
            id: `${run.runId}/error`,
            label: run.errorMessage,
            tooltip: [run.errorMessage],
            icon: { name: 'error', color: 'list.errorForeground' },
          },
        ];
  const counts = countKinds(run.counts, numbers)
    .filter(({ count }) => count > 0)
    .map(({ kind, title, count }) => ({ id: `${run.runId}/${kind}`, label: title, description: numbers.count(count) }));
  return [
    ...error,
    {
      id: `${run.runId}/window`,
      label: l10n.t('Range'),
      description: windowText(run.window, times, now),
      tooltip: [`${run.window.start} – ${run.window.end}`],
    },
    ...(rowsOf(run.counts) === 0
      ? [{ id: `${run.runId}/empty`, label: l10n.t('Rows'), description: l10n.t('none') }]
      : counts),
    { id: `${run.runId}/requests`, label: l10n.t('Requests'), description: numbers.count(run.requests) },
    ...(run.setAside.length === 0 ? [] : [setAsideNode(run, numbers)]),
    ...(run.unreconciled.length === 0 ? [] : [unreconciledNode(run, numbers)]),
  ];
}

function setAsideNode(run: ExportRun, numbers: Numbers): RunNode {
  const rows = run.setAside
    .slice(0, shownRows)
    .map((row, index) => setAsideRowNode(`${run.runId}/setAside/${index}`, row));
  const hidden = run.setAside.length - rows.length;
  const more: RunNode = {
    id: `${run.runId}/setAside/more`,
    label: l10n.t('{0} more', numbers.count(hidden)),
    command: { id: commandIds.showRunDetails, argument: run.runId },
  };
  return {
    id: `${run.runId}/setAside`,
    label: l10n.t('Set aside'),
    description: rowsText(run.setAside.length, numbers),
    tooltip: [l10n.t('Rows that could not be read. They are in no table; everything else was exported.')],
    icon: { name: 'warning', color: 'list.warningForeground' },
    children: hidden > 0 ? [...rows, more] : rows,
  };
}

function setAsideRowNode(id: string, row: SetAsideRow): RunNode {
  return { id, label: row.id, description: row.reason, tooltip: [`${row.stream}: ${row.id}`, row.reason] };
}

function unreconciledNode(run: ExportRun, numbers: Numbers): RunNode {
  return {
    id: `${run.runId}/unreconciled`,
    label: l10n.t('Differs from the server'),
    description: daysText(run, numbers),
    tooltip: [l10n.t('Days whose rows still differ from the server’s own count after a second walk.')],
    icon: { name: 'warning', color: 'list.warningForeground' },
    children: run.unreconciled.map((day) => dayNode(run, day, numbers)),
  };
}

function dayNode(run: ExportRun, { day, server, local, reason }: UnreconciledDay, numbers: Numbers): RunNode {
  return {
    id: `${run.runId}/unreconciled/${day}`,
    label: day,
    description: l10n.t('{0} here, {1} on the server', numbers.count(local), numbers.count(server)),
    tooltip: [reason],
  };
}

function daysText({ unreconciled }: ExportRun, numbers: Numbers): string {
  return unreconciled.length === 1 ? l10n.t('1 day') : l10n.t('{0} days', numbers.count(unreconciled.length));
}
