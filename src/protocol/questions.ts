import type {
  AgentsAnswer,
  AlertState,
  CostsAnswer,
  CostsParams,
  CoverageAnswer,
  FallbacksAnswer,
  ModelsAnswer,
  ModelsParams,
  NamedQuery,
  PromptComparison,
  PromptComparisonParams,
  PromptDrift,
  PromptFailuresAnswer,
  PromptOutcomesAnswer,
  PromptsAnswer,
  PromptTrendAnswer,
  RepriceAnswer,
  RepriceParams,
  SpendAnswer,
  SpendParams,
  SummaryAnswer,
  UsageAnswer,
  UsageParams,
} from './analytics.ts';
import type {
  AgentTask,
  ChildrenPage,
  ChildrenParams,
  FacetsAnswer,
  FacetsParams,
  ObservationDetail,
  ObservationParams,
  PromptLensAnswer,
  PromptVersionText,
  TraceDetail,
  TraceFilter,
  TraceGroupPage,
  TraceGroupsParams,
  TraceOutline,
  TracePage,
  TracePageParams,
  TraceParams,
  TraceSearchAnswer,
  TraceSearchParams,
} from './browse.ts';
import type { Bucketing, Scope } from './scope.ts';
import type { SchemaAnswer } from './sql.ts';

/**
 * Everything that can be asked of the database, by name: parameters and answer. Reading only. The
 * engine validates the parameters, so that a host may hand on what a webview or a person gave it.
 */
export interface Questions {
  // Analytics: figures.
  summary: { params: { readonly scope: Scope } & Bucketing; answer: SummaryAnswer };
  models: { params: ModelsParams; answer: ModelsAnswer };
  usage: { params: UsageParams; answer: UsageAnswer };
  prompts: { params: { readonly scope: Scope }; answer: PromptsAnswer };
  /** The same without quality, user feedback and tokens, in a fraction of the time. */
  promptOutcomes: { params: { readonly scope: Scope }; answer: PromptOutcomesAnswer };
  promptComparison: { params: PromptComparisonParams; answer: PromptComparison };
  promptTrend: { params: { readonly scope: Scope; readonly prompt: string } & Bucketing; answer: PromptTrendAnswer };
  promptDrift: { params: { readonly scope: Scope; readonly prompt: string }; answer: readonly PromptDrift[] };
  promptFailures: {
    params: {
      readonly scope: Scope;
      readonly prompt: string;
      readonly version?: number | null;
      readonly limit: number;
    };
    answer: PromptFailuresAnswer;
  };
  agents: { params: { readonly scope: Scope; readonly comparePrevious?: boolean }; answer: AgentsAnswer };
  costs: { params: CostsParams; answer: CostsAnswer };
  spend: { params: SpendParams; answer: SpendAnswer };
  reprice: { params: RepriceParams; answer: RepriceAnswer };
  fallbacks: { params: { readonly scope: Scope }; answer: FallbacksAnswer };
  coverage: { params: { readonly scope: Scope }; answer: CoverageAnswer };
  /** With `days`, of those queries that look back so many days at all. */
  namedQueries: { params: { readonly days?: number }; answer: readonly NamedQuery[] };
  /** What can be queried. */
  schema: { params: Record<string, never>; answer: SchemaAnswer };
  alertStates: { params: Record<string, never>; answer: readonly AlertState[] };

  // Browsing: rows.
  traceGroups: { params: TraceGroupsParams; answer: TraceGroupPage };
  traces: { params: TracePageParams; answer: TracePage };
  traceCount: { params: { readonly filter: TraceFilter }; answer: { readonly traces: number } };
  trace: { params: TraceParams; answer: TraceDetail | null };
  traceOutline: { params: TraceParams; answer: TraceOutline | null };
  traceSearch: { params: TraceSearchParams; answer: TraceSearchAnswer };
  traceChildren: { params: ChildrenParams; answer: ChildrenPage };
  observation: { params: ObservationParams; answer: ObservationDetail | null };
  promptVersion: {
    params: { readonly projectId: string | null; readonly prompt: string; readonly version: number };
    answer: PromptVersionText | null;
  };
  facets: { params: FacetsParams; answer: FacetsAnswer };
  agentTasks: {
    params: {
      readonly scope: Scope;
      readonly agent: string;
      /** Absent: of every type; null: of none. */
      readonly taskType?: string | null;
      readonly limit: number;
      readonly cursor?: string | null;
    };
    /** Failures first, then newest. */
    answer: { readonly tasks: readonly AgentTask[]; readonly nextCursor: string | null };
  };
  promptLens: {
    params: { readonly range: { readonly start: string; readonly end: string } };
    answer: PromptLensAnswer;
  };
}

export type QuestionName = keyof Questions;
export type QuestionParams<Q extends QuestionName> = Questions[Q]['params'];
export type QuestionAnswer<Q extends QuestionName> = Questions[Q]['answer'];
