import type { SqlValue } from '../../src/protocol/engine.ts';

export interface ColumnSort {
  readonly column: number;
  readonly descending: boolean;
}

type Rows = readonly (readonly SqlValue[])[];

/** Indexes of the rows in the order of a column: numbers before texts, by character; nulls last; equal ones as they came. */
export function sortedIndexes(rows: Rows, sort: ColumnSort | null): readonly number[] {
  const indexes = rows.map((_, index) => index);
  if (sort === null) {
    return indexes;
  }
  const direction = sort.descending ? -1 : 1;
  const valueAt = (index: number): SqlValue => rows[index]?.[sort.column] ?? null;
  return indexes.sort((a, b) => {
    const first = valueAt(a);
    const second = valueAt(b);
    return first === null || second === null
      ? Number(first === null) - Number(second === null)
      : direction * compare(first, second);
  });
}

function compare(a: string | number, b: string | number): number {
  if (typeof a !== typeof b) {
    return typeof a === 'number' ? -1 : 1;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}
