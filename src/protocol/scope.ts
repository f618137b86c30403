/** Inclusive start, exclusive end; UTC ISO-8601 with milliseconds. */
export interface TimeRange {
  readonly start: string;
  readonly end: string;
}

/** One filter everywhere: fields are joined by AND, the values of one field by OR. */
export interface ScopeFilters {
  readonly models?: readonly string[];
  readonly providers?: readonly string[];
  readonly prompts?: readonly string[];
  /** Only together with one prompt. */
  readonly promptVersions?: readonly number[];
  readonly environments?: readonly string[];
  readonly traceNames?: readonly string[];
  readonly agents?: readonly string[];
  readonly users?: readonly string[];
  readonly sessions?: readonly string[];
  /** A trace or call that carries any of them. */
  readonly tags?: readonly string[];
}

/** What a question is about. */
export interface Scope {
  readonly range: TimeRange;
  /** Null: every project in the database. */
  readonly projectId?: string | null;
  readonly filters?: ScopeFilters;
}

export type TimeBucket = 'hour' | '3hours' | 'day' | 'week';

/** Buckets begin at local midnight (weeks: Monday's) of an IANA zone such as "Europe/Paris". */
export interface Bucketing {
  readonly bucket: TimeBucket;
  readonly timeZone: string;
}
