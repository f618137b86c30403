import { firstSubject, type DashboardSubject, type dashboardQuestions } from '../../src/opening/dashboard.ts';
import type { DashboardTarget } from '../../src/protocol/panels.ts';
import type { TimeRange } from '../../src/protocol/scope.ts';
import type { KeptAnswers } from '../shared/readings.ts';
import type { Sort } from '../shared/sort.ts';

/** What the cost chart stacks. */
export type StackMeasure = 'cost' | 'tokens' | 'calls';
/** All that the dashboard keeps for the next time it is drawn. */
export interface DashboardView extends DashboardSubject {
  readonly measure: StackMeasure;
  /** Charts that are shown as tables, by their parts. */
  readonly asTables: readonly string[];
  /** Tables that show all their rows, by their parts. */
  readonly unfolded: readonly string[];
  readonly sorts: Readonly<Record<string, Sort>>;
  /** The range that the answers are about. */
  readonly range: TimeRange | null;
  readonly colours: Readonly<Record<string, number>>;
  readonly answers: KeptAnswers<typeof dashboardQuestions>;
}

export function firstView(target: DashboardTarget | null): DashboardView {
  return {
    ...firstSubject(target),
    measure: 'cost',
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
    ? { ...firstView(null), ...(kept as Partial<DashboardView>) }
    : firstView(null);
}
