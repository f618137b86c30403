import { firstRowCap, type RunSqlAnswer, type SqlTarget } from '../../src/protocol/sql.ts';
import type { ChartWish } from './chartChoice.ts';
import type { ColumnSort } from './sortResult.ts';

/** What the panel keeps when it is hidden. */
export interface SqlView {
  readonly sort: ColumnSort | null;
  readonly chart: boolean;
  readonly wish: ChartWish;
  readonly maxRows: number;
  /** What the statement gave the last time, and when; large answers are not kept. */
  readonly answer: RunSqlAnswer | null;
  readonly answeredAt: number | null;
}

/** Characters of an answer as JSON that the editor is asked to keep. */
const mostKept = 400_000;
/** More than these are not even counted in characters. */
const mostRowsKept = 2000;

export function firstView(): SqlView {
  return { sort: null, chart: true, wish: {}, maxRows: firstRowCap, answer: null, answeredAt: null };
}

/** What an earlier document kept, by this version or one before. */
export function readView(kept: unknown): SqlView {
  return { ...firstView(), ...(kept as Partial<SqlView> | null) };
}

/** Without an answer that is too large to be kept: the statement runs again. */
export function keptView(view: SqlView): SqlView {
  const rows = view.answer?.result.rows ?? [];
  const tooLarge = rows.length > mostRowsKept || JSON.stringify(rows).length > mostKept;
  return tooLarge ? { ...view, answer: null, answeredAt: null } : view;
}

/** What a statement keeps of how the one before it was shown: sorting and chart, where the columns are the same. */
export function viewOfNext(view: SqlView, before: SqlTarget, next: SqlTarget): SqlView {
  return before.sql === next.sql ? view : { ...view, sort: null, wish: {}, maxRows: firstRowCap };
}
