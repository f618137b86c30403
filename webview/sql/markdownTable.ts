import type { TextTable, TextValue } from '../shared/tableText.ts';

/** A table of GitHub's Markdown. Bars and backslashes are escaped, line breaks are `<br>`, null is empty. */
export function toMarkdown({ heads, rows }: TextTable, isNumber: (column: number) => boolean): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const rule = heads.map((_, index) => (isNumber(index) ? '--:' : '---'));
  return [line(heads.map(cell)), line(rule), ...rows.map((row) => line(row.map(cell)))].join('');
}

function cell(value: TextValue): string {
  return String(value ?? '')
    .replaceAll(/[\\|]/g, String.raw`\$&`)
    .replaceAll('<', '&lt;')
    .replaceAll(/\r\n?|\n/g, '<br>');
}
