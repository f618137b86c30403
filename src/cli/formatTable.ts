import stringWidth from 'string-width';
import type { QueryResult, SqlValue } from '../protocol/engine.ts';

const maxCellWidth = 60;
const gap = '  ';

interface Cell {
  readonly text: string;
  readonly width: number;
  readonly isNumber: boolean;
}

/** A column of figures that are already written out. */
export interface ReportColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/**
 * Aligned columns for a person. Values become one line each, long ones are cut, and control
 * characters, which captured text may hold, cannot reach the terminal. Empty without columns.
 * @param nullText what stands for NULL; may be styled to differ from the text of a value
 */
export function formatTable({ columns, rows }: QueryResult, nullText: string): string {
  if (columns.length === 0) {
    return '';
  }
  const header = columns.map((column) => toCell(column, nullText));
  return layOut(
    header,
    rows.map((row) => row.map((value) => toCell(value, nullText))),
  );
}

/** As `formatTable`, for texts that say how they are aligned. */
export function formatReport(columns: readonly ReportColumn[], rows: readonly (readonly string[])[]): string {
  const toReportCell = (text: string, index: number): Cell => ({
    ...toCell(text, ''),
    isNumber: columns[index]?.align === 'right',
  });
  return layOut(
    columns.map(({ title }, index) => toReportCell(title, index)),
    rows.map((row) => row.map(toReportCell)),
  );
}

function layOut(header: readonly Cell[], body: readonly (readonly Cell[])[]): string {
  const widths = header.map((cell, index) =>
    body.reduce((widest, row) => Math.max(widest, row[index]?.width ?? 0), cell.width),
  );
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, index) => pad(cell, widths[index] ?? 0))
      .join(gap)
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join(gap);
  return `${[line(header), rule, ...body.map(line)].join('\n')}\n`;
}

function toCell(value: SqlValue, nullText: string): Cell {
  const text = value === null ? nullText : cut(oneLine(String(value)));
  return { text, width: stringWidth(text), isNumber: typeof value === 'number' };
}

function oneLine(text: string): string {
  return text
    .slice(0, 4 * maxCellWidth)
    .replace(/\r?\n/g, '↵')
    .replace(/\t/g, ' ')
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD');
}

function cut(text: string): string {
  if (stringWidth(text) <= maxCellWidth) {
    return text;
  }
  let kept = '';
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += stringWidth(segment);
    if (width >= maxCellWidth) {
      break;
    }
    kept += segment;
  }
  return `${kept}…`;
}

function pad({ text, width, isNumber }: Cell, columnWidth: number): string {
  const space = ' '.repeat(Math.max(0, columnWidth - width));
  return isNumber ? space + text : text + space;
}
