import type { ScopeFilters } from '../../src/protocol/scope.ts';

/** Filters as conditions of SQL. */

/** What only the trace of a row knows. */
export function traceConditions({ traceNames, users, sessions }: ScopeFilters): readonly string[] {
  const conditions = [
    ...condition('name', traceNames),
    ...condition('user_id', users),
    ...condition('session_id', sessions),
  ];
  return conditions.length === 0
    ? []
    : [`(project_id, trace_id) IN (SELECT project_id, trace_id FROM llm_traces WHERE ${conditions.join(' AND ')})`];
}

/** `column IN (values)`; nothing for no values. */
export function condition(column: string, values: readonly (string | number)[] | undefined): readonly string[] {
  if (values === undefined || values.length === 0) {
    return [];
  }
  const list = values.map((value) => (typeof value === 'number' ? String(value) : text(value)));
  return list.length === 1 ? [`${column} = ${list.join('')}`] : [`${column} IN (${list.join(', ')})`];
}

/** A text literal. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
