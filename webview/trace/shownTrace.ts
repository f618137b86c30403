import * as l10n from '@vscode/l10n';
import type { StepColumns, TraceOutline } from '../../src/protocol/browse.ts';
import type { Numbers } from '../../src/format/numbers.ts';
import { overviewOf, type Overview } from './overview.ts';
import { StepTree } from './stepTree.ts';
import { VisibleRows } from './visibleRows.ts';

/** A trace as it is shown: its steps, which of them are unfolded, and the whole in small. */
export interface ShownTrace {
  readonly outline: TraceOutline;
  readonly tree: StepTree;
  readonly rows: VisibleRows;
  readonly overview: Overview;
}

/** @param folded ids of steps; those that the trace does not have are left out */
export function showTrace(outline: TraceOutline, folded: readonly string[]): ShownTrace {
  const tree = new StepTree(JSON.parse(outline.steps) as StepColumns);
  return { outline, tree, rows: new VisibleRows(tree, tree.placesOf(folded)), overview: overviewOf(tree) };
}

/** Ids of the steps that are folded. */
export function foldedIds({ tree, rows }: ShownTrace): readonly string[] {
  return rows.folded.map((place) => tree.step(place).id);
}

/** What a screen reader says when the trace is there: how many steps it has, and how many of them failed. */
export function announcement({ tree }: ShownTrace, numbers: Numbers): string {
  return tree.failures.length === 0
    ? l10n.t('{0} steps', numbers.count(tree.size))
    : l10n.t('{0} steps, {1} failing', numbers.count(tree.size), numbers.count(tree.failures.length));
}
