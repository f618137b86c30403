import type { Scope } from '../../src/protocol/scope.ts';
import { condition, text, traceConditions } from '../shared/sqlConditions.ts';

/** The runs of the prompt's versions as a query to go on from. */
export function comparisonAsSql({ range, projectId, filters = {} }: Scope, prompt: string): string {
  const conditions = [
    `executed_at >= ${text(range.start)}`,
    `executed_at < ${text(range.end)}`,
    ...(projectId == null ? [] : [`project_id = ${text(projectId)}`]),
    `(prompt_id = ${text(prompt)} OR (prompt_id >= ${text(`${prompt}:v`)} AND prompt_id < ${text(`${prompt}:w`)}))`,
    ...condition('model', filters.models),
    ...condition('provider', filters.providers),
    ...condition('environment', filters.environments),
    ...traceConditions(filters),
  ];
  return [
    'SELECT prompt_id, count(*) AS runs, count(success) AS scored, sum(success) AS successes,',
    '  avg(quality_score) AS quality, avg(latency_seconds) AS latency_seconds, avg(cost_usd) AS cost_usd',
    'FROM prompt_executions',
    `WHERE ${conditions.join('\n  AND ')}`,
    'GROUP BY prompt_id',
    'ORDER BY prompt_id',
  ].join('\n');
}
