import type { MetricsSchema } from '../schema.ts';
import { observationColumns, rebuiltColumns, type ObservationColumn } from '../traceRebuild.ts';

/** SQL that reads observations for rebuilding traces and writes llm_traces, also as a legacy server's own rows. */

type TraceColumn = keyof MetricsSchema['llm_traces'];

/** Columns whose expression is not their own name. */
const common: Partial<Record<ObservationColumn, string>> = {
  has_parent: 'parent_observation_id IS NOT NULL',
  ended_at: 'end_time',
  is_error: `level = 'ERROR'`,
  is_generation: '0',
  is_event: '0',
  cost_usd: 'NULL',
  total_tokens: 'NULL',
  tags: `nullif(tags, '[]')`,
};
const sources: Readonly<Record<string, Partial<Record<ObservationColumn, string>>>> = {
  llm_generations: { is_generation: '1', cost_usd: 'cost_usd', total_tokens: 'total_tokens' },
  llm_spans: {},
  llm_events: { is_event: '1', ended_at: 'NULL', name: 'event_name' },
};

/** The observations of traces, as TraceRebuild reads them. `?1` is a JSON array of trace ids, `?2` the project. */
export const observationsOfTracesSql = Object.entries(sources)
  .map(([table, own]) => {
    const columns = observationColumns.map((column) => own[column] ?? common[column] ?? column);
    return `SELECT ${columns.join(', ')} FROM ${table}
      WHERE trace_id IN (SELECT value FROM json_each(?1)) AND project_id = ?2`;
  })
  .join(' UNION ALL ');

/** Which of the traces in a JSON array of ids (`?1`) the project (`?2`) has. */
export const knownTracesSql = `
  SELECT id FROM llm_traces WHERE project_id = ?2 AND id IN (SELECT value FROM json_each(?1))`;

/** Queues traces for the derived tables; parameters as above. */
export const queueDerivationSql = `
  INSERT OR IGNORE INTO derivation_queue (project_id, trace_id) SELECT ?2, value FROM json_each(?1)`;

const filled = (column: TraceColumn): string => `coalesce(llm_traces.${column}, excluded.${column})`;

/** What the server's own trace row says stands; only its gaps are filled. Other columns are always rebuilt. */
const ownFirst: Partial<Record<TraceColumn, string>> = {
  created_at: 'min(llm_traces.created_at, excluded.created_at)',
  updated_at: `max(llm_traces.own_updated_at, coalesce(excluded.updated_at, ''))`,
  name: filled('name'),
  user_id: filled('user_id'),
  session_id: filled('session_id'),
  tags: `coalesce(nullif(llm_traces.tags, '[]'), excluded.tags)`,
  environment: 'llm_traces.environment',
  version: filled('version'),
  release: filled('release'),
  bookmarked: 'llm_traces.bookmarked',
  public: 'llm_traces.public',
  metadata: filled('metadata'),
  resource_attributes: filled('resource_attributes'),
};

const merged = (column: TraceColumn): string => {
  const own = ownFirst[column];
  return own === undefined
    ? `excluded.${column}`
    : `CASE WHEN llm_traces.own_updated_at IS NULL THEN excluded.${column} ELSE ${own} END`;
};
const writable = rebuiltColumns.filter((column) => column !== 'project_id' && column !== 'id');

/** Writes one rebuilt trace, given by `rebuiltColumns`; a row that would stay as it is is not touched. */
export const writeTraceSql = `
  INSERT INTO llm_traces (${rebuiltColumns.join(', ')}, trace_id)
  VALUES (${rebuiltColumns.map((_, index) => `?${index + 1}`).join(', ')}, ?${rebuiltColumns.indexOf('id') + 1})
  ON CONFLICT (project_id, id) DO UPDATE SET ${writable.map((column) => `${column} = ${merged(column)}`).join(', ')}
  WHERE ${writable.map((column) => `llm_traces.${column} IS NOT ${merged(column)}`).join(' OR ')}`;

/** Parameters of upsertTraceSql, in order. */
export const traceContextColumns = [
  'project_id',
  'id',
  'trace_id',
  'created_at',
  'updated_at',
  'name',
  'user_id',
  'session_id',
  'tags',
  'environment',
  'version',
  'release',
  'bookmarked',
  'public',
  'metadata',
  'resource_attributes',
  'input_text',
  'output_text',
] as const satisfies readonly TraceColumn[];

const contextFields = traceContextColumns.slice(5);
const later = `nullif(max(coalesce(llm_traces.updated_at, ''), coalesce(excluded.updated_at, '')), '')`;

/** Inserts or replaces a legacy server's own trace row, unless a newer one is there. */
export const upsertTraceSql = `
  INSERT INTO llm_traces (${traceContextColumns.join(', ')}, own_updated_at,
    total_generations, total_events, total_observations, error_count)
  VALUES (${traceContextColumns.map((_, index) => `?${index + 1}`).join(', ')}, coalesce(?5, ?4), 0, 0, 0, 0)
  ON CONFLICT (project_id, id) DO UPDATE SET
    created_at = min(llm_traces.created_at, excluded.created_at), updated_at = ${later},
    own_updated_at = excluded.own_updated_at,
    ${contextFields.map((column) => `${column} = coalesce(excluded.${column}, llm_traces.${column})`).join(', ')}
  WHERE excluded.own_updated_at >= coalesce(llm_traces.own_updated_at, '') AND (
    excluded.created_at < llm_traces.created_at
    OR llm_traces.updated_at IS NOT ${later}
    OR llm_traces.own_updated_at IS NOT excluded.own_updated_at
    OR ${contextFields.map((column) => `(excluded.${column} IS NOT NULL AND excluded.${column} IS NOT llm_traces.${column})`).join(' OR ')})`;
