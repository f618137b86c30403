/** Tables as text, for the clipboard and for files. Values are exact: numbers unrounded, times as ISO-8601. */

export type TextValue = string | number | null;

export interface TextTable {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly TextValue[])[];
}

/** What spreadsheets paste as cells. Tabs and line breaks inside a value become spaces. */
export function toTsv({ heads, rows }: TextTable): string {
  const line = (values: readonly TextValue[]): string =>
    values.map((value) => guard(value).replaceAll(/[\t\r\n]+/g, ' ')).join('\t');
  return [heads, ...rows].map(line).join('\n');
}

/** RFC 4180. */
export function toCsv({ heads, rows }: TextTable): string {
  const cell = (value: TextValue): string => {
    const text = guard(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [heads, ...rows].map((values) => `${values.map(cell).join(',')}\r\n`).join('');
}

/** A text that a spreadsheet would run as a formula gets an apostrophe before it. */
function guard(value: TextValue): string {
  if (typeof value === 'number') {
    return String(value);
  }
  return value === null ? '' : value.replace(/^(?=[=+\-@\t\r])/, "'");
}
