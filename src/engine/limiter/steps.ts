import type { Amounts } from './amounts.ts';
import type { ClockSample } from './clock.ts';
import type { KnownPools } from './pool.ts';
import type { StatementName } from './statements.ts';

export type SqlValue = string | number | null;

/**
 * What a transaction asks of its backend: to run a statement, to read the clock, or to wake those
 * who wait once it is committed.
 */
export type Step = readonly [StatementName, ...SqlValue[]] | 'clock' | 'wake';

type Answer = readonly unknown[] | ClockSample;

/**
 * A transaction as a sequence of steps, so that SQLite (which answers at once) and PostgreSQL (which
 * takes its time) run the very same one.
 */
export type Steps<T> = Generator<Step, T, Answer>;

/** Rows as the statement of that name gives them. */
export function* rows<Row>(...step: readonly [StatementName, ...SqlValue[]]): Steps<readonly Row[]> {
  return (yield step) as readonly Row[];
}

export function* readClock(): Steps<ClockSample> {
  return (yield 'clock') as ClockSample;
}

/** The columns that hold amounts. */
export interface AmountColumns {
  readonly requests: number;
  readonly tokens: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
}

export const amountsOf = (row: AmountColumns): Amounts => [
  row.requests,
  row.tokens,
  row.input_tokens,
  row.output_tokens,
];

/** Where steps run, each sequence as one transaction: all of it or nothing. */
export interface LimiterBackend {
  /**
   * @param make receives the ids of pools that are known to exist, by key, and may add to them
   * @throws EngineError database.* and what the steps throw, after which nothing has changed
   */
  run<T>(make: (knownPools: KnownPools) => Steps<T>): Promise<T>;
  /** Resolves after `milliseconds`, or earlier when capacity may have become free. @throws the signal's reason */
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
  close(): Promise<void>;
}
