import type { QueryResult } from '../../src/protocol/engine.ts';
import { isNumeric, type ResultColumn } from './resultColumns.ts';

/** What of a result is drawn, by columns' places. */
export interface ChartChoice {
  readonly value: number;
  readonly by: number;
  /** Null: one series. */
  readonly split: number | null;
  /** Sums are bars, which add up; rates, means and percentiles are lines over what has an order. */
  readonly style: 'bar' | 'line';
}

/** What a person chose instead of what fits best; what is absent is found as before. */
export type ChartWish = Partial<Pick<ChartChoice, 'value' | 'by' | 'split'>>;

/** More values of a split than this are no series but a table. */
const mostSeries = 50;
const notAdditive =
  /(^|_)(avg|mean|median|min|max|p\d\d|rate|ratio|share|pct|percent|latency|quality|score|feedback|confidence|interval)(_|$)|_per_/i;
/** Numbers that name something. */
const naming = /(^|_)(id|version|year|rank|hour|status|code)$/i;

/** True for what may be added up: the sum of two parts is the value of the whole. */
export function isAdditive({ name }: Pick<ResultColumn, 'name'>): boolean {
  return !notAdditive.test(name);
}

/**
 * The chart that says most of a result: its first figure over its first time, else over its first
 * name, split by a further name where rows of one bucket differ by that. Null where nothing can be
 * drawn: fewer than two rows, no figure, or nothing to stand under it.
 */
export function chooseChart(
  { rows }: Pick<QueryResult, 'rows'>,
  columns: readonly ResultColumn[],
  wish: ChartWish = {},
): ChartChoice | null {
  if (rows.length < 2) {
    return null;
  }
  const by = columnAt(columns, wish.by) ?? bestBy(columns, wish.value);
  const figures = valueColumns(columns).filter((column) => column !== by);
  const value = columnAt(figures, wish.value) ?? figures.find((column) => !naming.test(column.name)) ?? figures[0];
  if (by === undefined || value === undefined) {
    return null;
  }
  const ordered = isOrdered(by);
  const style = !isAdditive(value) && ordered ? 'line' : 'bar';
  const split =
    wish.split === undefined
      ? bestSplit(rows, columns, by, value)
      : (columnAt(splitColumns(columns, by, value), wish.split ?? undefined)?.index ?? null);
  // Bars of a stack must add up.
  const stackable = style === 'line' || isAdditive(value);
  return { value: value.index, by: by.index, split: stackable ? split : null, style };
}

/** Columns that can be drawn as a height. */
export function valueColumns(columns: readonly ResultColumn[]): readonly ResultColumn[] {
  return columns.filter(isNumeric);
}

/** Columns that can stand under the bars. */
export function byColumns(columns: readonly ResultColumn[]): readonly ResultColumn[] {
  return columns.filter(({ kind }) => kind !== 'json' && kind !== 'none' && kind !== 'real');
}

export function splitColumns(
  columns: readonly ResultColumn[],
  by: Pick<ResultColumn, 'index'>,
  value: Pick<ResultColumn, 'index'>,
): readonly ResultColumn[] {
  return columns.filter(
    ({ index, kind, name }) =>
      index !== by.index && index !== value.index && (kind === 'text' || (kind === 'integer' && naming.test(name))),
  );
}

/** What has an order of its own, so that a line along it says something. */
export function isOrdered({ kind }: ResultColumn): boolean {
  return kind === 'date' || kind === 'time' || kind === 'integer';
}

function bestBy(columns: readonly ResultColumn[], value: number | undefined): ResultColumn | undefined {
  const others = columns.filter(({ index }) => index !== value);
  return (
    others.find(({ kind }) => kind === 'date' || kind === 'time') ??
    others.find(({ kind }) => kind === 'text') ??
    others.find(({ kind, name }) => kind === 'integer' && naming.test(name))
  );
}

function bestSplit(
  rows: QueryResult['rows'],
  columns: readonly ResultColumn[],
  by: ResultColumn,
  value: ResultColumn,
): number | null {
  const distinct = (...indexes: readonly number[]): number =>
    new Set(rows.map((row) => JSON.stringify(indexes.map((index) => row[index] ?? null)))).size;
  if (distinct(by.index) === rows.length) {
    return null;
  }
  const parts = splitColumns(columns, by, value).filter(({ index }) => {
    const count = distinct(index);
    return count > 1 && count <= mostSeries;
  });
  return parts[0]?.index ?? null;
}

function columnAt(columns: readonly ResultColumn[], index: number | undefined): ResultColumn | undefined {
  return columns.find((column) => column.index === index);
}
