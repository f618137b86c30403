import type { ObservationRecord, ScoreRecord, TraceRecord } from '../langfuse/records.ts';
import type { ObservationColumns } from '../store/schema.ts';
import type { BulkRow, TraceContextRow } from '../store/store.ts';
import { modelVersionOf, providerOf } from './modelName.ts';
import { costOf, numberIn, textIn, tokenCounts } from './usage.ts';

export type ObservationTable = 'llm_generations' | 'llm_spans' | 'llm_events';

/**
 * The table that an observation belongs to. A generation row is any observation that can cost
 * something, so that sums over llm_generations equal Langfuse's own.
 */
export function tableOf(row: ObservationRecord): ObservationTable {
  if (row.type === 'GENERATION' || row.type === 'EMBEDDING' || row.model !== null) {
    return 'llm_generations';
  }
  if (hasKeys(row.usageDetails) || hasKeys(row.costDetails)) {
    return 'llm_generations';
  }
  return row.type === 'EVENT' ? 'llm_events' : 'llm_spans';
}

function hasKeys(record: Readonly<Record<string, unknown>>): boolean {
  for (const _ in record) {
    return true;
  }
  return false;
}

const flag = (value: boolean): 0 | 1 => (value ? 1 : 0);

const jsonOrNull = (record: Readonly<Record<string, unknown>>): string | null =>
  hasKeys(record) ? JSON.stringify(record) : null;

/** The first `limit` UTF-16 units of a text, never half a character; null for none or limit 0. */
export function capText(text: string | null, limit: number): string | null {
  if (text === null || limit === 0) {
    return null;
  }
  if (text.length <= limit) {
    return text;
  }
  const last = text.charCodeAt(limit - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? limit - 1 : limit);
}

/** Seconds a row took: its own figure, else by its times, else what the application logged. */
function latencyOf(row: ObservationRecord): number | null {
  if (row.latencySeconds !== null) {
    return row.latencySeconds;
  }
  if (row.endTime !== null) {
    return (Date.parse(row.endTime) - Date.parse(row.startTime)) / 1000;
  }
  return numberIn(row.metadata, 'latency_seconds');
}

/** The plan's is_primary: true unless the metadata says otherwise. */
function isPrimary(metadata: Readonly<Record<string, unknown>>): boolean {
  const value = metadata.is_primary;
  return !(
    value === false ||
    value === 0 ||
    value === '0' ||
    (typeof value === 'string' && value.toLowerCase() === 'false')
  );
}

function timeToFirstToken(row: ObservationRecord): number | null {
  if (row.timeToFirstTokenSeconds !== null || row.completionStartTime === null) {
    return row.timeToFirstTokenSeconds;
  }
  return (Date.parse(row.completionStartTime) - Date.parse(row.startTime)) / 1000;
}

function commonColumns(row: ObservationRecord): ObservationColumns {
  return {
    project_id: row.projectId,
    id: row.id,
    trace_id: row.traceId,
    parent_observation_id: row.parentObservationId,
    created_at: row.startTime,
    updated_at: row.updatedAt,
    ingested_at: row.createdAt,
    level: row.level,
    status_message: row.statusMessage,
    environment: row.environment,
    version: row.version,
    release: row.release,
    user_id: row.userId,
    session_id: row.sessionId,
    trace_name: row.traceName,
    tags: row.tags.length === 0 ? '[]' : JSON.stringify(row.tags),
    is_root: flag(row.isRoot),
    bookmarked: flag(row.bookmarked),
    public: flag(row.public),
    metadata: jsonOrNull(row.metadata),
    resource_attributes: jsonOrNull(row.resourceAttributes),
  };
}

/** @param textLimit characters kept of prompt and completion */
export function generationRow(row: ObservationRecord, textLimit: number): BulkRow<'llm_generations'> {
  const tokens = tokenCounts(row.usageDetails);
  const cost = costOf(row);
  return {
    ...commonColumns(row),
    observation_id: row.id,
    observation_type: row.type,
    name: row.name,
    start_time: row.startTime,
    end_time: row.endTime,
    completion_start_time: row.completionStartTime,
    latency_seconds: latencyOf(row),
    time_to_first_token_seconds: timeToFirstToken(row),
    model: row.model,
    model_version: textIn(row.metadata, 'model_version') ?? modelVersionOf(row.model),
    provider: textIn(row.metadata, 'provider') ?? providerOf(row.model),
    model_id: row.modelId,
    model_parameters: row.modelParameters == null ? null : JSON.stringify(row.modelParameters),
    input_tokens: tokens.input,
    output_tokens: tokens.output,
    total_tokens: tokens.total,
    cached_tokens: tokens.cached,
    reasoning_tokens: tokens.reasoning,
    usage_details: jsonOrNull(row.usageDetails),
    cost_usd: cost.total,
    input_cost_usd: cost.input,
    output_cost_usd: cost.output,
    cost_source: cost.source,
    cost_details: jsonOrNull(row.costDetails),
    is_primary: flag(isPrimary(row.metadata)),
    tier: textIn(row.metadata, 'tier'),
    prompt_name: row.promptName,
    prompt_version: row.promptVersion,
    prompt_text: capText(row.input, textLimit),
    prompt_tokens_estimate:
      numberIn(row.metadata, 'prompt_tokens_estimate') ?? numberIn(row.metadata, 'estimated_tokens'),
    completion_text: capText(row.output, textLimit),
  };
}

/** @param textLimit characters kept of input and output */
export function spanRow(row: ObservationRecord, textLimit: number): BulkRow<'llm_spans'> {
  return {
    ...commonColumns(row),
    observation_type: row.type,
    name: row.name,
    start_time: row.startTime,
    end_time: row.endTime,
    latency_seconds: latencyOf(row),
    input_text: capText(row.input, textLimit),
    output_text: capText(row.output, textLimit),
  };
}

function eventType(row: ObservationRecord): string {
  const name = row.name?.toLowerCase() ?? '';
  if (name.includes('fallback')) {
    return 'fallback';
  }
  if (row.level === 'ERROR' || name.includes('error')) {
    return 'error';
  }
  return row.level === 'WARNING' ? 'warning' : 'info';
}

/** @param textLimit characters kept of input and output */
export function eventRow(row: ObservationRecord, textLimit: number): BulkRow<'llm_events'> {
  const { metadata } = row;
  return {
    ...commonColumns(row),
    observation_id: row.parentObservationId,
    event_name: row.name ?? 'event',
    event_type: eventType(row),
    original_model: textIn(metadata, 'original_model'),
    fallback_model: textIn(metadata, 'fallback_model'),
    fallback_reason: textIn(metadata, 'reason'),
    estimated_tokens: numberIn(metadata, 'estimated_tokens'),
    original_max_context: numberIn(metadata, 'original_max_context'),
    fallback_max_context: numberIn(metadata, 'fallback_max_context'),
    input_text: capText(row.input, textLimit),
    output_text: capText(row.output, textLimit),
  };
}

export function scoreRow(score: ScoreRecord): BulkRow<'llm_scores'> {
  return {
    project_id: score.projectId,
    id: score.id,
    trace_id: score.traceId,
    observation_id: score.observationId,
    session_id: score.sessionId,
    experiment_id: score.experimentId,
    name: score.name,
    data_type: score.dataType,
    value: score.value,
    string_value: score.stringValue,
    source: score.source,
    comment: score.comment,
    environment: score.environment,
    config_id: score.configId,
    author_user_id: score.authorUserId,
    queue_id: score.queueId,
    created_at: score.timestamp,
    updated_at: score.updatedAt,
    ingested_at: score.createdAt,
    metadata: jsonOrNull(score.metadata),
  };
}

/** @param textLimit characters kept of input and output */
export function traceRow(trace: TraceRecord, textLimit: number): TraceContextRow {
  return {
    project_id: trace.projectId,
    id: trace.id,
    trace_id: trace.id,
    created_at: trace.timestamp,
    updated_at: trace.updatedAt,
    name: trace.name,
    user_id: trace.userId,
    session_id: trace.sessionId,
    tags: JSON.stringify(trace.tags),
    environment: trace.environment,
    version: trace.version,
    release: trace.release,
    bookmarked: flag(trace.bookmarked),
    public: flag(trace.public),
    input_text: capText(trace.input, textLimit),
    output_text: capText(trace.output, textLimit),
    metadata: jsonOrNull(trace.metadata),
    resource_attributes: jsonOrNull(trace.resourceAttributes),
  };
}
