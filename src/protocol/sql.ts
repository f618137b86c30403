import type { QueryResult } from './engine.ts';

/** What the SQL panel and its document say to each other, and what completion knows of the database. */

/** Where a statement stands in the document that it was run from. */
export interface QueryOrigin {
  readonly uri: string;
  /** Of its first character, in characters from the beginning of the document. */
  readonly start: number;
  /** The line of that character, from 0. */
  readonly line: number;
}

/** What a panel of results is about. */
export interface SqlTarget {
  readonly title: string;
  readonly sql: string;
  /** Values of `:name` in the statement, as they were typed. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly origin: QueryOrigin;
}

/** How many rows are read at first; a person can ask for more, in steps of ten. */
export const firstRowCap = 1000;
export const largestRowCap = 100_000;
/** Seconds after which a statement is stopped. */
export const sqlSeconds = 10;

export interface RunSqlParams {
  readonly sql: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly origin: QueryOrigin;
  readonly maxRows: number;
}

export interface RunSqlAnswer {
  readonly result: QueryResult;
  /** How long the engine took. */
  readonly milliseconds: number;
}

export interface SchemaColumn {
  readonly name: string;
  /** As the database names it; null for a view's column that is computed. */
  readonly type: string | null;
  readonly nullable: boolean;
}

export interface SchemaTable {
  readonly name: string;
  readonly kind: 'table' | 'view';
  /** What a row is, or what the named query behind a view answers; null when nobody said so. */
  readonly comment: string | null;
  readonly columns: readonly SchemaColumn[];
}

/** Tables first, then views, both by name. */
export interface SchemaAnswer {
  readonly backend: 'sqlite' | 'postgres';
  readonly tables: readonly SchemaTable[];
}
