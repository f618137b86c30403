import type { DashboardTarget } from '../../src/protocol/panels.ts';
import type { Scope, ScopeFilters, TimeBucket, TimeRange } from '../../src/protocol/scope.ts';
import { naturalBucket, type Period } from '../shared/period.ts';
import type { KeptAnswers } from '../shared/readings.ts';
import type { Sort } from '../shared/sort.ts';
import type { questions } from './questions.ts';

/** What the cost chart stacks. */
export type StackMeasure = 'cost' | 'tokens' | 'calls';
export type TraceList = 'dearest' | 'slowest' | 'failed';

/** Which part of the data the dashboard is about. Going back takes back one change of it. */
export interface ViewScope {
  readonly period: Period;
  /** Null: what suits the period. */
  readonly bucket: TimeBucket | null;
  /** Null: every project. */
  readonly projectId: string | null;
  readonly filters: ScopeFilters;
}

/** All that the dashboard keeps for the next time it is drawn. */
export interface DashboardView {
  readonly scope: ViewScope;
  readonly compare: boolean;
  readonly measure: StackMeasure;
  readonly traceList: TraceList;
  /** Charts that are shown as tables, by their parts. */
  readonly asTables: readonly string[];
  /** Tables that show all their rows, by their parts. */
  readonly unfolded: readonly string[];
  readonly sorts: Readonly<Record<string, Sort>>;
  /** The range that the answers are about. */
  readonly range: TimeRange | null;
  readonly colours: Readonly<Record<string, number>>;
  readonly answers: KeptAnswers<typeof questions>;
}

const week = 7 * 24;

export function firstView(): DashboardView {
  return {
    scope: { period: { kind: 'last', hours: week }, bucket: null, projectId: null, filters: {} },
    compare: true,
    measure: 'cost',
    traceList: 'dearest',
    asTables: [],
    unfolded: [],
    sorts: {},
    range: null,
    colours: {},
    answers: {},
  };
}

/** What was kept, as far as it is of this version of the dashboard. */
export function readView(kept: unknown): DashboardView {
  return typeof kept === 'object' && kept !== null && 'scope' in kept && 'answers' in kept
    ? { ...firstView(), ...(kept as Partial<DashboardView>) }
    : firstView();
}

/** The scope that the extension opened the dashboard about; null when it named none. */
export function scopeOfTarget(target: unknown): ViewScope | null {
  const scope = (target as DashboardTarget | null)?.scope ?? null;
  return scope === null
    ? null
    : {
        period: { kind: 'range', ...scope.range },
        bucket: null,
        projectId: scope.projectId ?? null,
        filters: scope.filters ?? {},
      };
}

export function bucketOf({ bucket }: ViewScope, range: TimeRange): TimeBucket {
  return bucket ?? naturalBucket(range);
}

export function askedScope({ projectId, filters }: ViewScope, range: TimeRange): Scope {
  return { range, projectId, filters };
}
