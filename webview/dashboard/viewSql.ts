import type { Scope, ScopeFilters } from '../../src/protocol/scope.ts';
import { condition, text, traceConditions } from '../shared/sqlConditions.ts';

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
    ...traceConditions(filters),
  ];
  return [
    'SELECT model, count(*) AS calls, sum(total_tokens) AS tokens, sum(cost_usd) AS cost_usd',
    'FROM llm_generations',
    `WHERE ${conditions.join('\n  AND ')}`,
    'GROUP BY model',
    'ORDER BY cost_usd DESC',
  ].join('\n');
}
