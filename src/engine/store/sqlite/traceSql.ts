import type { MetricsSchema } from '../schema.ts';

/**
 * SQL that writes llm_traces: rebuilt from observations (refreshTracesSql) and as a legacy server's
 * own rows (upsertTraceSql). `?1` is a JSON array of trace ids, `?2` the project.
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
  { table: 'llm_spans', name: 'name', end: 'end_time', cost: 'NULL', tokens: 'NULL' },
  { table: 'llm_events', name: 'event_name', end: 'NULL', cost: 'NULL', tokens: 'NULL' },
];

/** Missing text is NULL in the tables, missing tags are an empty list. */
const given = (field: LatestField): string => (field === 'tags' ? `nullif(tags, '[]')` : field);

const ofTheseTraces = 'trace_id IN (SELECT id FROM wanted) AND project_id = ?2';
/** Sorts rows by updated_at, then created_at, then id: the times are text of one width. */
const recency = `coalesce(updated_at, '0000-00-00T00:00:00.000Z') || created_at || id`;

const overTables = (select: (source: Source) => string): string => sources.map(select).join(' UNION ALL ');

/** Sums over each trace's rows. How many rows have a field tells whether looking for it is worth while. */
const sums = `
  SELECT trace_id, min(started) AS started, max(ended) AS ended, max(updated) AS updated, sum(cost) AS cost,
    sum(tokens) AS tokens, sum(generations) AS generations, sum(events) AS events,
    sum(observations) AS observations, sum(errors) AS errors, max(shared) AS shared,
    ${latestFields.map((field) => `sum(with_${field}) AS with_${field}`).join(', ')}
  FROM (${overTables(
    ({ table, end, cost, tokens }) => `
    SELECT trace_id, min(created_at) AS started, max(coalesce(${end}, created_at)) AS ended,
      max(updated_at) AS updated, sum(${cost}) AS cost, sum(${tokens}) AS tokens,
      ${table === 'llm_generations' ? 'count(*)' : '0'} AS generations,
      ${table === 'llm_events' ? 'count(*)' : '0'} AS events,
      sum(id <> 't-' || trace_id) AS observations, sum(level = 'ERROR') AS errors, max(public) AS shared,
      ${latestFields.map((field) => `count(${given(field)}) AS with_${field}`).join(', ')}
    FROM ${table} WHERE ${ofTheseTraces} GROUP BY trace_id`,
  )})
  GROUP BY trace_id`;

/**
 * Each trace's latest row. SQLite promises that plain columns beside a single max() or min() come
 * from the row that has it (sqlite.org/lang_select.html#bareagg), which is far cheaper than windows.
 */
const newest = `
  SELECT trace_id, max(recency) AS recency, ${latestFields.join(', ')}
  FROM (${overTables(
    ({ table }) => `
    SELECT trace_id, max(${recency}) AS recency, ${latestFields.map((field) => `${given(field)} AS ${field}`).join(', ')}
    FROM ${table} WHERE ${ofTheseTraces} GROUP BY trace_id`,
  )})
  GROUP BY trace_id`;

/** Each trace's earliest row without a parent. */
const roots = `
  SELECT trace_id, min(age) AS age, id, bookmarked, metadata, resource_attributes
  FROM (${overTables(
    ({ table }) => `
    SELECT trace_id, min(created_at || id) AS age, id, bookmarked, metadata, resource_attributes
    FROM ${table} WHERE ${ofTheseTraces} AND parent_observation_id IS NULL GROUP BY trace_id`,
  )})
  GROUP BY trace_id`;

/** One value from the first of a trace's rows in some order. */
const firstRow = (value: (source: Source) => string, condition: string, order: string): string => `
  (SELECT value FROM (${overTables(
    (source) => `
    SELECT ${value(source)} AS value, created_at, updated_at, id, parent_observation_id
    FROM ${source.table} WHERE trace_id = sums.trace_id AND project_id = ?2 AND ${condition}`,
  )}) ORDER BY ${order} LIMIT 1)`;

/** The latest row mostly has the field; only where it has none and others do are the rows sorted. */
const latest = (field: LatestField): string => `
  CASE WHEN newest.${field} IS NOT NULL OR with_${field} = 0 THEN newest.${field}
  ELSE ${firstRow(() => given(field), `${given(field)} IS NOT NULL`, `${recency} DESC`)} END`;

/** The name of the earliest root: one without a parent, else one that its sender marked as the application's root. */
const rootName = firstRow(
  ({ name }) => name,
  '(parent_observation_id IS NULL OR is_root)',
  'parent_observation_id IS NOT NULL, created_at, id',
);

/** What the server's own trace row says stands; only its gaps are filled. */
const ownFirst = (column: TraceColumn, rebuilt: string, missing = 'NULL'): string =>
  `coalesce(CASE WHEN own.own_updated_at IS NOT NULL THEN nullif(own.${column}, ${missing}) END, ${rebuilt})`;

/** Every column of the rebuilt row but its key and what only legacy servers give. */
const rebuilt: readonly (readonly [TraceColumn, string])[] = [
  ['created_at', `CASE WHEN own.own_updated_at IS NULL THEN started ELSE min(own.created_at, started) END`],
  [
    'updated_at',
    `CASE WHEN own.own_updated_at IS NULL THEN updated ELSE max(coalesce(updated, ''), own.own_updated_at) END`,
  ],
  ['end_time', 'ended'],
  ['latency_seconds', `round(unixepoch(ended, 'subsec') - unixepoch(started, 'subsec'), 3)`],
  ['name', ownFirst('name', `coalesce(${latest('trace_name')}, ${rootName})`)],
  ['user_id', ownFirst('user_id', latest('user_id'))],
  ['session_id', ownFirst('session_id', latest('session_id'))],
  ['tags', `coalesce(${ownFirst('tags', latest('tags'), `'[]'`)}, '[]')`],
  ['environment', ownFirst('environment', latest('environment'))],
  ['version', ownFirst('version', latest('version'))],
  ['release', ownFirst('release', latest('release'))],
  ['bookmarked', `coalesce(${ownFirst('bookmarked', 'roots.bookmarked')}, 0)`],
  ['public', ownFirst('public', 'shared')],
  ['root_observation_id', 'roots.id'],
  ['total_cost_usd', 'cost'],
  ['total_tokens', 'tokens'],
  ['total_generations', 'generations'],
  ['total_events', 'events'],
  ['total_observations', 'observations'],
  ['error_count', 'errors'],
  ['metadata', ownFirst('metadata', 'roots.metadata')],
  ['resource_attributes', ownFirst('resource_attributes', 'roots.resource_attributes')],
];

const differs = (columns: readonly string[]): string =>
  columns.map((column) => `llm_traces."${column}" IS NOT excluded."${column}"`).join(' OR ');

/** Rebuilds traces by the rule that Langfuse itself uses where it keeps none (its EVENTS_AGGREGATION_FIELDS). */
export const refreshTracesSql = `
  WITH wanted (id) AS MATERIALIZED (SELECT value FROM json_each(?1)),
    sums AS MATERIALIZED (${sums}), newest AS MATERIALIZED (${newest}), roots AS MATERIALIZED (${roots})
  INSERT INTO llm_traces (project_id, id, trace_id, ${rebuilt.map(([column]) => `"${column}"`).join(', ')})
  SELECT ?2, sums.trace_id, sums.trace_id, ${rebuilt.map(([, expression]) => expression).join(', ')}
  FROM sums
  JOIN newest ON newest.trace_id = sums.trace_id
  LEFT JOIN roots ON roots.trace_id = sums.trace_id
  LEFT JOIN llm_traces AS own ON own.id = sums.trace_id AND own.project_id = ?2
  WHERE true
  ON CONFLICT (project_id, id) DO UPDATE SET
    ${rebuilt.map(([column]) => `"${column}" = excluded."${column}"`).join(', ')}
  WHERE ${differs(rebuilt.map(([column]) => column))}`;

/** Queues traces for the derived tables. */
export const queueDerivationSql = `
  INSERT OR IGNORE INTO derivation_queue (project_id, trace_id) SELECT ?2, value FROM json_each(?1)`;

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
const later = (column: string): string =>
  `nullif(max(coalesce(llm_traces.${column}, ''), coalesce(excluded.${column}, '')), '')`;

/** Inserts or replaces a legacy server's own trace row, unless a newer one is there. */
export const upsertTraceSql = `
  INSERT INTO llm_traces (${traceContextColumns.join(', ')}, own_updated_at,
    total_generations, total_events, total_observations, error_count)
  VALUES (${traceContextColumns.map((_, index) => `?${index + 1}`).join(', ')}, coalesce(?5, ?4), 0, 0, 0, 0)
  ON CONFLICT (project_id, id) DO UPDATE SET
    created_at = min(llm_traces.created_at, excluded.created_at), updated_at = ${later('updated_at')},
    own_updated_at = excluded.own_updated_at,
    ${contextFields.map((column) => `${column} = coalesce(excluded.${column}, llm_traces.${column})`).join(', ')}
  WHERE excluded.own_updated_at >= coalesce(llm_traces.own_updated_at, '') AND (
    excluded.created_at < llm_traces.created_at
    OR llm_traces.updated_at IS NOT ${later('updated_at')}
    OR excluded.own_updated_at IS NOT llm_traces.own_updated_at
    OR ${contextFields.map((column) => `(excluded.${column} IS NOT NULL AND excluded.${column} IS NOT llm_traces.${column})`).join(' OR ')})`;
