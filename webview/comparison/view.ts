import type { Confounder } from '../../src/protocol/analytics.ts';
import type { Period } from '../../src/opening/period.ts';
import type { ComparisonTarget } from '../../src/protocol/panels.ts';
import type { Scope, ScopeFilters, TimeBucket, TimeRange } from '../../src/protocol/scope.ts';
import type { KeptAnswers } from '../shared/readings.ts';
import type { Sort } from '../shared/sort.ts';
import type { questions } from './questions.ts';
import { nothingChosen, versionName, type VersionChoice } from './versions.ts';

/** Which part of the runs the comparison is about. Going back takes back one change of it. */
export interface ViewScope {
  readonly period: Period;
  readonly filters: ScopeFilters;
  readonly versions: VersionChoice;
}

export type FailuresOf = 'subject' | 'baseline' | 'all';

/** All that the comparison keeps for the next time it is drawn. */
export interface ComparisonView {
  readonly scope: ViewScope;
  /** What the strata are by; null: by what differs most. */
  readonly variable: Confounder['variable'] | null;
  readonly failuresOf: FailuresOf;
  readonly allFailures: boolean;
  /** The text with its lines that are the same in both versions. */
  readonly wholeText: boolean;
  readonly sorts: Readonly<Record<string, Sort>>;
  /** The range that the answers are about. */
  readonly range: TimeRange | null;
  readonly answers: KeptAnswers<typeof questions>;
}

const month = 30 * 24;

export function firstView(): ComparisonView {
  return {
    scope: { period: { kind: 'last', hours: month }, filters: {}, versions: nothingChosen },
    variable: null,
    failuresOf: 'subject',
    allFailures: false,
    wholeText: false,
    sorts: {},
    range: null,
    answers: {},
  };
}

/** What was kept, as far as it is of this version of the panel. */
export function readView(kept: unknown): ComparisonView {
  return typeof kept === 'object' && kept !== null && 'scope' in kept && 'answers' in kept
    ? { ...firstView(), ...(kept as Partial<ComparisonView>) }
    : firstView();
}

/** The versions that the extension opened the panel about; null when it named none. */
export function choiceOfTarget({ versions }: ComparisonTarget): VersionChoice | null {
  const names = versions.map(versionName);
  if (names.length === 0) {
    return null;
  }
  const many = names.length > 1;
  return { baseline: (many ? names[0] : null) ?? null, subject: names.at(-1) ?? null, shown: many ? names : null };
}

export function askedScope({ filters }: ViewScope, range: TimeRange, { projectId, prompt }: ComparisonTarget): Scope {
  return { range, projectId, filters: { ...filters, prompts: [prompt] } };
}

/** Wide enough that a bucket holds some runs of each version. */
export function trendBucket({ start, end }: TimeRange): TimeBucket {
  const days = (Date.parse(end) - Date.parse(start)) / 86_400_000;
  if (days <= 2) {
    return '3hours';
  }
  return days <= 14 ? 'day' : 'week';
}
