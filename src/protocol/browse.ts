import type { Scope } from './scope.ts';

/** What the trees and the trace panel read: single rows, in pages, never more than is shown. */

export type TraceGrouping = 'day' | 'session' | 'user' | 'name' | 'agent';
export type TraceStatus = 'ok' | 'error' | 'fallback';
export type TraceOrder = 'newest' | 'dearest' | 'slowest';

export interface TraceFilter {
  readonly scope: Scope;
  /** In the trace's name, id, user or session, without case. */
  readonly text?: string;
  readonly status?: TraceStatus;
  readonly minCostUsd?: number;
}

export interface TraceGroupsParams {
  readonly filter: TraceFilter;
  readonly grouping: TraceGrouping;
  /** For days. */
  readonly timeZone: string;
  readonly limit: number;
  /** Opaque, of the page before. */
  readonly cursor?: string | null;
}

export interface TraceGroupPage {
  /** Newest first. */
  readonly groups: readonly TraceGroup[];
  readonly nextCursor: string | null;
}

export interface TraceGroup {
  /** A local date, a session, a user, a name or an agent; null for traces without one. */
  readonly key: string | null;
  readonly traces: number;
  readonly costUsd: number | null;
  readonly newestAt: string;
}

export interface TracePageParams {
  readonly filter: TraceFilter;
  readonly grouping: TraceGrouping;
  readonly timeZone: string;
  /** The group to page through; absent: all traces. */
  readonly group?: string | null;
  readonly order: TraceOrder;
  readonly limit: number;
  /** Opaque, of the page before. */
  readonly cursor?: string | null;
}

export interface TraceSummary {
  readonly projectId: string;
  readonly id: string;
  readonly name: string | null;
  readonly startedAt: string;
  readonly durationSeconds: number | null;
  readonly costUsd: number | null;
  readonly tokens: number | null;
  readonly observations: number;
  readonly generations: number;
  readonly errors: number;
  readonly fallbacks: number;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly environment: string;
  readonly tags: readonly string[];
}

export interface TracePage {
  readonly traces: readonly TraceSummary[];
  readonly nextCursor: string | null;
}

export type ObservationTable = 'llm_generations' | 'llm_spans' | 'llm_events';

/** An observation without its texts. */
export interface ObservationSummary {
  readonly id: string;
  readonly parentId: string | null;
  readonly table: ObservationTable;
  /** GENERATION, SPAN, EVENT, AGENT, TOOL … */
  readonly type: string;
  readonly name: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly firstTokenAt: string | null;
  readonly level: string;
  readonly statusMessage: string | null;
  readonly model: string | null;
  readonly tokens: number | null;
  readonly costUsd: number | null;
  /** This event is a fallback, or this call was made as one. */
  readonly fallback: boolean;
  /** It names a parent that is not in the database. */
  readonly orphan: boolean;
  readonly hasChildren: boolean;
}

export interface TraceParams {
  readonly projectId: string;
  readonly traceId: string;
}

export interface TraceDetail extends TraceSummary {
  readonly metadata: string | null;
  readonly release: string | null;
  readonly version: string | null;
  /** Its own, or that of the observation that everything else happened in. */
  readonly inputText: string | null;
  readonly outputText: string | null;
  /** As long as texts are kept at most: there was more of it. */
  readonly inputCut: boolean;
  readonly outputCut: boolean;
  /** Every observation, by start time then id; parents that are not there are null. */
  readonly observationsInOrder: readonly ObservationSummary[];
  readonly scores: readonly ScoreSummary[];
}

/** A trace as its panel shows it: with its steps in columns, since it may have tens of thousands of them. */
export interface TraceOutline extends Omit<TraceDetail, 'observationsInOrder'> {
  /** The newest rating by a person, as the score that this product writes: good or not; null without one. */
  readonly rating: boolean | null;
  /** `StepColumns` as JSON: the editor looks at every value of a message, and of a long trace there are a million. */
  readonly steps: string;
}

/** The observations of a trace by start time then id: a row of every column for each. */
export interface StepColumns {
  /** What the columns of texts refer to by number. */
  readonly texts: readonly string[];
  readonly ids: readonly string[];
  /** The parent's row; null for the first level, and when the parent is not there. */
  readonly parents: readonly (number | null)[];
  /** Rows whose parent is not in the database. */
  readonly orphans: number;
  readonly types: readonly number[];
  readonly names: readonly (number | null)[];
  readonly levels: readonly number[];
  readonly statusMessages: readonly (number | null)[];
  readonly models: readonly (number | null)[];
  /** Milliseconds since the epoch; the columns of times count from here. */
  readonly origin: number;
  readonly starts: readonly number[];
  readonly ends: readonly (number | null)[];
  readonly firstTokens: readonly (number | null)[];
  readonly tokens: readonly (number | null)[];
  readonly costsUsd: readonly (number | null)[];
  /** Rows that are a fallback, or a call made as one. */
  readonly fallbacks: readonly number[];
}

export interface TraceSearchParams extends TraceParams {
  /** Found without case, anywhere in a text. */
  readonly text: string;
}

/** Which observations have the text in their input, output or metadata. */
export interface TraceSearchAnswer {
  readonly observationIds: readonly string[];
}

export interface ScoreSummary {
  readonly id: string;
  readonly observationId: string | null;
  readonly name: string;
  readonly dataType: string;
  readonly value: number | null;
  readonly stringValue: string | null;
  readonly source: string;
  readonly comment: string | null;
  readonly at: string;
}

export interface ChildrenParams extends TraceParams {
  /** Null: the trace's own first level. */
  readonly parentId: string | null;
  readonly limit: number;
  readonly offset: number;
}

export interface ChildrenPage {
  readonly observations: readonly ObservationSummary[];
  readonly total: number;
}

export interface ObservationParams extends TraceParams {
  readonly observationId: string;
}

export interface UsageKind {
  readonly kind: string;
  readonly tokens: number | null;
  readonly costUsd: number | null;
}

export interface ObservationDetail extends ObservationSummary {
  readonly inputText: string | null;
  readonly outputText: string | null;
  /** As long as texts are kept at most: there was more of it. */
  readonly inputCut: boolean;
  readonly outputCut: boolean;
  /** JSON texts. */
  readonly metadata: string | null;
  readonly modelParameters: string | null;
  readonly environment: string;
  readonly version: string | null;
  readonly provider: string | null;
  readonly promptName: string | null;
  readonly promptVersion: number | null;
  readonly costSource: string | null;
  readonly usage: readonly UsageKind[];
  readonly fallbackOf: {
    readonly originalModel: string | null;
    readonly fallbackModel: string | null;
    readonly reason: string | null;
  } | null;
  readonly scores: readonly ScoreSummary[];
  /** The whole row, column by column, for "show source row". */
  readonly row: Readonly<Record<string, string | number | null>>;
}

export interface PromptVersionText {
  readonly projectId: string;
  readonly prompt: string;
  readonly version: number;
  readonly type: string;
  readonly labels: readonly string[];
  /** The template; chat prompts as the JSON of their messages. */
  readonly template: string;
  /** The JSON of what the project keeps with it, such as a model and its parameters. */
  readonly config: string | null;
  readonly createdAt: string | null;
  readonly description: string | null;
}

export type Facet = keyof FacetsAnswer;

export interface FacetsParams {
  /** Its range and its project; filters do not count. */
  readonly scope: Scope;
  readonly limit: number;
  /** Those that are wanted; absent: all. The others are empty in the answer. */
  readonly of?: readonly Facet[];
}

/** Values to choose filters from, most used first, at most `limit` of each. */
export interface FacetsAnswer {
  readonly models: readonly string[];
  readonly providers: readonly string[];
  readonly prompts: readonly string[];
  readonly environments: readonly string[];
  readonly traceNames: readonly string[];
  readonly agents: readonly string[];
  readonly users: readonly string[];
  readonly sessions: readonly string[];
  readonly tags: readonly string[];
  readonly projects: readonly { readonly id: string; readonly name: string }[];
}

export interface AgentTask {
  readonly projectId: string;
  readonly taskId: string;
  readonly traceId: string | null;
  readonly agent: string;
  readonly taskType: string | null;
  readonly startedAt: string;
  readonly durationSeconds: number | null;
  readonly success: boolean | null;
  readonly costUsd: number | null;
  readonly errorMessage: string | null;
}

/** What CodeLens and hovers know of the prompts: names, versions, labels, the hash of each text, figures. */
export interface PromptLens {
  readonly projectId: string;
  readonly prompt: string;
  readonly type: string;
  readonly versions: readonly {
    readonly version: number;
    readonly labels: readonly string[];
    readonly template: string;
    readonly figures: {
      readonly executions: number;
      readonly successCount: number;
      readonly successN: number;
      readonly low: number | null;
      readonly high: number | null;
      readonly costPerExecutionUsd: number | null;
      readonly latencyP95: number | null;
      readonly successSources: readonly string[];
    };
  }[];
}

export interface PromptLensAnswer {
  readonly range: { readonly start: string; readonly end: string };
  readonly exportedUntil: string | null;
  readonly prompts: readonly PromptLens[];
}
