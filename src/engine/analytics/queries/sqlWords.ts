import type { DatabaseBackend } from '../../config/backends.ts';

/**
 * What the two dialects call the same thing. Everything else in the named queries is common to both,
 * and in syntax that SQLite knew by 2018 (3.25): an older shell that cannot parse one view of a file
 * refuses the whole file, so no FILTER, NULLS LAST or ORDER BY inside an aggregate.
 */
export interface SqlWords {
  /** A condition that holds for times of the last days; for all times when null. */
  since(column: string, days: number | null): string;
  /** The UTC day of a time. */
  day(column: string): string;
  /** The UTC hour that a time lies in, as a time. */
  hour(column: string): string;
  /** The values of a column in one text, in their order; the rows must come sorted. */
  list(column: string): string;
  /** A FROM item `tag` with the column `value`: each tag of a JSON column of an item before it. */
  tags(column: string): string;
}

const sqlite: SqlWords = {
  since: (column, days) =>
    days === null ? '1 = 1' : `${column} >= strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-${days} days')`,
  day: (column) => `date(${column})`,
  hour: (column) => `strftime('%Y-%m-%dT%H:00:00.000Z', ${column})`,
  list: (column) => `group_concat(${column}, ', ')`,
  tags: (column) => `json_each(${column}) AS tag`,
};

const postgres: SqlWords = {
  since: (column, days) => (days === null ? 'TRUE' : `${column} >= now() - interval '${days} days'`),
  day: (column) => `CAST(${column} AT TIME ZONE 'UTC' AS date)`,
  hour: (column) => `date_trunc('hour', ${column}, 'UTC')`,
  list: (column) => `string_agg(${column}, ', ' ORDER BY ${column})`,
  tags: (column) => `jsonb_array_elements_text(${column}) AS tag(value)`,
};

export const sqlWords: Readonly<Record<DatabaseBackend, SqlWords>> = { sqlite, postgres };
