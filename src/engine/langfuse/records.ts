import type { ServerInfo, SetAsideRow } from '../../protocol/engine.ts';
import type { Body, Exchange } from './exchange.ts';

/**
 * What the source hands to the export: rows of any server generation, validated and normalised.
 * Missing text is null (the wire says ""), times are UTC ISO-8601 with milliseconds, durations are
 * seconds, money is USD, an unknown cost is null and never 0.
 */

export const observationTypes = [
  'SPAN',
  'GENERATION',
  'EVENT',
  'AGENT',
  'TOOL',
  'CHAIN',
  'RETRIEVER',
  'EVALUATOR',
  'EMBEDDING',
  'GUARDRAIL',
] as const;
/** Servers newer than this list may send other types; they are kept as they came. */
export type ObservationType = (typeof observationTypes)[number] | (string & {});

export interface ObservationRecord {
  readonly projectId: string;
  readonly id: string;
  /** Observations without a trace (the schema allows it) become a trace of their own, under their own id. */
  readonly traceId: string;
  readonly parentObservationId: string | null;
  readonly type: ObservationType;
  readonly name: string | null;
  readonly startTime: string;
  readonly endTime: string | null;
  readonly completionStartTime: string | null;
  /** When Langfuse took the row in. */
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly level: string;
  readonly statusMessage: string | null;
  readonly version: string | null;
  readonly release: string | null;
  readonly environment: string;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly traceName: string | null;
  readonly tags: readonly string[];
  /** No parent, or marked as the application's root by the sender. */
  readonly isRoot: boolean;
  readonly bookmarked: boolean;
  readonly public: boolean;
  /** Text as stored by Langfuse; JSON text for structured values. */
  readonly input: string | null;
  readonly output: string | null;
  /** The user's own keys. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** OpenTelemetry's `resourceAttributes.*`, `scope.*` and leftover `attributes.*`, flat dotted keys on every write path. */
  readonly resourceAttributes: Readonly<Record<string, unknown>>;
  readonly model: string | null;
  /** Id of Langfuse's own model definition that priced the row. */
  readonly modelId: string | null;
  readonly modelParameters: unknown;
  /** Tokens by kind, as Langfuse counts them (input, output, total, input_cached_tokens, …). Empty when unknown. */
  readonly usageDetails: Readonly<Record<string, number>>;
  /** USD by kind. Empty when unknown. */
  readonly costDetails: Readonly<Record<string, number>>;
  readonly promptName: string | null;
  readonly promptVersion: number | null;
  readonly latencySeconds: number | null;
  readonly timeToFirstTokenSeconds: number | null;
}

/** Only servers of the legacy generation have trace rows of their own. */
export interface TraceRecord {
  readonly projectId: string;
  readonly id: string;
  readonly timestamp: string;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly name: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly environment: string;
  readonly version: string | null;
  readonly release: string | null;
  readonly tags: readonly string[];
  readonly bookmarked: boolean;
  readonly public: boolean;
  readonly input: string | null;
  readonly output: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly resourceAttributes: Readonly<Record<string, unknown>>;
}

export interface ScoreRecord {
  readonly projectId: string;
  readonly id: string;
  readonly name: string;
  readonly dataType: 'NUMERIC' | 'BOOLEAN' | 'CATEGORICAL' | 'TEXT' | 'CORRECTION' | (string & {});
  /** NUMERIC as is, BOOLEAN as 1 or 0, else null. */
  readonly value: number | null;
  /** CATEGORICAL, TEXT and CORRECTION as is, BOOLEAN as "true" or "false", NUMERIC null. */
  readonly stringValue: string | null;
  readonly source: string;
  readonly timestamp: string;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly environment: string;
  readonly traceId: string | null;
  readonly observationId: string | null;
  readonly sessionId: string | null;
  /** The experiment (dataset run) that the score is about. */
  readonly experimentId: string | null;
  readonly comment: string | null;
  readonly configId: string | null;
  readonly authorUserId: string | null;
  readonly queueId: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface PromptVersionRecord {
  readonly projectId: string;
  readonly name: string;
  readonly version: number;
  readonly type: 'text' | 'chat' | (string & {});
  /** The stored text, references to other prompts unresolved; for chat prompts the JSON text of the messages. */
  readonly template: string;
  /** Names of `{{variables}}` and message placeholders, in order of first appearance. */
  readonly variables: readonly string[];
  readonly config: unknown;
  readonly labels: readonly string[];
  readonly tags: readonly string[];
  readonly commitMessage: string | null;
  readonly createdAt: string | null;
  readonly updatedAt: string | null;
  readonly createdBy: string | null;
}

export interface SourcePage<T> {
  readonly rows: readonly T[];
  readonly setAside: readonly SetAsideRow[];
  /** Rows on the wire, duplicates and malformed ones included. */
  readonly received: number;
  /** Where the walk goes on; null after the last page. */
  readonly cursor: string | null;
}

/** Half-open range of start times (observations) or timestamps (traces, scores). */
export interface TimeWindow {
  /** Inclusive, milliseconds since the epoch. */
  readonly from: number;
  /** Exclusive, milliseconds since the epoch. */
  readonly to: number;
}

export interface PageOptions {
  /** The `cursor` of an earlier page of the same window: the walk goes on behind it. */
  readonly cursor?: string;
  readonly signal?: AbortSignal;
}

/**
 * Makes of pages of observations what the caller works on. Where a page comes as its own body, this
 * may happen elsewhere, such as in another thread.
 */
export interface PageReader<P> {
  /**
   * @param body one page of v2/observations, JSON in UTF-8; the reader's from now on
   * @returns undefined when it is no whole JSON
   * @throws MalformedPage when it is JSON of another shape
   */
  read(body: Body): Promise<OpenedPage<P> | undefined>;
  /** Asks for a page from where it is read, its reply with what `read` would give; null: the caller is to ask. */
  exchange?(): Exchange | null;
  take(page: SourcePage<ObservationRecord>): P;
  /** The caller has asked for the next page: this one is no longer used. */
  release?(page: P): void;
}

/** A page whose rows may still be worked on, while the next one can be asked for. */
export interface OpenedPage<P> {
  readonly cursor: string | null;
  readonly page: Promise<P>;
}

/** A prompt version that the database already holds; its text never changes upstream, labels and tags do. */
export interface KnownPromptVersion {
  readonly name: string;
  readonly version: number;
}

/**
 * One Langfuse project, of whichever server generation. Every walk ends only when the server says
 * that there is no more; pages may be empty in between. The next two pages are already on their way
 * while the caller works on the last one.
 */
export interface LangfuseSource {
  readonly server: ServerInfo;
  /** HTTP requests sent so far, retries included. */
  readonly requests: number;
  observations<P>(window: TimeWindow, options: PageOptions, reader: PageReader<P>): AsyncIterable<P>;
  /** Legacy generation only; an events server yields nothing and sends no request. */
  traces(window: TimeWindow, options: PageOptions): AsyncIterable<SourcePage<TraceRecord>>;
  scores(window: TimeWindow, options: PageOptions): AsyncIterable<SourcePage<ScoreRecord>>;
  /** All versions of all prompts, with labels as of now. Text is fetched only for versions not in `known`. */
  prompts(
    known: readonly KnownPromptVersion[],
    signal?: AbortSignal,
  ): AsyncIterable<SourcePage<PromptVersionRecord | PromptLabelsRecord>>;
  /**
   * Observations by start time, counted by the server (duplicates included), by hour or day.
   * Null when the server has no such endpoint or refuses the query. Costs one request of a scarce quota.
   */
  countObservations(
    window: TimeWindow,
    granularity: 'hour' | 'day',
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<number, number> | null>;
  /** One page of the server's model definitions, from 1. Null when it gives none. Costs one request. */
  modelPrices(page: number, signal?: AbortSignal): Promise<ModelPricesPage | null>;
  /** Seconds that `requests` further list requests will take at the organisation's quota; 0 without one. */
  estimateSeconds(requests: number): number;
}

/** A version whose text is known already: only what can change. */
export interface PromptLabelsRecord {
  readonly projectId: string;
  readonly name: string;
  readonly version: number;
  readonly labels: readonly string[];
  readonly tags: readonly string[];
}

/** What a model costs by the server's own definition. */
export interface ModelPriceRecord {
  readonly projectId: string;
  readonly id: string;
  readonly modelName: string;
  /** A regular expression over models' names, as Langfuse writes it. */
  readonly matchPattern: string;
  readonly startDate: string | null;
  /** USD a token by usage kind, of the default tier. */
  readonly prices: Readonly<Record<string, number>>;
  readonly tiers: number;
}

export interface ModelPricesPage {
  readonly rows: readonly ModelPriceRecord[];
  readonly totalPages: number;
}
