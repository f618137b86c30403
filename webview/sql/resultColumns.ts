import type { QueryResult, SqlValue } from '../../src/protocol/engine.ts';

/** What the values of a column are; a result says no types, so they are read off. `none`: nothing but nulls. */
export type ColumnKind = 'integer' | 'real' | 'date' | 'time' | 'json' | 'text' | 'none';

export interface ResultColumn {
  /** Its place in the rows; names may repeat. */
  readonly index: number;
  readonly name: string;
  readonly kind: ColumnKind;
  /** Of a real, as they are drawn. */
  readonly digits: number;
}

const day = /^\d{4}-\d\d-\d\d$/;
const moment = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/;
const mostDigits = 6;

export function resultColumns({ columns, rows }: QueryResult): readonly ResultColumn[] {
  return columns.map((name, index) => {
    const values = rows.map((row) => row[index] ?? null).filter((value) => value !== null);
    const kind = kindOf(values);
    return { index, name, kind, digits: kind === 'real' ? digitsOf(values) : 0 };
  });
}

export function isNumeric({ kind }: ResultColumn): boolean {
  return kind === 'integer' || kind === 'real';
}

/** A value as a cell shows it: one precision a column, and of a long text its beginning in one line. */
export function cellText(value: SqlValue, { kind, digits }: ResultColumn): string {
  if (typeof value === 'number') {
    const text = kind === 'real' ? value.toFixed(digits) : String(value);
    return text.replace('-', '\u2212');
  }
  return (value ?? '').slice(0, mostCharacters).replaceAll(/\s+/g, ' ');
}

/** More than any column is wide. */
const mostCharacters = 300;

function kindOf(values: readonly (string | number)[]): ColumnKind {
  if (values.length === 0) {
    return 'none';
  }
  if (values.every((value) => typeof value === 'number')) {
    return values.every((value) => Number.isInteger(value)) ? 'integer' : 'real';
  }
  const every = (test: (text: string) => boolean): boolean =>
    values.every((value) => typeof value === 'string' && test(value));
  if (every((text) => day.test(text))) {
    return 'date';
  }
  if (every((text) => moment.test(text) && !Number.isNaN(Date.parse(text)))) {
    return 'time';
  }
  return every((text) => /^\s*[[{]/.test(text)) && isJson(values[0]) ? 'json' : 'text';
}

/** As many decimals as the smallest value needs for two digits, and no more than any value has. */
function digitsOf(values: readonly (string | number)[]): number {
  const sizes = values.map((value) => Math.abs(Number(value))).filter((size) => size > 0);
  const smallest = sizes.reduce((least, size) => Math.min(least, size), Infinity);
  const needed = smallest >= 1 ? 2 : 1 - Math.floor(Math.log10(smallest));
  let present = 0;
  for (const size of sizes) {
    for (; present < mostDigits && Number(size.toFixed(present)) !== size; present++);
  }
  return Math.min(Math.max(2, needed), present, mostDigits);
}

function isJson(value: string | number | undefined): boolean {
  try {
    JSON.parse(String(value));
    return true;
  } catch {
    return false;
  }
}
