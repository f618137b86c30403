import type { QueryResult } from '../../src/protocol/engine.ts';
import { cellText, type ResultColumn } from './resultColumns.ts';

/** Rows that a column's width is taken from: the first ones, and as many across the rest. */
const sampled = 200;
const leastWidth = 48;
const mostWidth = 340;
/** Of a cell, and of the arrow of a sorted head. */
const padding = 17;
const arrow = 14;

/**
 * How wide each column is, in pixels. Fixed before the first row is drawn: a table that measured the
 * rows in sight would move whenever it is scrolled.
 * @param measure pixels of a text in the cells' font
 */
export function columnWidths(
  { rows }: QueryResult,
  columns: readonly ResultColumn[],
  measure: (text: string) => number,
): readonly number[] {
  const step = Math.max(1, Math.floor(rows.length / sampled));
  const sample = rows.filter((_, index) => index < sampled || index % step === 0);
  return columns.map((column) => {
    const texts = sample.map((row) => cellText(row[column.index] ?? null, column));
    // Measuring is what takes long: only the longest can be the widest.
    const longest = [...new Set(texts)].toSorted((a, b) => b.length - a.length).slice(0, 8);
    const content = Math.max(...longest.map(measure), measure('null'), measure(column.name) + arrow);
    return Math.ceil(Math.min(mostWidth, Math.max(leastWidth, content + padding)));
  });
}
