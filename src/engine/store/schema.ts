import type { Generated } from 'kysely';

/**
 * Tables of the metrics database as the code sees them on both dialects. Times are UTC ISO-8601 text
 * with milliseconds, booleans 0 or 1, JSON columns JSON text, money USD, durations seconds; unknown is
 * null. The migrations create them and say in comments what each table is for.
 */

type Json = string;
type Time = string;
type Flag = 0 | 1;

/** What every row of an observation carries, whichever table it lives in. */
export interface ObservationColumns {
  project_id: string;
  id: string;
  trace_id: string;
  parent_observation_id: string | null;
  /** When it happened (Langfuse's startTime), as in the user's plan. */
  created_at: Time;
  updated_at: Time | null;
  /** When Langfuse took the row in. */
  ingested_at: Time | null;
  level: string;
  status_message: string | null;
  environment: string;
  version: string | null;
  release: string | null;
  user_id: string | null;
  session_id: string | null;
  trace_name: string | null;
  tags: Json;
  is_root: Flag;
  bookmarked: Flag;
  public: Flag;
  metadata: Json | null;
  resource_attributes: Json | null;
}

export interface LlmGenerationsTable extends ObservationColumns {
  /** Same as id, under the plan's name. */
  observation_id: string;
  observation_type: string;
  name: string | null;
  start_time: Time;
  end_time: Time | null;
  completion_start_time: Time | null;
  latency_seconds: number | null;
  time_to_first_token_seconds: number | null;
  model: string | null;
  model_version: string | null;
  provider: string | null;
  /** Langfuse's own model definition that priced the row. */
  model_id: string | null;
  model_parameters: Json | null;
  /** Every kind of input token: sum of usage_details keys that contain "input". */
  input_tokens: number | null;
  output_tokens: number | null;
  total_tokens: number | null;
  cached_tokens: number | null;
  reasoning_tokens: number | null;
  usage_details: Json | null;
  cost_usd: number | null;
  input_cost_usd: number | null;
  output_cost_usd: number | null;
  /** langfuse, metadata or computed; null without a cost. */
  cost_source: string | null;
  cost_details: Json | null;
  is_primary: Flag;
  tier: string | null;
  prompt_name: string | null;
  prompt_version: number | null;
  prompt_text: string | null;
  prompt_tokens_estimate: number | null;
  completion_text: string | null;
}

export interface LlmSpansTable extends ObservationColumns {
  observation_type: string;
  name: string | null;
  start_time: Time;
  end_time: Time | null;
  latency_seconds: number | null;
  input_text: string | null;
  output_text: string | null;
}

export interface LlmEventsTable extends ObservationColumns {
  /** The observation that the event happened in. */
  observation_id: string | null;
  event_name: string;
  /** fallback, error, warning or info. */
  event_type: string;
  original_model: string | null;
  fallback_model: string | null;
  fallback_reason: string | null;
  estimated_tokens: number | null;
  original_max_context: number | null;
  fallback_max_context: number | null;
  input_text: string | null;
  output_text: string | null;
}

export interface LlmTracesTable {
  project_id: string;
  id: string;
  /** Same as id, under the plan's name. */
  trace_id: string;
  /** Earliest start time of its observations (legacy servers: the trace's own timestamp). */
  created_at: Time;
  updated_at: Time | null;
  /** When the server's own trace row (legacy generation) was last updated; null for a trace rebuilt from observations alone. */
  own_updated_at: Time | null;
  end_time: Time | null;
  latency_seconds: number | null;
  name: string | null;
  user_id: string | null;
  session_id: string | null;
  tags: Json;
  environment: string;
  version: string | null;
  release: string | null;
  bookmarked: Flag;
  public: Flag;
  /** The observation without a parent; its row carries the trace's input and output. */
  root_observation_id: string | null;
  /** Filled where the server has traces of their own (legacy generation); else see root_observation_id. */
  input_text: string | null;
  output_text: string | null;
  total_cost_usd: number | null;
  total_tokens: number | null;
  total_generations: number;
  total_events: number;
  total_observations: number;
  error_count: number;
  metadata: Json | null;
  resource_attributes: Json | null;
}

export interface LlmScoresTable {
  project_id: string;
  id: string;
  trace_id: string | null;
  observation_id: string | null;
  session_id: string | null;
  experiment_id: string | null;
  name: string;
  data_type: string;
  value: number | null;
  string_value: string | null;
  source: string;
  comment: string | null;
  environment: string;
  config_id: string | null;
  author_user_id: string | null;
  queue_id: string | null;
  /** The score's own timestamp. */
  created_at: Time;
  updated_at: Time | null;
  ingested_at: Time | null;
  metadata: Json | null;
}

export interface ExportMetadataTable {
  id: Generated<number>;
  export_run_id: string;
  export_started_at: Time;
  export_completed_at: Time | null;
  data_start_time: Time | null;
  data_end_time: Time | null;
  generations_exported: Generated<number>;
  traces_exported: Generated<number>;
  events_exported: Generated<number>;
  spans_exported: Generated<number>;
  scores_exported: Generated<number>;
  prompts_exported: Generated<number>;
  requests: Generated<number>;
  /** running, completed, failed, cancelled, interrupted. */
  status: string;
  error_message: string | null;
  langfuse_project_id: string | null;
  /** command, timer, cli, service. */
  trigger: string;
  /** JSON array of {stream, id, reason}. */
  set_aside: Json | null;
  /** JSON array of {day, server, local, reason}. */
  unreconciled: Json | null;
}

export interface AgentTaskResultsTable {
  id: Generated<number>;
  /** Exported traces: the trace id; recorded tasks: the id that the script gave. */
  task_id: string;
  /** "local" for rows that scripts record. */
  project_id: string;
  trace_id: string | null;
  agent_name: string;
  agent_version: string | null;
  task_type: string | null;
  task_description: string | null;
  started_at: Time;
  completed_at: Time | null;
  duration_seconds: number | null;
  success: Flag | null;
  /** The rule that decided success: "score:NAME", "level" or "recorded". */
  success_source: string | null;
  quality_score: number | null;
  confidence_score: number | null;
  total_cost_usd: number | null;
  total_tokens: number | null;
  llm_calls_count: number | null;
  fallback_count: number | null;
  result_data: string | null;
  error_message: string | null;
  metadata: Json | null;
}

export interface PromptVariantsTable {
  id: Generated<number>;
  /** name:vN, unique within its project. */
  prompt_id: string;
  /** "local" for rows that scripts record. */
  project_id: string;
  prompt_name: string;
  /** The version's labels, most telling first, else vN. */
  variant_name: string;
  version: number | null;
  prompt_type: string;
  prompt_template: string;
  /** JSON array of names. */
  prompt_variables: Json;
  created_at: Time | null;
  updated_at: Time | null;
  created_by: string | null;
  description: string | null;
  tags: Json;
  labels: Json;
  config: Json | null;
  /** False once the server no longer lists it. */
  is_active: Flag;
  /** Labelled production. */
  is_default: Flag;
}

export interface PromptExecutionsTable {
  id: Generated<number>;
  /** Exported: trace id/observation id; recorded: the id that the script gave. */
  execution_id: string;
  /** "local" for rows that scripts record. */
  project_id: string;
  prompt_id: string;
  trace_id: string | null;
  observation_id: string | null;
  provider: string | null;
  model: string | null;
  environment: string | null;
  executed_at: Time;
  latency_seconds: number | null;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  success: Flag | null;
  /** The rule that decided success: "score:NAME", "level" or "recorded". */
  success_source: string | null;
  quality_score: number | null;
  user_feedback: number | null;
  output_text: string | null;
  metadata: Json | null;
}

/** Ranges whose windows have all been walked. Overlapping and touching ranges are merged. */
export interface ExportCoverageTable {
  project_id: string;
  covered_from: Time;
  covered_to: Time;
}

/** Windows of a run that has not completed: finished ones, and where the open one stands. Empty after a completed run. */
export interface ExportCheckpointsTable {
  project_id: string;
  /** observations, traces or scores. */
  stream: string;
  window_from: Time;
  window_to: Time;
  finished: Flag;
  /** Where the open window's walk goes on; null before its first page and when finished. */
  cursor: string | null;
  /** Rows received in it so far, by UTC hour: a JSON object. */
  received: Json;
  /** Rows of it that could not be read: a JSON array of {stream, id, reason}. */
  set_aside: Json;
  /** When the window got here; old checkpoints are walked again. */
  saved_at: Time;
}

/** Traces whose rows or scores changed since the derived tables were last computed. Empty after a completed run. */
export interface DerivationQueueTable {
  project_id: string;
  trace_id: string;
}

/** Facts about the database itself, such as the outcome rules that the derived tables were computed with. */
export interface MetricsStateTable {
  key: string;
  value: string;
}

/** Model definitions of the Langfuse server. */
export interface ModelPricesTable {
  project_id: string;
  /** Langfuse's own id of the definition. */
  id: string;
  model_name: string;
  /** A regular expression over models' names, as Langfuse writes it: `(?i)^(gpt-4o)$`. */
  match_pattern: string;
  /** From when on it prices; null: always. */
  start_date: Time | null;
  /** USD a token by usage kind, of the default tier: a JSON object. */
  prices: Json;
  /** Pricing tiers of the model; above one, long prompts cost more than `prices` says. */
  price_tiers: number;
  fetched_at: Time;
}

export interface AlertStatesTable {
  alert_id: string;
  /** Fingerprint of the rule; another one starts anew. */
  rule: string;
  /** ok, firing, noData or invalid. */
  state: string;
  level: number | null;
  /** The highest level that has fired in this period. */
  fired_level: number | null;
  period_start: Time | null;
  since: Time;
  evaluated_at: Time;
  /** The protocol's AlertState as it was told last. */
  answer: Json;
}

/** What an hour's or a day's calls of one kind, model, … amount to. Sums are null where none of the calls has a value. */
export interface UsageRollupsTable {
  /** hour and day: by every dimension; modelHour and modelDay: by provider, model and environment alone. */
  level: 'hour' | 'day' | 'modelHour' | 'modelDay';
  start: Time;
  project_id: string;
  /** Numbers the rows of one level, start and project, in the order of their dimensions. */
  slot: number;
  /** call, embedding, or fallback: events, whose model is the one fallen back from. */
  kind: 'call' | 'embedding' | 'fallback';
  provider: string | null;
  model: string | null;
  environment: string | null;
  prompt_name: string | null;
  prompt_version: number | null;
  /** Name of the call's trace. */
  trace_name: string | null;
  calls: number;
  errors: number;
  /** Calls that another model than the first choice served. */
  not_primary: number;
  fallbacks: number;
  calls_with_tokens: number;
  input_tokens: number | null;
  cached_tokens: number | null;
  output_tokens: number | null;
  reasoning_tokens: number | null;
  total_tokens: number | null;
  calls_with_cost: number;
  cost_usd: number | null;
  input_cost_usd: number | null;
  output_cost_usd: number | null;
  cached_cost_usd: number | null;
  /** Output tokens of calls whose latency is known, and what these took. */
  timed_output_tokens: number;
  output_seconds: number;
  latency_seconds: number;
  first_token_seconds: number;
  /** LatencySketch's text; null when no call has a latency. */
  latency_sketch: string | null;
  first_token_sketch: string | null;
}

/** Hours that usage_rollups does not hold as they are now. Empty after a completed run. */
export interface RollupQueueTable {
  project_id: string;
  hour: Time;
}

export interface MetricsSchema {
  llm_generations: LlmGenerationsTable;
  llm_spans: LlmSpansTable;
  llm_events: LlmEventsTable;
  llm_traces: LlmTracesTable;
  llm_scores: LlmScoresTable;
  export_metadata: ExportMetadataTable;
  agent_task_results: AgentTaskResultsTable;
  prompt_variants: PromptVariantsTable;
  prompt_executions: PromptExecutionsTable;
  export_coverage: ExportCoverageTable;
  export_checkpoints: ExportCheckpointsTable;
  derivation_queue: DerivationQueueTable;
  metrics_state: MetricsStateTable;
  model_prices: ModelPricesTable;
  alert_states: AlertStatesTable;
  usage_rollups: UsageRollupsTable;
  rollup_queue: RollupQueueTable;
}
