import type { TextValue } from './tableText.ts';

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

/** The rows in order of a value. Unknown values come last in both directions; equal ones stay as they were. */
export function sortRows<Row>(
  rows: readonly Row[],
  valueOf: (row: Row) => TextValue,
  { descending }: Pick<Sort, 'descending'>,
): readonly Row[] {
  const direction = descending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: valueOf(row) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) {
        return Number(a.value === null) - Number(b.value === null);
      }
      return direction * compare(a.value, b.value);
    })
    .map(({ row }) => row);
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
}
