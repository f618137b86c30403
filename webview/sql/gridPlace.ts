/** A cell of a grid; row -1 is the head. */
export interface GridPlace {
  readonly row: number;
  readonly column: number;
}

/** Where a key leads from a cell; null for keys that lead nowhere. @param page rows that Page Up and Page Down move by */
export function moved(
  { row, column }: GridPlace,
  key: string,
  modified: boolean,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  page: number,
): GridPlace | null {
  const last = rows - 1;
  const steps: Readonly<Record<string, GridPlace>> = modified
    ? {
        Home: { row: 0, column: 0 },
        End: { row: last, column: columns - 1 },
        ArrowUp: { row: 0, column },
        ArrowDown: { row: last, column },
      }
    : {
        ArrowUp: { row: row - 1, column },
        ArrowDown: { row: row + 1, column },
        ArrowLeft: { row, column: column - 1 },
        ArrowRight: { row, column: column + 1 },
        PageUp: { row: Math.max(0, row - page), column },
        PageDown: { row: row + page, column },
        Home: { row, column: 0 },
        End: { row, column: columns - 1 },
      };
  const target = Object.hasOwn(steps, key) ? steps[key] : undefined;
  return target === undefined || columns === 0
    ? null
    : {
        row: Math.min(last, Math.max(-1, target.row)),
        column: Math.min(columns - 1, Math.max(0, target.column)),
      };
}
