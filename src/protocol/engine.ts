/**
 * What crosses the boundary between the engine and its hosts (extension, CLI). Plain data only:
 * everything here survives structured cloning and JSON. All times are UTC ISO-8601 with milliseconds.
 */

import type { AlertReport } from './analytics.ts';
import type { DocumentUses, DocumentUsesRequest, PromptUse, PromptUsesRequest } from './promptUses.ts';
import type { QuestionAnswer, QuestionName, QuestionParams } from './questions.ts';

export interface ExportWindow {
  /** Inclusive. */
  readonly start: string;
  /** Exclusive. */
  readonly end: string;
}

/** What started a run; kept with it. */
export type ExportTrigger = 'command' | 'timer' | 'cli' | 'service';

export interface ExportRequest {
  readonly trigger: ExportTrigger;
  /**
   * The range of start times to export. Null: from the end of what is covered less the overlap
   * (first run: less the lookback) to now.
   */
  readonly range: { readonly start: string; readonly end: string | null } | null;
}

export interface ExportCounts {
  readonly traces: number;
  readonly generations: number;
  readonly spans: number;
  readonly events: number;
  readonly scores: number;
  readonly prompts: number;
}

/** Scores and prompts are read beside the observations; their phase is what of them is left after those. */
export type ExportPhase = 'connecting' | 'observations' | 'scores' | 'deriving' | 'auditing' | 'saving';

export interface ExportWaiting {
  /** quota: the server's Retry-After or our own budget; retry: backing off after a fault; lock: another process writes. */
  readonly reason: 'quota' | 'retry' | 'lock';
  /** Seconds left when it was reported; null when unknown (a lock). */
  readonly seconds: number | null;
  /** One line for the user, already localised ("HTTP 502", "held by process 4711 (export)"). */
  readonly detail: string;
}

export interface ExportProgress {
  readonly phase: ExportPhase;
  readonly window: ExportWindow;
  readonly counts: ExportCounts;
  /** Share of the time range walked, 0 to 1. */
  readonly fraction: number;
  /** Rows received a second over the run so far. */
  readonly rowsPerSecond: number;
  readonly requests: number;
  readonly setAside: number;
  readonly waiting: ExportWaiting | null;
  /** Seconds until the observations are walked at the present rate and quota; null when unknown. */
  readonly etaSeconds: number | null;
}

/** A row that the source could not read: kept out of the tables, never out of the report. */
export interface SetAsideRow {
  readonly stream: 'traces' | 'observations' | 'scores' | 'prompts';
  readonly id: string;
  readonly reason: string;
}

/** A day whose local rows still differ from the server's own count after a second walk. */
export interface UnreconciledDay {
  /** UTC day, YYYY-MM-DD. */
  readonly day: string;
  /** Observations, by the server's metrics endpoint. */
  readonly server: number;
  /** Distinct observations in the database. */
  readonly local: number;
  readonly reason: string;
}

export type ExportStatus = 'running' | 'completed' | 'failed' | 'cancelled' | 'interrupted';

/** The document that `export --json` prints. Counts are rows written or confirmed by this run, distinct ids. */
export interface ExportReport {
  readonly runId: string;
  readonly status: ExportStatus;
  readonly window: ExportWindow;
  readonly counts: ExportCounts;
  readonly requests: number;
  readonly setAside: readonly SetAsideRow[];
  readonly unreconciled: readonly UnreconciledDay[];
}

/** One row of export_metadata, for the tree of runs. */
export interface ExportRun extends ExportReport {
  readonly startedAt: string;
  readonly completedAt: string | null;
  readonly trigger: ExportTrigger;
  readonly projectId: string;
  readonly errorMessage: string | null;
}

export interface Coverage {
  readonly projectId: string;
  readonly start: string;
  readonly end: string;
}

/** legacy: v1 list endpoints (self-hosted v3, v4 in legacy mode); events: v2/observations (v4). */
export type ServerGeneration = 'legacy' | 'events';

export interface ServerInfo {
  readonly baseUrl: string;
  readonly version: string;
  readonly generation: ServerGeneration;
  /** Why this generation was chosen, one sentence for the log. */
  readonly because: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly organizationName: string | null;
  /** Days that the server keeps data; null when unlimited or unknown. */
  readonly retentionDays: number | null;
}

export interface SetupResult {
  readonly location: string;
  /** True when this call made the database. */
  readonly created: boolean;
  /** Names of the migrations that this call ran. */
  readonly migrations: readonly string[];
}

export type SqlValue = string | number | null;

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
  /** True when more rows existed than `maxRows`. */
  readonly truncated: boolean;
}

export interface QueryLimits {
  readonly maxRows: number;
  /** The statement is stopped after so long (sql.timeout); by default 10 seconds. */
  readonly timeoutSeconds?: number;
}

export interface Credentials {
  readonly baseUrl: string;
  readonly publicKey: string;
  readonly secretKey: string;
}

/** Databases are named as postgres://user:password@host:port/database or as sqlite:PATH (relative to the workspace). */
export interface MoveRequest {
  readonly to: string;
  /** Null: the configured database. */
  readonly from: string | null;
  /** Traces of the last so many days with all that belongs to them; null: everything. */
  readonly days: number | null;
}

export interface MoveProgress {
  readonly phase: 'copying' | 'verifying';
  readonly table: string;
  /** Rows of this table that this phase has been through, and all of them. */
  readonly rows: number;
  readonly total: number;
  /** Of the whole move, 0 to 1. */
  readonly fraction: number;
}

export interface MovedTableReport {
  readonly table: string;
  /** Rows of the source that were to be moved. */
  readonly rows: number;
  /** Those that this run wrote; the others were there already. */
  readonly copied: number;
  /** Those of which the target has and keeps a newer version. */
  readonly newer: number;
  /** Sums over the source's rows and over the same rows of the target, newer ones left out. */
  readonly sums: Readonly<Record<string, { readonly source: number; readonly target: number }>>;
  /** Every other row is in the target with the same values. */
  readonly verified: boolean;
}

/** The document that `migrate --json` prints. */
export interface MoveReport {
  /** Without passwords. */
  readonly from: string;
  readonly to: string;
  readonly tables: readonly MovedTableReport[];
  /** failed: a table of the target differs from the source. */
  readonly status: 'completed' | 'failed';
}

/** A person's verdict on a trace or on one of its observations. */
export interface RateRequest {
  readonly projectId: string;
  readonly traceId: string;
  /** Null: the trace as a whole. */
  readonly observationId: string | null;
  readonly good: boolean;
  readonly comment: string | null;
}

export type RecordKind = 'task' | 'execution';

/** Rows that a script has measured itself, under the names of agent_task_results' or prompt_executions' columns. */
export interface RecordBatch {
  readonly kind: RecordKind;
  /** Unchecked. */
  readonly values: readonly unknown[];
  /** False only checks them. */
  readonly write: boolean;
}

export interface RecordResult {
  /** Rows that are as they should be. */
  readonly accepted: number;
  /** Those of them that were new or different from what was there. */
  readonly changed: number;
  /** By their place in `values`; the problems are localised. */
  readonly rejected: readonly { readonly index: number; readonly problems: readonly string[] }[];
}

/** Everything a host may call. Cancellation is by signal; failures are EngineError. */
export interface Engine {
  /** Creates or migrates the database. */
  setup(signal?: AbortSignal): Promise<SetupResult>;
  /** Computes all usage rollups anew; they end as they would have without. */
  rebuildRollups(signal?: AbortSignal): Promise<{ readonly hours: number }>;
  /**
   * Runs one export to its end. A cancelled run resolves with status "cancelled" (its finished
   * windows are kept); a failed one rejects after its row in export_metadata says so.
   */
  export(
    request: ExportRequest,
    onProgress: (progress: ExportProgress) => void,
    signal?: AbortSignal,
  ): Promise<ExportReport>;
  /** Newest first. Empty when the database does not exist yet. */
  runs(limit: number): Promise<readonly ExportRun[]>;
  coverage(): Promise<readonly Coverage[]>;
  /**
   * Answers one question about the data (see questions.ts). Answers of an empty or absent database are
   * empty, not errors.
   * @throws EngineError question.invalid that names the wrong parameter
   */
  ask<Q extends QuestionName>(question: Q, params: QuestionParams<Q>, signal?: AbortSignal): Promise<QuestionAnswer<Q>>;
  /**
   * Measures every alert rule of the settings and of `.langfuse/alerts.json` now and keeps what came of
   * it: each level fires once a period, whichever process evaluates.
   */
  evaluateAlerts(signal?: AbortSignal): Promise<AlertReport>;
  /** Finds uses of prompts in source files; needs no database, and says more with one. */
  findPromptUses(request: PromptUsesRequest, signal?: AbortSignal): Promise<readonly PromptUse[]>;
  /** The same for one document; remembers the workspace's files from one request to the next. */
  documentPromptUses(request: DocumentUsesRequest, signal?: AbortSignal): Promise<DocumentUses>;
  /** Runs one read-only statement. */
  query(sql: string, limits: QueryLimits, signal?: AbortSignal): Promise<QueryResult>;
  /** Checks and writes rows of scripts, all good ones of a batch or, when the database fails, none. */
  record(batch: RecordBatch, signal?: AbortSignal): Promise<RecordResult>;
  /**
   * Copies one metrics database into another and compares the two; the source stays as it is. After
   * a failure or a cancellation the same call goes on with what is missing.
   */
  move(request: MoveRequest, onProgress: (progress: MoveProgress) => void, signal?: AbortSignal): Promise<MoveReport>;
  /**
   * Writes a rating to Langfuse as a score, then into the database. When Langfuse does not take it,
   * nothing is stored.
   */
  rate(request: RateRequest, signal?: AbortSignal): Promise<void>;
  /** Connects with these keys and says what answered; stores nothing. */
  testCredentials(credentials: Credentials, signal?: AbortSignal): Promise<ServerInfo>;
  /** Gives memory back, releases locks. The next call opens everything anew. */
  close(): Promise<void>;
}
