import type { Expression, RawBuilder, SqlBool } from 'kysely';

/**
 * What SQLite and PostgreSQL write differently, for queries that Kysely alone cannot make. Everything
 * else of a question is the same on both.
 */
export interface SqlDialect {
  /** A constant that compares with time columns. @param iso UTC, ISO-8601 with milliseconds */
  time(iso: string): RawBuilder<string>;
  /** The UTC hour that a time lies in, as text or timestamp: what a time column of that hour's start would hold. */
  hourOf(time: Expression<string>): RawBuilder<string>;
  /** Seconds from one time to a later one. */
  secondsBetween(from: Expression<string>, to: Expression<string>): RawBuilder<number>;
  /** The values of a group as one text with blanks between them; nulls are left out, and none gives null. */
  joined(values: Expression<unknown>): RawBuilder<string | null>;
  /** The values of a group as the text of one JSON array: nulls as null, numbers with all of their digits. */
  arrayOf(values: Expression<unknown>): RawBuilder<string>;
  /** True where a JSON array of texts holds any of `texts`. */
  holdsAny(array: Expression<string>, texts: readonly string[]): RawBuilder<SqlBool>;
  /** The elements of a JSON array of texts as rows of one column `value`, to be joined laterally. */
  elementsOf(array: Expression<string>): RawBuilder<{ value: string }>;
  /** The members of a JSON object of numbers as rows of `key` and `value` (text or number), to be joined laterally. */
  membersOf(object: Expression<string | null>): RawBuilder<{ key: string; value: string | number }>;
  /** Sum of the numbers in a JSON object under keys that say a cache was read; null when there is none. */
  cacheReads(details: Expression<string | null>): RawBuilder<number | null>;
}
