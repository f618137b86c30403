import type { Insertable, Kysely, Selectable } from 'kysely';
import type { QueryLimits, QueryResult, SetupResult } from '../../protocol/engine.ts';
import type { LlmTracesTable, MetricsSchema } from './schema.ts';
import type { SqlDialect } from './sqlDialect.ts';

/** Tables filled in bulk, with the columns that identify a row. */
export const bulkTables = {
  llm_generations: ['project_id', 'trace_id', 'id'],
  llm_spans: ['project_id', 'trace_id', 'id'],
  llm_events: ['project_id', 'trace_id', 'id'],
  llm_scores: ['project_id', 'id'],
  prompt_variants: ['project_id', 'prompt_id'],
  prompt_executions: ['project_id', 'execution_id'],
  agent_task_results: ['project_id', 'task_id'],
} as const satisfies Partial<Record<keyof MetricsSchema, readonly string[]>>;

export type BulkTable = keyof typeof bulkTables;
export type BulkRow<T extends BulkTable> = Insertable<MetricsSchema[T]>;

/** Tables whose rows another database's rows join as they are. */
export type CopiedTable =
  'llm_traces' | 'prompt_variants' | 'prompt_executions' | 'agent_task_results' | 'export_metadata';
export type CopiedRow<T extends CopiedTable> = Selectable<MetricsSchema[T]>;

export interface UpsertResult {
  /**
   * Indexes into the given rows of those that were inserted or replaced; the others were there already,
   * as new or newer. Where rows of one call repeat a key, at least one of them stands for it.
   */
  readonly changed: readonly number[];
}

/** What a legacy server says of a trace itself. */
export type TraceContextRow = Omit<
  Insertable<LlmTracesTable>,
  | 'own_updated_at'
  | 'end_time'
  | 'latency_seconds'
  | 'root_observation_id'
  | 'total_cost_usd'
  | 'total_tokens'
  | 'total_generations'
  | 'total_events'
  | 'total_observations'
  | 'error_count'
>;

/** Observations of one transaction, each at most once. */
export interface WrittenObservations {
  readonly llm_generations: readonly BulkRow<'llm_generations'>[];
  readonly llm_spans: readonly BulkRow<'llm_spans'>[];
  readonly llm_events: readonly BulkRow<'llm_events'>[];
}

/** One open transaction. Use it only inside the callback that it was handed to. */
export interface WriteTransaction {
  /** Queries of the same transaction. For single statements, not for rows in bulk. */
  readonly db: Kysely<MetricsSchema>;
  /**
   * Inserts rows or, where the key exists, replaces them: exported rows (those with updated_at) only
   * when the given updated_at is greater, derived rows only when a column differs. Rows of one call
   * may repeat a key; the same rule decides among them.
   */
  upsert<T extends BulkTable>(table: T, rows: readonly BulkRow<T>[]): Promise<UpsertResult>;
  /**
   * Rebuilds these traces of llm_traces from their observations by the server's own rules
   * (name, user, session, tags, … latest non-empty; times min and max; cost and tokens summed).
   * Fields that observations do not carry keep what a legacy server's trace row gave.
   * The traces join derivation_queue.
   * @param written the observations that this transaction has inserted or replaced: a trace that
   * llm_traces does not know yet has no others, so that nothing need be read back for it
   */
  refreshTraces(projectId: string, traceIds: readonly string[], written?: WrittenObservations): Promise<void>;
  /**
   * Writes trace rows of a legacy server: given values win over rebuilt ones, a missing one (null)
   * leaves what is there, totals are left to refreshTraces. Unchanged rows are not touched.
   */
  upsertTraces(rows: readonly TraceContextRow[]): Promise<UpsertResult>;
  /**
   * Inserts whole rows of another metrics database as they are; a row whose key exists is left alone.
   * In tables that number their rows, given in the order of their numbers, a row keeps its number
   * where that is free and above `after`; else it gets one above all others.
   * @returns the greatest number given, or `after`
   */
  insertNew<T extends CopiedTable>(table: T, rows: readonly CopiedRow<T>[], after: number): Promise<number>;
  /** Adds traces whose scores changed to derivation_queue. */
  queueDerivation(projectId: string, traceIds: readonly string[]): Promise<void>;
}

/**
 * The metrics database behind whichever backend. All failures are EngineError database.* or sql.*,
 * and leave the file as it was.
 */
export interface MetricsStore {
  /** For messages: the file's path or the server's address, without secrets. */
  readonly location: string;
  /** What its SQL writes otherwise than the other backend's. */
  readonly dialect: SqlDialect;
  /** Creates the database or brings it to this version's schema. The other calls do so too when needed. */
  setup(signal?: AbortSignal): Promise<SetupResult>;
  /** True without creating anything. */
  exists(): Promise<boolean>;
  /** Sees everything that any process has saved, and this store's own unsaved writes. */
  read<T>(work: (db: Kysely<MetricsSchema>) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /**
   * Runs `work` in one transaction: all or nothing. Durable after the next save; saves are paced
   * (about a tenth of the time spent), `flush` forces one. Waits for another process that writes.
   * `work` must be re-runnable: where the database is a server that was restarted, or another
   * transaction stood in the way, it is run again from its beginning, after everything that it did in
   * the database was undone. So it changes nothing but the database; what is counted or shown is so
   * after the write. A transaction that may have been committed is never repeated before the server
   * has said that it was not.
   */
  write<T>(work: (transaction: WriteTransaction) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Makes all writes durable and lets other processes write. */
  flush(): Promise<void>;
  /**
   * Makes this process the only one that exports the project until `release`; a crash releases it too.
   * @throws EngineError export.alreadyRunning that says who exports and since when
   */
  lockExport(projectId: string): Promise<ExportLock>;
  /** One read-only statement of the user's. @throws EngineError sql.* */
  query(sql: string, limits: QueryLimits, signal?: AbortSignal): Promise<QueryResult>;
  /** Flushes, gives memory and locks back; the next call opens the database again. */
  close(): Promise<void>;
}

export interface ExportLock {
  release(): Promise<void>;
}

/** Says that a write waits for another process, and for whom; null when the wait is over. */
export type OnLockWait = (holder: string | null) => void;
