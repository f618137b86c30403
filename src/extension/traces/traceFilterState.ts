import * as l10n from '@vscode/l10n';
import type { TraceFilter, TraceGrouping, TraceStatus } from '../../protocol/browse.ts';
import type { ScopeFilters, TimeRange } from '../../protocol/scope.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';

/** What the tree of traces shows; kept in the workspace's state. */
export interface TraceView {
  readonly grouping: TraceGrouping;
  /** Days back from now; null: all time. */
  readonly days: number | null;
  /** Two moments instead of days back, such as those of a bar that was clicked. */
  readonly range: TimeRange | null;
  readonly text: string | null;
  readonly status: TraceStatus | null;
  /** US dollars. */
  readonly minCostUsd: number | null;
  readonly filters: ScopeFilters;
}

export const wholeView: TraceView = {
  grouping: 'day',
  days: null,
  range: null,
  text: null,
  status: null,
  minCostUsd: null,
  filters: {},
};

const dayMilliseconds = 86_400_000;
const beginning = '0001-01-01T00:00:00.000Z';
const end = '9999-01-01T00:00:00.000Z';

/** @param now milliseconds since the epoch */
export function toTraceFilter(view: TraceView, now: number): TraceFilter {
  const start = view.days === null ? beginning : new Date(now - view.days * dayMilliseconds).toISOString();
  return {
    scope: { range: view.range ?? { start, end }, filters: chosenFilters(view.filters) },
    ...(view.text === null ? {} : { text: view.text }),
    ...(view.status === null ? {} : { status: view.status }),
    ...(view.minCostUsd === null ? {} : { minCostUsd: view.minCostUsd }),
  };
}

/** Without the lists from which everything was removed. */
function chosenFilters(filters: ScopeFilters): ScopeFilters {
  const lists = Object.entries(filters).filter(([, values]: [string, readonly unknown[]]) => values.length > 0);
  return Object.fromEntries(lists);
}

/** How a status is called. */
export function statusLabel(status: TraceStatus): string {
  switch (status) {
    case 'ok':
      return l10n.t('without errors');
    case 'error':
      return l10n.t('with errors');
    case 'fallback':
      return l10n.t('with fallbacks');
  }
}

/** How numbers and moments are written, and from when they are looked at. */
export interface FilterWriting {
  readonly numbers: Numbers;
  readonly times: Times;
  readonly now: number;
}

/** The filter in words, in the order in which it was offered; empty when nothing is filtered. */
export function describeFilter(view: TraceView, { numbers, times, now }: FilterWriting): string {
  const { text, status, minCostUsd, days, range, filters } = view;
  const values = Object.values(filters).flatMap((some: readonly (string | number)[] | undefined) =>
    some === undefined || some.length === 0 ? [] : [some.join(l10n.t(' or '))],
  );
  const parts = [
    text === null ? null : `“${text}”`,
    ...values,
    status === null ? null : statusLabel(status),
    minCostUsd === null ? null : l10n.t('cost over {0}', numbers.money(minCostUsd)),
    days === null ? null : l10n.t('{0} d', numbers.count(days)),
    range === null ? null : `${times.moment(range.start, now)} – ${times.moment(range.end, now)}`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}
