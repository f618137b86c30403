import { stringify } from 'csv-stringify/sync';
import type { QueryResult } from '../protocol/engine.ts';

/** RFC 4180 with a header line. NULL is an empty field, empty text a quoted one. */
export function formatCsv({ columns, rows }: QueryResult): string {
  // By itself the library quotes only its own record delimiter, not a single line feed.
  return stringify([columns, ...rows] as unknown[][], { quoted_match: /^$|[\r\n]/, record_delimiter: 'windows' });
}
