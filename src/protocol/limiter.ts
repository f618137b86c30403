/** What a limit counts. In files and on the command line under these names. */
export const dimensions = ['requests', 'tokens', 'input_tokens', 'output_tokens'] as const;
export type Dimension = (typeof dimensions)[number];

export const windows = ['minute', 'hour', 'day'] as const;
export type Window = (typeof windows)[number];

/** Numbers by dimension and window; what is not limited is absent. */
export type WindowNumbers = Partial<Record<Dimension, Partial<Record<Window, number>>>>;

/** Which limits a call falls under. */
export interface ModelAddress {
  readonly provider: string;
  readonly model: string;
  /** Absent: the first entry of the limits file for the model, whatever its tier. */
  readonly tier?: string | undefined;
}

/** What a call will need, as far as it is known before. What counts at admission depends on the provider. */
export interface TokenEstimate {
  /** Of the whole call. */
  readonly tokens?: number | undefined;
  readonly inputTokens?: number | undefined;
  /** The call's own cap on its output (`max_tokens`). */
  readonly maxOutputTokens?: number | undefined;
}

/** What a call really used. */
export interface TokenUsage {
  readonly tokens?: number | undefined;
  /** Without what was read from the provider's cache, where the provider does not count that. */
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
}

export interface AcquireRequest extends ModelAddress, TokenEstimate {
  /** Higher is served first; each step is worth a minute of waiting. Default 0. */
  readonly priority?: number | undefined;
  /** How long to wait in line; 0 or absent does not wait. */
  readonly waitSeconds?: number | undefined;
  /** How long the call may take before it counts as lost and settles at its estimate. Default 600. */
  readonly leaseSeconds?: number | undefined;
}

/** The limit that stands in the way. `pause`: the provider, or you, stopped all calls for a while. */
export type LimitedBy =
  | { readonly dimension: Dimension; readonly window: Window; readonly limit: number }
  | { readonly dimension: 'pause'; readonly window: null; readonly limit: null };

export interface Granted {
  readonly granted: true;
  /** For `report`. */
  readonly reservation: string;
  /** What is left in each limited window after this call. */
  readonly remaining: WindowNumbers;
}

export interface Refused {
  readonly granted: false;
  /** When it is worth asking again, as far as is known now. */
  readonly retryAfterMs: number;
  readonly limitedBy: LimitedBy;
}

export type AcquireResult = Granted | Refused;

/**
 * `failed`: the provider was asked and gave no answer; costs what the provider charges for that.
 * `unused`: the provider was never asked; gives everything back.
 */
export const outcomes = ['succeeded', 'failed', 'unused'] as const;
export type Outcome = (typeof outcomes)[number];

/** Response headers by lower-case name. */
export type ResponseHeaders = Readonly<Record<string, string>>;

export interface ReportRequest extends TokenUsage {
  readonly reservation: string;
  /** Default `succeeded`. */
  readonly outcome?: Outcome | undefined;
  readonly headers?: ResponseHeaders | undefined;
}

export interface ReportResult {
  readonly reservation: string;
  /** `repeated`: it was settled before, nothing has changed. `late`: its lease had run out, so only over-use was counted. */
  readonly settled: 'now' | 'repeated' | 'late';
  readonly remaining: WindowNumbers;
}

/** Where a limit's number comes from. */
export type LimitSource =
  | { readonly kind: 'settings' }
  /** `date`: the day on which the preset was taken from the provider's documentation. */
  | { readonly kind: 'preset'; readonly date: string; readonly url: string }
  /** A response header said so, at this UTC time. */
  | { readonly kind: 'header'; readonly at: string };

export interface LimitInForce {
  readonly dimension: Dimension;
  readonly window: Window;
  readonly limit: number;
  readonly source: LimitSource;
}

/** One entry of the limits in force. */
export interface LimitsEntry {
  readonly provider: string;
  /** A name, or a pattern with `*`; all models that match share one pool. */
  readonly model: string;
  /** Null: any. */
  readonly tier: string | null;
  readonly limits: readonly LimitInForce[];
}

/** Why the limits file is not in force as it stands. */
export interface LimitsProblem {
  readonly file: string;
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

export interface LimitsReport {
  readonly file: string;
  readonly unknown: 'allow' | 'refuse';
  readonly entries: readonly LimitsEntry[];
  /** Null when the file is in force; else the last good one is. */
  readonly problem: LimitsProblem | null;
}

export interface WindowStatus {
  readonly dimension: Dimension;
  readonly window: Window;
  /** May exceed the limit: over-use is a debt. */
  readonly used: number;
  /** Null: counted, not limited. */
  readonly limit: number | null;
  readonly source: LimitSource | null;
  /** When the oldest use leaves, or the calendar day ends; null when nothing is used. */
  readonly resetMs: number | null;
}

export interface PoolStatus {
  readonly provider: string;
  readonly model: string;
  readonly tier: string | null;
  readonly windows: readonly WindowStatus[];
  /** Calls in line. */
  readonly waiting: number;
  /** Reservations that were not reported yet. */
  readonly open: number;
  /** Queue items that have not started. */
  readonly queued: number;
  /** UTC; null when calls flow. */
  readonly pausedUntil: string | null;
}

export interface LimiterStatus {
  readonly pools: readonly PoolStatus[];
  readonly queue: Readonly<Record<QueueItemStatus, number>>;
  readonly problem: LimitsProblem | null;
}

export const queueItemStatuses = ['pending', 'executing', 'completed', 'failed'] as const;
export type QueueItemStatus = (typeof queueItemStatuses)[number];

export interface ScheduleRequest extends ModelAddress, TokenEstimate {
  /** Scheduling the same id again changes nothing. Absent: one is made. */
  readonly id?: string | undefined;
  /** JSON, handed back by `next`. */
  readonly payload?: unknown;
  /** Higher first. Default 0. */
  readonly priority?: number | undefined;
  /** UTC; absent: at once. */
  readonly notBefore?: string | undefined;
  /** Including the first. Default 5. */
  readonly maxAttempts?: number | undefined;
}

export interface ScheduleResult {
  readonly id: string;
  readonly status: QueueItemStatus;
  /** False when an item of this id was there already. */
  readonly created: boolean;
  /** UTC, as far as is known now; null unless it is pending. */
  readonly predictedStart: string | null;
}

export interface NextRequest {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly tier?: string | undefined;
  readonly waitSeconds?: number | undefined;
  /** How long the work may take before the item goes back into the queue. Default 600. */
  readonly leaseSeconds?: number | undefined;
}

/** An item to work on. */
export interface QueueItem {
  readonly id: string;
  readonly provider: string;
  readonly model: string;
  readonly tier: string | null;
  readonly payload: unknown;
  readonly priority: number;
  /** From 1. */
  readonly attempt: number;
  /** Names this hand-out; `complete` and `fail` with another one are refused. */
  readonly lease: string;
  /** Settled by `complete` and `fail`. */
  readonly reservation: string;
}

export type NextResult =
  | { readonly item: QueueItem }
  /** Null: nothing is queued. */
  | { readonly item: null; readonly retryAfterMs: number | null };

interface EndRequest extends TokenUsage {
  readonly id: string;
  /** Absent: whoever holds the item. */
  readonly lease?: string | undefined;
  readonly headers?: ResponseHeaders | undefined;
}

export interface CompleteRequest extends EndRequest {
  /** JSON. */
  readonly result?: unknown;
}

export interface FailRequest extends EndRequest {
  readonly error?: string | undefined;
  /** False: no further attempt. Default true. */
  readonly retry?: boolean | undefined;
  /** In place of the growing pause. */
  readonly retryAfterSeconds?: number | undefined;
}

export interface EndResult {
  readonly id: string;
  readonly status: QueueItemStatus;
  /** UTC; null unless it will be tried again. */
  readonly nextAttempt: string | null;
}

/** Which pools an operation is about; absent fields match all. */
export interface PoolFilter {
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly tier?: string | undefined;
}

export type PauseRequest = Omit<PoolFilter, 'provider'> & {
  readonly provider: string;
  /** Absent: until `resume`. */
  readonly seconds?: number | undefined;
};

/**
 * One limiter for every process of a workspace. All methods fail with an EngineError: `limits.*`
 * for what cannot be done, `database.*` for the file or server behind it, after which nothing has
 * changed. An aborted signal ends a wait with the signal's reason.
 */
export interface Limiter {
  /** @throws limits.neverAdmitted when the call exceeds a limit by itself, limits.unknownModel when the limits file refuses unknown models */
  acquire(request: AcquireRequest, signal?: AbortSignal): Promise<AcquireResult>;
  /** Settles a reservation, once. @throws limits.unknownReservation */
  report(request: ReportRequest): Promise<ReportResult>;
  /** As `acquire`, without taking anything. */
  wait(request: AcquireRequest, signal?: AbortSignal): Promise<Refused | { readonly granted: true }>;
  status(filter?: PoolFilter): Promise<LimiterStatus>;
  limits(): Promise<LimitsReport>;
  schedule(request: ScheduleRequest): Promise<ScheduleResult>;
  next(request: NextRequest, signal?: AbortSignal): Promise<NextResult>;
  /** @throws limits.unknownItem, limits.leaseLost when the item was handed to another worker meanwhile */
  complete(request: CompleteRequest): Promise<EndResult>;
  /** @throws limits.unknownItem, limits.leaseLost */
  fail(request: FailRequest): Promise<EndResult>;
  pause(request: PauseRequest): Promise<void>;
  resume(filter: PoolFilter): Promise<void>;
  /** Forgets what was used. */
  reset(filter: PoolFilter): Promise<void>;
  close(): Promise<void>;
}
