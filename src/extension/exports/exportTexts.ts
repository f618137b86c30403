import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type {
  ExportCounts,
  ExportPhase,
  ExportProgress,
  ExportReport,
  ExportWaiting,
  ExportWindow,
} from '../../protocol/engine.ts';

/** `Observations · 12,400 rows · 3,100 rows/s · 2 min 08 s left`; while waiting, what for instead of the rate. */
export function progressText(progress: ExportProgress, numbers: Numbers): string {
  const rows = rowsOf(progress.counts);
  const parts = [phaseText(progress.phase)];
  if (rows > 0) {
    parts.push(rowsText(rows, numbers));
  }
  if (progress.waiting !== null) {
    parts.push(waitingText(progress.waiting, numbers));
    return parts.join(' · ');
  }
  if (progress.rowsPerSecond >= 1) {
    parts.push(l10n.t('{0} rows/s', numbers.count(progress.rowsPerSecond)));
  }
  if (progress.etaSeconds !== null && progress.etaSeconds >= 1) {
    parts.push(l10n.t('{0} left', numbers.wholeSeconds(progress.etaSeconds)));
  }
  return parts.join(' · ');
}

/** `quota: waiting 41 s (HTTP 429)`. */
export function waitingText(waiting: ExportWaiting, numbers: Numbers): string {
  const detail = waiting.detail === '' ? '' : ` (${waiting.detail})`;
  if (waiting.seconds === null) {
    return `${reasonText(waiting.reason)}: ${l10n.t('waiting')}${detail}`;
  }
  return `${reasonText(waiting.reason)}: ${l10n.t('waiting {0}', numbers.wholeSeconds(waiting.seconds))}${detail}`;
}

/** One sentence on how an export ended, with its counts. */
export function reportText(report: ExportReport, numbers: Numbers): string {
  const counts = countsText(report.counts, numbers);
  const parts = [
    report.status === 'cancelled' ? l10n.t('Export cancelled; kept {0}.', counts) : l10n.t('Exported {0}.', counts),
  ];
  if (report.setAside.length > 0) {
    parts.push(l10n.t('{0} set aside: not readable.', rowsText(report.setAside.length, numbers)));
  }
  if (report.unreconciled.length > 0) {
    const days = report.unreconciled.map(({ day }) => day).slice(0, 3);
    const more = report.unreconciled.length - days.length;
    const list = more > 0 ? l10n.t('{0} and {1} more', days.join(', '), more) : days.join(', ');
    parts.push(l10n.t('Counts differ from the server on {0}.', list));
  }
  return parts.join(' ');
}

/** `41 traces, 120 generations, 1 prompt`; kinds without rows are left out. */
export function countsText(counts: ExportCounts, numbers: Numbers): string {
  const kinds = countKinds(counts, numbers).filter(({ count }) => count > 0);
  return kinds.length === 0 ? l10n.t('no rows') : kinds.map(({ text }) => text).join(', ');
}

/** Rows of every kind that a run wrote or confirmed. */
export function rowsOf(counts: ExportCounts): number {
  return counts.traces + counts.generations + counts.spans + counts.events + counts.scores + counts.prompts;
}

/** Both ends in local time. */
export function windowText({ start, end }: ExportWindow, times: Times, now: number): string {
  return l10n.t('{0} to {1}', times.recent(start, now), times.recent(end, now));
}

export function rowsText(count: number, numbers: Numbers): string {
  return count === 1 ? l10n.t('1 row') : l10n.t('{0} rows', numbers.count(count));
}

export function tracesText(count: number, numbers: Numbers): string {
  return count === 1 ? l10n.t('1 trace') : l10n.t('{0} traces', numbers.count(count));
}

interface CountKind {
  readonly kind: keyof ExportCounts;
  readonly title: string;
  readonly count: number;
  /** Count and name. */
  readonly text: string;
}

/** Every kind of row, in the order that people read them. */
export function countKinds(counts: ExportCounts, numbers: Numbers): readonly CountKind[] {
  const { traces, generations, spans, events, scores, prompts } = counts;
  const n = (count: number): string => numbers.count(count);
  return [
    { kind: 'traces', title: l10n.t('Traces'), count: traces, text: tracesText(traces, numbers) },
    {
      kind: 'generations',
      title: l10n.t('Generations'),
      count: generations,
      text: generations === 1 ? l10n.t('1 generation') : l10n.t('{0} generations', n(generations)),
    },
    {
      kind: 'spans',
      title: l10n.t('Spans'),
      count: spans,
      text: spans === 1 ? l10n.t('1 span') : l10n.t('{0} spans', n(spans)),
    },
    {
      kind: 'events',
      title: l10n.t('Events'),
      count: events,
      text: events === 1 ? l10n.t('1 event') : l10n.t('{0} events', n(events)),
    },
    {
      kind: 'scores',
      title: l10n.t('Scores'),
      count: scores,
      text: scores === 1 ? l10n.t('1 score') : l10n.t('{0} scores', n(scores)),
    },
    {
      kind: 'prompts',
      title: l10n.t('Prompts'),
      count: prompts,
      text: prompts === 1 ? l10n.t('1 prompt') : l10n.t('{0} prompts', n(prompts)),
    },
  ];
}

function phaseText(phase: ExportPhase): string {
  switch (phase) {
    case 'connecting':
      return l10n.t('Connecting');
    case 'observations':
      return l10n.t('Observations');
    case 'scores':
      return l10n.t('Scores and prompts');
    case 'deriving':
      return l10n.t('Deriving tables');
    case 'auditing':
      return l10n.t('Comparing counts with the server');
    case 'saving':
      return l10n.t('Saving');
  }
}

function reasonText(reason: ExportWaiting['reason']): string {
  switch (reason) {
    case 'quota':
      return l10n.t('quota');
    case 'retry':
      return l10n.t('retry');
    case 'lock':
      return l10n.t('database in use');
  }
}
