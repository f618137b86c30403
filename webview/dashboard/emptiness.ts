import * as l10n from '@vscode/l10n';
import type { ViewScope } from '../../src/opening/dashboard.ts';
import { rangeOf, type Period } from '../../src/opening/period.ts';
import type { CoverageAnswer, SummaryAnswer } from '../../src/protocol/analytics.ts';
import type { TracePage } from '../../src/protocol/browse.ts';
import type { PanelCommand } from '../../src/protocol/panels.ts';
import type { TimeRange } from '../../src/protocol/scope.ts';
import { filtersText, hasFilters } from '../shared/filters.ts';
import type { Writing } from '../shared/panel.ts';
import { presetHours } from '../shared/period.ts';
import type { EmptyState } from '../shared/states.ts';

export interface EmptinessInput {
  readonly summary: SummaryAnswer;
  readonly coverage: CoverageAnswer;
  /** The newest trace of all; null while it is being looked for. */
  readonly newest: TracePage | null;
  readonly scope: ViewScope;
  readonly range: TimeRange;
  /** Null while that is not known. */
  readonly hasKeys: boolean | null;
  readonly writing: Writing;
  readonly run: (command: PanelCommand) => void;
  readonly show: (change: Partial<ViewScope>) => void;
}

/**
 * What stands in the place of everything when nothing is in scope: not set up, nothing exported yet,
 * filtered away, or outside the period. Null when there are calls or traces.
 */
export function emptinessOf(input: EmptinessInput): EmptyState | null {
  const { summary, coverage, hasKeys } = input;
  if (summary.current.calls > 0 || summary.traces > 0) {
    return null;
  }
  if (coverage.exportedUntil !== null) {
    return nothingInScope(input);
  }
  return hasKeys === false ? notSetUp(input) : nothingExported(input);
}

function notSetUp({ run }: EmptinessInput): EmptyState {
  return {
    title: l10n.t('Langfuse is not connected yet'),
    text: l10n.t(
      'This folder has no Langfuse keys and no exported data. Set the keys once; the export then fills this page.',
    ),
    actions: [{ label: l10n.t('Set keys'), run: () => run('langfuseMetrics.setKeys') }],
  };
}

function nothingExported({ coverage, writing, run }: EmptinessInput): EmptyState {
  const failed = coverage.lastRun?.status === 'failed' ? coverage.lastRun : null;
  return {
    title: l10n.t('Nothing exported yet'),
    text:
      failed === null
        ? l10n.t('The keys are set. The first export reads the traces of the last days into a database in this folder.')
        : l10n.t(
            'The export at {0} failed: {1}',
            writing.times.moment(failed.at, writing.now()),
            failed.errorMessage ?? l10n.t('it gave no reason'),
          ),
    actions: [
      { label: l10n.t('Export now'), run: () => run('langfuseMetrics.export') },
      ...(failed === null ? [] : [{ label: l10n.t('Show log'), run: () => run('langfuseMetrics.showLog') }]),
    ],
  };
}

function nothingInScope(input: EmptinessInput): EmptyState {
  const { scope, range, coverage, newest, writing, show } = input;
  const { times, now } = writing;
  const filtered = hasFilters(scope.filters);
  const days = [times.day(range.start, now()), times.day(range.end, now())] as const;
  const trace = newest?.traces[0];
  const known = [
    l10n.t('Exported up to {0}.', times.moment(coverage.exportedUntil ?? range.end, now())),
    ...(trace === undefined ? [] : [l10n.t('The newest trace is from {0}.', times.moment(trace.startedAt, now()))]),
  ];
  const remove = { label: l10n.t('Remove filters'), run: () => show({ filters: {} }) };
  const wider = widerPeriod(scope.period, trace?.startedAt ?? null, writing);
  const widen = wider === null ? [] : [{ label: wider.label, run: () => show({ period: wider.period }) }];
  return {
    title: filtered
      ? l10n.t('No traces from {0} to {1} in {2}', days[0], days[1], filtersText(scope.filters))
      : l10n.t('No traces from {0} to {1}', days[0], days[1]),
    text: known.join(' '),
    // What is filtered away is most likely there without the filter; else it lies at another time.
    actions: filtered ? [remove, ...widen] : widen,
  };
}

/** The next longer period, or the day of the newest trace when even the longest would not reach it. */
function widerPeriod(
  period: Period,
  newest: string | null,
  writing: Writing,
): { readonly label: string; readonly period: Period } | null {
  const now = writing.now();
  const longer = presetHours.find((hours) => {
    const preset = rangeOf({ kind: 'last', hours }, now);
    const wider = preset.start < rangeOf(period, now).start;
    return wider && (newest === null || preset.start <= newest);
  });
  if (longer !== undefined) {
    return {
      label: longer <= 24 ? l10n.t('Show {0} h', longer) : l10n.t('Show {0} d', longer / 24),
      period: { kind: 'last', hours: longer },
    };
  }
  if (newest === null) {
    return null;
  }
  const end = new Date(Date.parse(newest) + 1).toISOString();
  const start = new Date(Date.parse(newest) - 24 * 3_600_000).toISOString();
  return {
    label: l10n.t('Show {0}', writing.times.day(newest, now)),
    period: { kind: 'range', start, end },
  };
}
