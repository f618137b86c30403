import { sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import type { TraceFilter } from '../../protocol/browse.ts';
import type { ScopeFilters } from '../../protocol/scope.ts';
import type { MetricsSchema } from '../store/schema.ts';
import type { SqlDialect } from '../store/sqlDialect.ts';

export type Traces = ExpressionBuilder<MetricsSchema & { t: MetricsSchema['llm_traces'] }, 't'>;
type Condition = Expression<SqlBool>;

/** Columns of the trace's own row that a scope filters by. */
const ownColumns = [
  ['environments', 't.environment'],
  ['traceNames', 't.name'],
  ['users', 't.user_id'],
  ['sessions', 't.session_id'],
] as const;

/** What a call of the trace has to be, for the filters that calls answer. */
function callConditions(eb: Traces, filters: ScopeFilters): Condition | null {
  const { models, providers, prompts, promptVersions } = filters;
  const wanted = [
    ['g.model', models],
    ['g.provider', providers],
    ['g.prompt_name', prompts],
    ['g.prompt_version', promptVersions],
  ] as const;
  const given = wanted.filter(([, values]) => values !== undefined);
  if (given.length === 0) {
    return null;
  }
  let calls = eb
    .selectFrom('llm_generations as g')
    .select('g.id')
    .whereRef('g.trace_id', '=', 't.id')
    .whereRef('g.project_id', '=', 't.project_id');
  for (const [column, values] of given) {
    calls = calls.where(column, 'in', values as readonly never[]);
  }
  return eb.exists(calls);
}

function agentCondition(eb: Traces, agents: readonly string[]): Condition {
  return eb.exists(
    eb
      .selectFrom('agent_task_results as a')
      .select('a.task_id')
      .whereRef('a.task_id', '=', 't.id')
      .whereRef('a.project_id', '=', 't.project_id')
      .where('a.agent_name', 'in', agents),
  );
}

function statusCondition(eb: Traces, status: NonNullable<TraceFilter['status']>): Condition {
  switch (status) {
    case 'ok':
      return eb('t.error_count', '=', 0);
    case 'error':
      return eb('t.error_count', '>', 0);
    case 'fallback':
      return eb.exists(
        eb
          .selectFrom('llm_events as e')
          .select('e.id')
          .whereRef('e.trace_id', '=', 't.id')
          .whereRef('e.project_id', '=', 't.project_id')
          .where('e.event_type', '=', 'fallback')
          .where('e.event_name', '!=', 'fallback_success'),
      );
  }
}

function textCondition(eb: Traces, text: string): Condition {
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
  const columns = ['t.name', 't.id', 't.user_id', 't.session_id'] as const;
  return eb.or(columns.map((column) => sql<SqlBool>`lower(${eb.ref(column)}) like ${pattern} escape '\\'`));
}

/** The traces that a filter leaves, as one condition on llm_traces called t. */
export function traceConditions(eb: Traces, dialect: SqlDialect, filter: TraceFilter): Condition {
  const { scope, text, status, minCostUsd } = filter;
  const filters = scope.filters ?? {};
  const conditions: (Condition | null)[] = [
    eb('t.created_at', '>=', scope.range.start),
    eb('t.created_at', '<', scope.range.end),
    scope.projectId ? eb('t.project_id', '=', scope.projectId) : null,
    ...ownColumns.map(([name, column]) => {
      const values = filters[name];
      return values === undefined ? null : eb(column, 'in', values);
    }),
    callConditions(eb, filters),
    filters.agents ? agentCondition(eb, filters.agents) : null,
    filters.tags ? dialect.holdsAny(eb.ref('t.tags'), filters.tags) : null,
    status === undefined ? null : statusCondition(eb, status),
    text === undefined || text.trim() === '' ? null : textCondition(eb, text.trim()),
    minCostUsd === undefined ? null : eb('t.total_cost_usd', '>=', minCostUsd),
  ];
  return eb.and(conditions.filter((condition) => condition !== null));
}
