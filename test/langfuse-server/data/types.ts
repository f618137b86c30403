/** The stand-in's own rows, before any endpoint shapes them. Times are milliseconds since the epoch, money USD. */

export type ObservationType =
  'SPAN' | 'GENERATION' | 'EVENT' | 'AGENT' | 'TOOL' | 'CHAIN' | 'RETRIEVER' | 'EVALUATOR' | 'EMBEDDING' | 'GUARDRAIL';

export type Level = 'DEBUG' | 'DEFAULT' | 'WARNING' | 'ERROR';

/** Langfuse's own definition of a model, which prices a row. USD a token; null where the model has no such price. */
export interface ModelPricing {
  readonly modelId: string;
  readonly inputPrice: number | null;
  readonly outputPrice: number | null;
  readonly totalPrice: number | null;
}

export interface PricingTier {
  readonly id: string;
  readonly name: string;
}

export interface Observation {
  readonly id: string;
  readonly traceId: string;
  readonly parentObservationId: string | null;
  readonly type: ObservationType;
  readonly name: string;
  readonly startTime: number;
  readonly endTime: number | null;
  readonly completionStartTime: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly level: Level;
  /** Missing text is "", as on the wire. */
  readonly statusMessage: string;
  readonly version: string;
  readonly release: string;
  readonly environment: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly traceName: string | null;
  readonly tags: readonly string[];
  readonly isRoot: boolean;
  readonly bookmarked: boolean;
  readonly public: boolean;
  readonly input: string | null;
  readonly output: string | null;
  /** The user's own keys, values as they are read back (JSON text already parsed). */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What OpenTelemetry senders add; null for the legacy SDKs. */
  readonly resource: Readonly<Record<string, unknown>> | null;
  readonly scope: Readonly<Record<string, unknown>> | null;
  readonly model: string;
  readonly modelParameters: unknown;
  readonly pricing: ModelPricing | null;
  readonly pricingTier: PricingTier | null;
  readonly usageDetails: Readonly<Record<string, number>>;
  readonly costDetails: Readonly<Record<string, number>>;
  readonly promptId: string;
  readonly promptName: string;
  readonly promptVersion: number | null;
  /** The root span that the server writes for a trace of a legacy sender; no such row exists on legacy endpoints. */
  readonly synthetic: boolean;
}

export interface Trace {
  readonly id: string;
  readonly timestamp: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly name: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly environment: string;
  readonly version: string;
  readonly release: string;
  readonly tags: readonly string[];
  readonly bookmarked: boolean;
  readonly public: boolean;
  readonly input: string | null;
  readonly output: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>> | null;
  readonly scope: Readonly<Record<string, unknown>> | null;
}

export type ScoreDataType = 'NUMERIC' | 'BOOLEAN' | 'CATEGORICAL' | 'TEXT' | 'CORRECTION';

export interface Score {
  readonly id: string;
  readonly name: string;
  readonly dataType: ScoreDataType;
  readonly value: number | boolean | string;
  readonly source: 'API' | 'EVAL' | 'ANNOTATION';
  readonly timestamp: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly environment: string;
  readonly traceId: string | null;
  readonly observationId: string | null;
  readonly sessionId: string | null;
  readonly experimentId: string | null;
  readonly comment: string | null;
  readonly configId: string | null;
  readonly authorUserId: string | null;
  readonly queueId: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

export interface ChatPlaceholder {
  readonly type: 'placeholder';
  readonly name: string;
}

export type PromptText = string | readonly (ChatMessage | ChatPlaceholder)[];

export interface PromptVersion {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly type: 'text' | 'chat';
  readonly prompt: PromptText;
  readonly config: unknown;
  readonly labels: readonly string[];
  readonly tags: readonly string[];
  readonly commitMessage: string | null;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Everything that one trace brought to the server. */
export interface TraceData {
  readonly trace: Trace;
  /** Rows as stored: a resent id is a second row. */
  readonly rows: readonly Observation[];
  /** Rows that have not arrived yet. */
  readonly late: readonly Observation[];
  readonly scores: readonly Score[];
}
