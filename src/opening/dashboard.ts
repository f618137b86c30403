import type { TracePageParams } from '../protocol/browse.ts';
import type { AskParams, DashboardTarget } from '../protocol/panels.ts';
import type { QuestionName, QuestionParams } from '../protocol/questions.ts';
import type { Scope, ScopeFilters, TimeBucket, TimeRange } from '../protocol/scope.ts';
import { naturalBucket, rangeBefore, rangeOf, type Period } from './period.ts';

/** What the dashboard asks, under its own names. */
export const dashboardQuestions = {
  summary: 'summary',
  byModel: 'usage',
  overall: 'usage',
  previous: 'usage',
  models: 'models',
  prompts: 'promptOutcomes',
  agents: 'agents',
  traces: 'traces',
  traceCount: 'traceCount',
  coverage: 'coverage',
  spend: 'spend',
  alerts: 'alertStates',
  projects: 'facets',
  /** Asked only when nothing is in scope: the newest trace, wherever it is. */
  newest: 'traces',
} as const satisfies Readonly<Record<string, QuestionName>>;

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

/** What the dashboard's questions depend on, beside the clock and the time zone. */
export interface DashboardSubject {
  readonly scope: ViewScope;
  readonly compare: boolean;
  readonly traceList: TraceList;
}

const week = 7 * 24;
/** Projects are few; the other facets are asked when a filter is added. */
const facetLimit = 200;
/** The rest is in the tree of traces. */
const tracesShown = 10;

/** What a dashboard that nobody has changed yet is about. */
export function firstSubject(target: DashboardTarget | null): DashboardSubject {
  return { scope: scopeOfTarget(target) ?? firstScope(), compare: true, traceList: 'dearest' };
}

function firstScope(): ViewScope {
  return { period: { kind: 'last', hours: week }, bucket: null, projectId: null, filters: {} };
}

/** The scope that the extension opened the dashboard about; null when it named none. */
export function scopeOfTarget(target: DashboardTarget | null): ViewScope | null {
  const scope = target?.scope ?? null;
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

export function tracesAsked(scope: Scope, list: TraceList, timeZone: string): TracePageParams {
  const status = list === 'failed' ? ({ status: 'error' } as const) : {};
  return {
    filter: { scope, ...status },
    grouping: 'day',
    timeZone,
    order: list === 'failed' ? 'newest' : list,
    limit: tracesShown,
  };
}

export type DashboardAsked = {
  readonly [Name in Exclude<keyof typeof dashboardQuestions, 'newest'>]: QuestionParams<
    (typeof dashboardQuestions)[Name]
  >;
};

/** What key figures, charts and scope show, which stand above the tables. */
export const askedFirst = [
  'summary',
  'byModel',
  'overall',
  'previous',
  'coverage',
  'projects',
  'alerts',
  'spend',
] as const satisfies readonly (keyof DashboardAsked)[];

/** All that the dashboard asks about one range. */
export function askedByDashboard(
  { scope: viewScope, traceList }: Omit<DashboardSubject, 'compare'>,
  range: TimeRange,
  timeZone: string,
): DashboardAsked {
  const scope = askedScope(viewScope, range);
  const project = { projectId: viewScope.projectId };
  const inTime = { scope, bucket: bucketOf(viewScope, range), timeZone };
  const traces = tracesAsked(scope, traceList, timeZone);
  return {
    summary: inTime,
    byModel: { ...inTime, by: 'model', latency: false },
    overall: { ...inTime, by: null },
    previous: { ...inTime, scope: { ...scope, range: rangeBefore(range) }, by: null, latency: false },
    coverage: { scope: { range, ...project } },
    projects: { scope: { range }, limit: facetLimit, of: ['projects'] },
    alerts: {},
    spend: { timeZone, ...project },
    models: { scope },
    traces,
    traceCount: { filter: { scope } },
    agents: { scope },
    prompts: { scope },
  };
}

/**
 * What the document of a dashboard that was just opened asks before it asks for the tables.
 * @param now milliseconds since the epoch
 */
export function firstAskedOfDashboard(target: DashboardTarget, now: number, timeZone: string): readonly AskParams[] {
  const subject = firstSubject(target);
  const asked = askedByDashboard(subject, rangeOf(subject.scope.period, now), timeZone);
  return askedFirst.map((name) => ({ question: dashboardQuestions[name], params: asked[name] }));
}
