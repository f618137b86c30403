import type { CostSums, Interval, Mean, Missing, Percentiles, Rate, TokenCounts } from './figures.ts';
import type { Bucketing, Scope, TimeBucket, TimeRange } from './scope.ts';

/** Answers of engine/analytics/, the one definition of every figure shown anywhere. */

/** What every group of calls is measured by. */
export interface CallFigures extends TokenCounts, CostSums {
  readonly calls: number;
  readonly errors: number;
  readonly fallbacks: number;
  readonly errorRate: Rate;
  /** Fallbacks away from the model, of its calls and those fallbacks (the plan's rate, kept below 1). */
  readonly fallbackRate: Rate;
  readonly costPer1000CallsUsd: number | null;
  /** costUsd over calls without an error. */
  readonly costPerSuccessfulCallUsd: number | null;
  /** Embeddings are left out where the scope holds other calls too. */
  readonly latency: Percentiles | null;
  readonly timeToFirstToken: Percentiles | null;
  /** Output tokens over the time that they took, of calls that have both. */
  readonly outputTokensPerSecond: number | null;
  readonly missing: Missing;
}

export interface ModelFigures extends CallFigures {
  readonly provider: string | null;
  readonly model: string | null;
  /** Of the quality scores on its calls. */
  readonly quality: Mean;
}

export interface ModelsParams {
  readonly scope: Scope;
  /** Adds the figures of the period of the same length right before. */
  readonly comparePrevious?: boolean;
}

export interface ModelsAnswer {
  readonly range: TimeRange;
  /** By cost, dearest first; unknown cost last, then by calls. */
  readonly models: readonly (ModelFigures & { readonly previous: CallFigures | null })[];
  readonly total: CallFigures;
  readonly previousRange: TimeRange | null;
  readonly previousTotal: CallFigures | null;
}

/** The dimensions that rollups hold. */
export type UsageDimension = 'model' | 'provider' | 'prompt' | 'environment' | 'traceName';

export interface UsageParams extends Bucketing {
  readonly scope: Scope;
  /** Null: one series of everything. */
  readonly by: UsageDimension | null;
  /** False spares the work where no latency is shown. */
  readonly latency?: boolean;
}

export interface UsagePoint {
  /** Where the bucket begins, UTC. */
  readonly start: string;
  readonly calls: number;
  readonly errors: number;
  readonly fallbacks: number;
  readonly totalTokens: number | null;
  readonly costUsd: number | null;
  /** Null under 30 calls with a latency, and where none was asked for. */
  readonly latency: Percentiles | null;
}

export interface UsageAnswer {
  readonly range: TimeRange;
  readonly bucket: TimeBucket;
  /** Starts of all buckets of the range, in order, with and without calls. */
  readonly buckets: readonly string[];
  readonly series: readonly {
    /** Null: calls without a value of this dimension, or everything. */
    readonly key: string | null;
    /** Only buckets with calls, in order. */
    readonly points: readonly UsagePoint[];
    readonly total: { readonly calls: number; readonly costUsd: number | null };
  }[];
}

/** What came of a version's executions: an index of the database holds it all. */
export interface PromptVersionOutcomes {
  readonly version: number | null;
  readonly labels: readonly string[];
  readonly executions: number;
  /** Of executions whose success is known. */
  readonly successRate: Rate;
  readonly latency: Percentiles | null;
  readonly costUsd: number | null;
  readonly executionsWithoutCost: number;
  /** Mean over executions with a cost. */
  readonly costPerExecutionUsd: number | null;
  readonly firstExecutedAt: string | null;
  readonly lastExecutedAt: string | null;
  /** What decided success: "score:NAME", "level", "recorded"; the most frequent first. */
  readonly successSources: readonly string[];
  readonly missing: Missing;
}

/** The same with what only the executions themselves say. */
export interface PromptVersionFigures extends PromptVersionOutcomes {
  readonly quality: Mean;
  readonly userFeedback: Mean;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

export interface PromptFigures<Version extends PromptVersionOutcomes = PromptVersionFigures> {
  readonly projectId: string;
  readonly prompt: string;
  readonly type: string;
  readonly executions: number;
  readonly costUsd: number | null;
  /** Of the version with the label production; null without one. */
  readonly productionVersion: number | null;
  /** Newest first; versions without executions too. */
  readonly versions: readonly Version[];
}
export type PromptOutcomes = PromptFigures<PromptVersionOutcomes>;

export interface PromptsAnswer<Version extends PromptVersionOutcomes = PromptVersionFigures> {
  readonly range: TimeRange;
  /** By name. */
  readonly prompts: readonly PromptFigures<Version>[];
  readonly missing: Missing;
}
export type PromptOutcomesAnswer = PromptsAnswer<PromptVersionOutcomes>;

export type Measure = 'latencySeconds' | 'costUsd' | 'inputTokens' | 'outputTokens';

/** Of one measure of two versions: b less a. */
export interface Shift {
  readonly measure: Measure;
  readonly medianA: number | null;
  readonly medianB: number | null;
  /** Hodges-Lehmann, b less a, in the measure's unit; its 95 % interval. */
  readonly shift: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly test: 'mann-whitney';
  readonly pValue: number | null;
  readonly adjustedPValue: number | null;
  readonly nA: number;
  readonly nB: number;
  /** "costs more", "no clear change" …, localised. */
  readonly inWords: string;
}

export interface Confounder {
  readonly variable: 'model' | 'environment' | 'time';
  /** Shares of each stratum in a and in b, largest difference first. */
  readonly strata: readonly {
    readonly name: string;
    readonly nA: number;
    readonly nB: number;
    readonly shareA: number;
    readonly shareB: number;
    /** Success rate of b less that of a inside the stratum; null where one has too few. */
    readonly difference: { readonly value: number; readonly low: number; readonly high: number } | null;
  }[];
  /** The difference at the same mix; null when no stratum holds enough of both. */
  readonly sameMix: {
    readonly method: 'mantel-haenszel' | 'direct-standardisation';
    readonly difference: { readonly value: number; readonly low: number; readonly high: number };
    readonly pValue: number | null;
    readonly decided: boolean;
  } | null;
  /** One or two sentences, localised: "The models differ. With the same mix of models it is +6 points: not yet decided." */
  readonly sentence: string;
}

export type VerdictKind = 'better' | 'worse' | 'undecided' | 'alike' | 'tooFew' | 'confounded';

export interface VersionComparison {
  readonly a: string;
  readonly b: string;
  /** Success rate of b less that of a, 0 to 1, with Newcombe's 95 % interval; null below the least n. */
  readonly difference: { readonly value: number; readonly low: number; readonly high: number } | null;
  readonly test: 'fisher' | 'two-proportion' | null;
  readonly pValue: number | null;
  /** Benjamini-Hochberg over all pairs compared; the p-value itself when there is one pair. */
  readonly adjustedPValue: number | null;
  readonly verdictKind: VerdictKind;
  /** In words, localised. */
  readonly verdict: string;
  /** Further runs of both together that would settle it at the effect seen; null when settled or unknowable. */
  readonly moreRunsNeeded: number | null;
  readonly qualityDifference: { readonly value: number; readonly low: number; readonly high: number } | null;
  readonly shifts: readonly Shift[];
  readonly confounders: readonly Confounder[];
}

export interface PromptComparisonParams {
  readonly scope: Scope;
  readonly prompt: string;
  /** Versions ("7", "v7") or labels; absent: every version with executions. The first is the baseline; absent: production's, else the oldest. */
  readonly variants?: readonly string[];
}

/** The document that `benchmark-prompts --json` prints. */
export interface PromptComparison {
  readonly prompt: string;
  readonly projectId: string;
  readonly range: TimeRange;
  /** The version that the others are compared with, as in VersionComparison.a. */
  readonly baseline: string | null;
  readonly variants: readonly (PromptVersionFigures & { readonly name: string })[];
  /** Every pair; those with the baseline first. */
  readonly comparisons: readonly VersionComparison[];
  readonly missing: Missing;
}

export interface PromptTrendAnswer {
  readonly buckets: readonly string[];
  readonly versions: readonly {
    readonly version: number | null;
    readonly points: readonly {
      readonly start: string;
      readonly executions: number;
      readonly successRate: Rate;
      readonly costPerExecutionUsd: number | null;
      readonly latencyP50: number | null;
    }[];
  }[];
}

/** A version's first against its last week of executions. */
export interface PromptDrift {
  readonly version: number | null;
  readonly first: { readonly range: TimeRange; readonly successRate: Rate } | null;
  readonly last: { readonly range: TimeRange; readonly successRate: Rate } | null;
  readonly difference: { readonly value: number; readonly low: number; readonly high: number } | null;
  readonly test: 'fisher' | 'two-proportion' | null;
  readonly pValue: number | null;
  readonly verdict: string;
}

export interface FailingExecution {
  readonly executionId: string;
  readonly projectId: string;
  readonly traceId: string | null;
  readonly observationId: string | null;
  readonly version: number | null;
  readonly model: string | null;
  readonly executedAt: string;
  readonly successSource: string | null;
  /** The deciding score's comment or the error's message; null when neither says anything. */
  readonly reason: string | null;
  readonly inputPreview: string | null;
  readonly outputPreview: string | null;
}

export interface PromptFailuresAnswer {
  readonly total: number;
  /** Most frequent first. */
  readonly reasons: readonly { readonly reason: string | null; readonly count: number }[];
  /** Newest first. */
  readonly executions: readonly FailingExecution[];
}

export interface AgentFigures {
  readonly agent: string;
  /** Null: the agent's tasks of every type. */
  readonly taskType: string | null;
  readonly tasks: number;
  readonly successRate: Rate;
  readonly duration: Percentiles | null;
  readonly quality: Mean;
  readonly confidence: Mean;
  readonly costUsd: number | null;
  readonly tasksWithoutCost: number;
  readonly costPerTaskUsd: number | null;
  readonly costPerSuccessfulTaskUsd: number | null;
  readonly tokens: number | null;
  readonly llmCalls: number | null;
  readonly llmCallsPerTask: number | null;
  readonly fallbacks: number | null;
  readonly missing: Missing;
}

export interface AgentsAnswer {
  readonly range: TimeRange;
  /** By cost, dearest first. */
  readonly agents: readonly (AgentFigures & {
    readonly taskTypes: readonly AgentFigures[];
    readonly previous: AgentFigures | null;
  })[];
  /** Where failures start: the first ERROR in the tree of each failed task, most frequent first. */
  readonly failureSteps: readonly {
    readonly agent: string;
    readonly step: string;
    readonly observationType: string;
    readonly failures: number;
    readonly message: string | null;
    readonly exampleTraceId: string;
  }[];
  readonly missing: Missing;
}

export type CostDimension =
  'model' | 'provider' | 'agent' | 'prompt' | 'user' | 'session' | 'tag' | 'environment' | 'traceName';

export interface CostsParams {
  readonly scope: Scope;
  readonly by: CostDimension;
  readonly limit?: number;
  readonly comparePrevious?: boolean;
}

export interface CostRow {
  readonly key: string | null;
  readonly costUsd: number | null;
  readonly callsWithoutCost: number;
  readonly calls: number;
  readonly totalTokens: number | null;
  /** Of the scope's whole cost; null when that is unknown or 0. With tags they add up to more than 1. */
  readonly share: number | null;
  readonly previousCostUsd: number | null;
}

export interface CostsAnswer {
  readonly range: TimeRange;
  readonly by: CostDimension;
  readonly totalCostUsd: number | null;
  readonly callsWithoutCost: number;
  readonly calls: number;
  /** Dearest first; those beyond the limit in one row `others`. */
  readonly rows: readonly CostRow[];
  readonly others: CostRow | null;
  readonly missing: Missing;
}

export interface SpendParams {
  readonly projectId?: string | null;
  readonly timeZone: string;
  readonly filters?: Scope['filters'];
}

/** Today, this month so far, and where the month is going. */
export interface SpendAnswer {
  readonly now: string;
  readonly todayUsd: number | null;
  readonly yesterdayUsd: number | null;
  readonly monthToDateUsd: number | null;
  readonly callsWithoutCost: number;
  /** Cumulative, one point a local day of the month so far. */
  readonly days: readonly { readonly date: string; readonly costUsd: number; readonly cumulativeUsd: number }[];
  readonly monthEnd: string;
  readonly forecast: {
    readonly costUsd: number;
    /** 80 % prediction interval. */
    readonly interval: Interval;
    readonly method: string;
    readonly daysUsed: number;
    /** Cumulative, for the days to come. */
    readonly days: readonly {
      readonly date: string;
      readonly cumulativeUsd: number;
      readonly low: number;
      readonly high: number;
    }[];
  } | null;
  readonly missing: Missing;
}

export interface RepriceParams {
  readonly scope: Scope;
  /** The model whose prices the scope's traffic is to be charged with. */
  readonly model: string;
}

export interface RepriceAnswer {
  readonly model: string;
  readonly prices: {
    /** "langfuse" or the table's name and date. */
    readonly source: string;
    /** USD per token by usage kind. */
    readonly perToken: Readonly<Record<string, number>>;
  };
  readonly rows: readonly {
    readonly model: string | null;
    readonly calls: number;
    readonly costUsd: number | null;
    readonly repricedUsd: number | null;
  }[];
  readonly costUsd: number | null;
  readonly repricedUsd: number | null;
  readonly changeUsd: number | null;
  /** Calls without usage, which could not be priced. */
  readonly callsWithoutUsage: number;
  /** What the figure takes for granted (the same number of tokens), localised. */
  readonly caveats: readonly string[];
}

export interface FallbacksAnswer {
  readonly range: TimeRange;
  readonly models: readonly {
    readonly model: string;
    readonly calls: number;
    readonly fallbacks: number;
    readonly rate: Rate;
  }[];
  /** From the model asked first to the one that answered. */
  readonly chains: readonly {
    readonly original: string;
    readonly fallback: string;
    readonly count: number;
    readonly reasons: readonly { readonly reason: string | null; readonly count: number }[];
  }[];
  /** Hours in which an unusual share of calls was served by another model than the first choice. */
  readonly storms: readonly {
    readonly start: string;
    readonly calls: number;
    readonly notPrimary: number;
    readonly rate: Rate;
  }[];
  readonly missing: Missing;
}

export interface SummaryAnswer {
  readonly range: TimeRange;
  readonly previousRange: TimeRange;
  readonly current: CallFigures;
  readonly previous: CallFigures;
  readonly traces: number;
  /** Of traces' outcomes (agent tasks where there are any, else prompt executions). */
  readonly successRate: Rate;
  readonly previousSuccessRate: Rate;
  /** Small lines under the figures: one value a bucket, null where there is none. */
  readonly sparklines: {
    readonly buckets: readonly string[];
    readonly costUsd: readonly (number | null)[];
    readonly calls: readonly (number | null)[];
    readonly totalTokens: readonly (number | null)[];
    readonly latencyP95: readonly (number | null)[];
    readonly fallbackRate: readonly (number | null)[];
    readonly errorRate: readonly (number | null)[];
  };
}

export interface CoverageAnswer {
  /** Newest exported moment; null before the first export. */
  readonly exportedUntil: string | null;
  readonly covered: readonly TimeRange[];
  /** Holes inside the asked range, up to exportedUntil. */
  readonly missing: readonly TimeRange[];
  readonly lastRun: { readonly status: string; readonly at: string; readonly errorMessage: string | null } | null;
}

export interface NamedQuery {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** How many days back its SQL looks; null for the whole history. */
  readonly days: number | null;
  /** The view that outside tools find the same answer in, over its usual number of days. */
  readonly view: string;
  readonly sql: string;
}

export interface AlertState {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly state: 'ok' | 'firing' | 'noData' | 'invalid';
  /** The share of its threshold's limit at which it fires, for budgets (0.5, 0.8 …); null for the others. */
  readonly level: number | null;
  readonly value: number | null;
  readonly limit: number | null;
  readonly unit: 'usd' | 'rate' | 'seconds' | 'hours' | 'score';
  /** One sentence, localised. */
  readonly message: string;
  readonly since: string | null;
  readonly period: TimeRange | null;
  /** What "Show" opens. */
  readonly scope: Scope | null;
}

export interface AlertReport {
  readonly evaluatedAt: string;
  readonly alerts: readonly AlertState[];
  /** Ids of those that fire now and did not at the last evaluation (or at a lower level). */
  readonly fired: readonly string[];
  readonly recovered: readonly string[];
}
