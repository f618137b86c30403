import type { Scope, ScopeFilters } from '../../src/protocol/scope.ts';

const columns: readonly (readonly [field: keyof ScopeFilters, column: string])[] = [
  ['models', 'model'],
  ['providers', 'provider'],
  ['prompts', 'prompt_name'],
  ['promptVersions', 'prompt_version'],
  ['environments', 'environment'],
];

/** The scope's calls by model as a query to go on from. Filters of traces are joined by the trace. */
export function viewAsSql({ range, projectId, filters = {} }: Scope): string {
  const conditions = [
    `created_at >= ${text(range.start)}`,
    `created_at < ${text(range.end)}`,
    ...(projectId == null ? [] : [`project_id = ${text(projectId)}`]),
    ...columns.flatMap(([field, column]) => condition(column, filters[field])),
    ...ofTraces(filters),
  ];
  return [
    'SELECT model, count(*) AS calls, sum(total_tokens) AS tokens, sum(cost_usd) AS cost_usd',
    'FROM llm_generations',
    `WHERE ${conditions.join('\n  AND ')}`,
    'GROUP BY model',
    'ORDER BY cost_usd DESC',
  ].join('\n');
}

function ofTraces({ traceNames, users, sessions }: ScopeFilters): readonly string[] {
  const conditions = [
    ...condition('name', traceNames),
    ...condition('user_id', users),
    ...condition('session_id', sessions),
  ];
  return conditions.length === 0
    ? []
    : [`(project_id, trace_id) IN (SELECT project_id, trace_id FROM llm_traces WHERE ${conditions.join(' AND ')})`];
}

function condition(column: string, values: readonly (string | number)[] | undefined): readonly string[] {
  if (values === undefined || values.length === 0) {
    return [];
  }
  const list = values.map((value) => (typeof value === 'number' ? String(value) : text(value)));
  return list.length === 1 ? [`${column} = ${list.join('')}`] : [`${column} IN (${list.join(', ')})`];
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
