import type * as z from 'zod';
import type { SetAsideRow } from '../../protocol/engine.ts';

/** Says why one row cannot be read. Never leaves this folder: the row is set aside with this text. */
export class MalformedRow extends Error {
  override readonly name = 'MalformedRow';
}

export interface MappedRows<T> {
  readonly rows: readonly T[];
  readonly setAside: readonly SetAsideRow[];
}

/** Maps each row by itself: a malformed one is set aside with its id and never stops the page. */
export function mapRows<T>(
  stream: SetAsideRow['stream'],
  wireRows: readonly unknown[],
  map: (row: unknown) => T,
): MappedRows<T> {
  const rows: T[] = [];
  const setAside: SetAsideRow[] = [];
  for (const row of wireRows) {
    try {
      rows.push(map(row));
    } catch (error) {
      setAside.push({ stream, id: idOf(row), reason: reasonOf(error) });
    }
  }
  return { rows, setAside };
}

/** @throws MalformedRow that names each wrong field, without its value. */
export function readRow<Schema extends z.ZodType>(schema: Schema, row: unknown): z.output<Schema> {
  const result = schema.safeParse(row);
  if (result.success) {
    return result.data;
  }
  const problems = result.error.issues.map((issue) =>
    issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`,
  );
  throw new MalformedRow(problems.join('; '));
}

function reasonOf(error: unknown): string {
  if (error instanceof MalformedRow) {
    return error.message;
  }
  // JSON may be nested deeper than a recursive walk over it can go.
  if (error instanceof RangeError) {
    return 'nested too deeply';
  }
  throw error;
}

function idOf(row: unknown): string {
  if (typeof row !== 'object' || row === null) {
    return '?';
  }
  const { id, name } = row as { id?: unknown; name?: unknown };
  const found = id ?? name;
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '?';
}
