import type { MetricsSchema } from '../schema.ts';
import { givenRows, quoted } from './bulkRows.ts';
import { differs } from './upsertSql.ts';

/**
 * SQL that writes llm_traces by the same rules as the SQLite backend: rebuilt from observations
 * (refreshTracesSql; `$1` is an array of trace ids, `$2` the project) and as a legacy server's own
 * rows (upsertTracesSql).
 */

type TraceColumn = keyof MetricsSchema['llm_traces'];

/** Taken from the latest observation that has one, by updated_at, then created_at, then id. */
const latestFields = ['trace_name', 'user_id', 'session_id', 'version', 'release', 'environment', 'tags'] as const;
type LatestField = (typeof latestFields)[number];

interface Source {
  readonly table: 'llm_generations' | 'llm_spans' | 'llm_events';
  readonly name: string;
  readonly end: string;
  readonly cost: string;
  readonly tokens: string;
}

const sources: readonly Source[] = [
  { table: 'llm_generations', name: 'name', end: 'end_time', cost: 'cost_usd', tokens: 'total_tokens' },
  { table: 'llm_spans', name: 'name', end: 'end_time', cost: 'NULL::double precision', tokens: 'NULL::bigint' },
  {
    table: 'llm_events',
    name: 'event_name',
    end: 'NULL::timestamptz',
    cost: 'NULL::double precision',
    tokens: 'NULL::bigint',
  },
];

const observations = sources
  .map(
    ({ table, name, end, cost, tokens }) => `
    SELECT '${table}' AS source, trace_id, id, parent_observation_id, created_at, updated_at,
      coalesce(${end}, created_at) AS ended, ${name} AS name, ${cost} AS cost, ${tokens} AS tokens,
      level, is_root, bookmarked, public, metadata, resource_attributes,
      ${latestFields.map((field) => (field === 'tags' ? `nullif(tags, '[]') AS tags` : field)).join(', ')}
    FROM ${table} WHERE trace_id = ANY ($1::text[]) AND project_id = $2`,
  )
  .join(' UNION ALL ');

/** The first of a trace's values in an order; an array because PostgreSQL has no first(). */
const first = (value: string, condition: string, order: string): string =>
  `(array_agg(${value} ORDER BY ${order}) FILTER (WHERE ${condition}))[1]`;

const recency = 'updated_at DESC NULLS LAST, created_at DESC, id DESC';
const age = 'created_at, id';
const isRoot = 'parent_observation_id IS NULL';

/** Sums of floating-point numbers depend on their order, so they are given one: nothing changes without a cause. */
const rebuiltTraces = `
  SELECT trace_id, min(created_at) AS started, max(ended) AS ended, max(updated_at) AS updated,
    sum(cost ORDER BY ${age}) AS cost, sum(tokens)::bigint AS tokens,
    count(*) FILTER (WHERE source = 'llm_generations') AS generations,
    count(*) FILTER (WHERE source = 'llm_events') AS events,
    count(*) FILTER (WHERE id <> 't-' || trace_id) AS observations,
    count(*) FILTER (WHERE level = 'ERROR') AS errors, bool_or(public) AS shared,
    ${latestFields.map((field) => `${first(field, `${field} IS NOT NULL`, recency)} AS ${field}`).join(',\n    ')},
    ${first('name', `${isRoot} OR is_root`, `(${isRoot}) DESC, ${age}`)} AS root_name,
    ${['id', 'bookmarked', 'metadata', 'resource_attributes']
      .map((field) => `${first(field, isRoot, age)} AS root_${field}`)
      .join(',\n    ')}
  FROM (${observations}) AS observation
  GROUP BY trace_id`;

/** What the server's own trace row says stands; only its gaps are filled. */
const ownFirst = (column: TraceColumn, rebuilt: string): string =>
  `coalesce(CASE WHEN own.own_updated_at IS NOT NULL THEN own.${column} END, ${rebuilt})`;

const latest = (field: LatestField): string => `rebuilt.${field}`;

/** Every column of the rebuilt row but its key and what only legacy servers give. */
const rebuilt: readonly (readonly [TraceColumn, string])[] = [
  ['created_at', 'CASE WHEN own.own_updated_at IS NULL THEN started ELSE least(own.created_at, started) END'],
  ['updated_at', 'greatest(updated, own.own_updated_at)'],
  ['end_time', 'ended'],
  ['latency_seconds', 'round(extract(epoch FROM ended - started), 3)::double precision'],
  ['name', ownFirst('name', `coalesce(${latest('trace_name')}, root_name)`)],
  ['user_id', ownFirst('user_id', latest('user_id'))],
  ['session_id', ownFirst('session_id', latest('session_id'))],
  [
    'tags',
    `coalesce(CASE WHEN own.own_updated_at IS NOT NULL THEN nullif(own.tags, '[]') END, ${latest('tags')}, '[]')`,
  ],
  ['environment', ownFirst('environment', latest('environment'))],
  ['version', ownFirst('version', latest('version'))],
  ['release', ownFirst('release', latest('release'))],
  ['bookmarked', `coalesce(${ownFirst('bookmarked', 'root_bookmarked')}, false)`],
  ['public', ownFirst('public', 'shared')],
  ['root_observation_id', 'root_id'],
  ['total_cost_usd', 'cost'],
  ['total_tokens', 'tokens'],
  ['total_generations', 'generations'],
  ['total_events', 'events'],
  ['total_observations', 'observations'],
  ['error_count', 'errors'],
  ['metadata', ownFirst('metadata', 'root_metadata')],
  ['resource_attributes', ownFirst('resource_attributes', 'root_resource_attributes')],
];

const rebuiltColumns = rebuilt.map(([column]) => column);

/** Rebuilds traces by the rule that Langfuse itself uses where it keeps none (its EVENTS_AGGREGATION_FIELDS). */
export const refreshTracesSql = `
  INSERT INTO llm_traces (project_id, id, trace_id, ${rebuiltColumns.map(quoted).join(', ')})
  SELECT $2, rebuilt.trace_id, rebuilt.trace_id, ${rebuilt.map(([, expression]) => expression).join(', ')}
  FROM (${rebuiltTraces}) AS rebuilt
  LEFT JOIN llm_traces AS own ON own.id = rebuilt.trace_id AND own.project_id = $2
  ORDER BY rebuilt.trace_id
  ON CONFLICT (project_id, id) DO UPDATE SET
    ${rebuiltColumns.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(', ')}
  WHERE ${differs('llm_traces', rebuiltColumns)}`;

/** Queues traces for the derived tables. */
export const queueDerivationSql = `
  INSERT INTO derivation_queue (project_id, trace_id)
  SELECT DISTINCT $2, trace_id FROM unnest($1::text[]) AS queued (trace_id) ORDER BY 2
  ON CONFLICT DO NOTHING`;

const contextFields = [
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

const contextColumns = ['project_id', 'id', 'trace_id', 'created_at', 'updated_at', ...contextFields] as const;

/** Inserts or replaces a legacy server's own trace rows (`$1`, one a trace), unless newer ones are there. */
export const upsertTracesSql = `
  INSERT INTO llm_traces (${contextColumns.map(quoted).join(', ')}, own_updated_at,
    total_generations, total_events, total_observations, error_count)
  SELECT ${contextColumns.map(quoted).join(', ')}, coalesce(updated_at, created_at), 0, 0, 0, 0
  FROM ${givenRows('llm_traces', contextColumns)}
  ON CONFLICT (project_id, id) DO UPDATE SET
    created_at = least(llm_traces.created_at, excluded.created_at),
    updated_at = greatest(llm_traces.updated_at, excluded.updated_at),
    own_updated_at = excluded.own_updated_at,
    ${contextFields.map((column) => `${quoted(column)} = coalesce(excluded.${quoted(column)}, llm_traces.${quoted(column)})`).join(', ')}
  WHERE excluded.own_updated_at >= coalesce(llm_traces.own_updated_at, '-infinity') AND (
    excluded.created_at < llm_traces.created_at
    OR excluded.updated_at > coalesce(llm_traces.updated_at, '-infinity')
    OR excluded.own_updated_at IS DISTINCT FROM llm_traces.own_updated_at
    OR ${contextFields.map((column) => `coalesce(excluded.${quoted(column)}, llm_traces.${quoted(column)}) IS DISTINCT FROM llm_traces.${quoted(column)}`).join(' OR ')})
  RETURNING llm_traces.project_id, llm_traces.id`;
