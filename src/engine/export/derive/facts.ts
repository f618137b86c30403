import { sql, type Kysely } from 'kysely';
import type { LlmGenerationsTable, LlmTracesTable, MetricsSchema } from '../../store/schema.ts';
import type { ScoreFact } from './outcome.ts';

export type TraceFact = Pick<
  LlmTracesTable,
  | 'id'
  | 'name'
  | 'version'
  | 'created_at'
  | 'end_time'
  | 'latency_seconds'
  | 'root_observation_id'
  | 'total_cost_usd'
  | 'total_tokens'
  | 'total_generations'
  | 'error_count'
  | 'metadata'
>;

export interface AgentFact {
  readonly id: string;
  readonly trace_id: string;
  readonly parent_observation_id: string | null;
  readonly name: string | null;
  readonly version: string | null;
  readonly created_at: string;
  readonly output: string | null;
}

export interface AttachedScore extends ScoreFact {
  readonly trace_id: string | null;
  readonly observation_id: string | null;
}

export type ExecutionFact = Pick<
  LlmGenerationsTable,
  | 'id'
  | 'trace_id'
  | 'provider'
  | 'model'
  | 'environment'
  | 'created_at'
  | 'latency_seconds'
  | 'input_tokens'
  | 'output_tokens'
  | 'cost_usd'
  | 'prompt_version'
  | 'completion_text'
  | 'metadata'
> & { readonly prompt_name: string };

/** Everything that the derived rows of some traces are computed from. */
export interface TraceFacts {
  readonly traces: readonly TraceFact[];
  readonly agents: ReadonlyMap<string, readonly AgentFact[]>;
  readonly scores: ReadonlyMap<string, readonly AttachedScore[]>;
  readonly executions: readonly ExecutionFact[];
  /** Fallbacks by trace; the plan's fallback_success is the end of one, not another. */
  readonly fallbacks: ReadonlyMap<string, number>;
  /** The first error's message by trace. */
  readonly errors: ReadonlyMap<string, string>;
}

function byTrace<T extends { readonly trace_id: string | null }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    if (row.trace_id !== null) {
      const group = groups.get(row.trace_id);
      if (group === undefined) {
        groups.set(row.trace_id, [row]);
      } else {
        group.push(row);
      }
    }
  }
  return groups;
}

/** An index of agents alone serves only who asks for them in so many words. */
const agent = sql.lit('AGENT');

async function loadAgents(db: Kysely<MetricsSchema>, projectId: string, ids: readonly string[]): Promise<AgentFact[]> {
  return db
    .selectFrom('llm_spans')
    .select(['id', 'trace_id', 'parent_observation_id', 'name', 'version', 'created_at', 'output_text as output'])
    .where('project_id', '=', projectId)
    .where('trace_id', 'in', ids)
    .where('observation_type', '=', agent)
    .execute();
}

interface GenerationFacts {
  readonly executions: readonly ExecutionFact[];
  /** Agents that have a cost of their own. */
  readonly agents: readonly AgentFact[];
}

async function loadGenerations(
  db: Kysely<MetricsSchema>,
  projectId: string,
  ids: readonly string[],
): Promise<GenerationFacts> {
  const rows = await db
    .selectFrom('llm_generations')
    .select([
      'id',
      'trace_id',
      'parent_observation_id',
      'observation_type',
      'name',
      'version',
      'provider',
      'model',
      'environment',
      'created_at',
      'latency_seconds',
      'input_tokens',
      'output_tokens',
      'cost_usd',
      'prompt_name',
      'prompt_version',
      'completion_text',
      'metadata',
    ])
    .where('project_id', '=', projectId)
    .where('trace_id', 'in', ids)
    .where((eb) => eb.or([eb('prompt_name', 'is not', null), eb('observation_type', '=', agent)]))
    .execute();
  return {
    executions: rows.filter((row): row is typeof row & { prompt_name: string } => row.prompt_name !== null),
    agents: rows
      .filter((row) => row.observation_type === 'AGENT')
      .map((row) => ({ ...row, output: row.completion_text })),
  };
}

async function loadErrors(
  db: Kysely<MetricsSchema>,
  projectId: string,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const first = new Map<string, { at: string; message: string }>();
  for (const table of ['llm_generations', 'llm_spans', 'llm_events'] as const) {
    const rows = await db
      .selectFrom(table)
      .select(['trace_id', 'status_message', 'created_at'])
      .where('project_id', '=', projectId)
      .where('trace_id', 'in', ids)
      .where('level', '=', 'ERROR')
      .where('status_message', 'is not', null)
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    for (const row of rows) {
      const known = first.get(row.trace_id);
      if (known === undefined || row.created_at < known.at) {
        first.set(row.trace_id, { at: row.created_at, message: row.status_message ?? '' });
      }
    }
  }
  return new Map([...first].map(([traceId, { message }]) => [traceId, message]));
}

/** Loads the facts of some hundred traces in a handful of queries. */
export async function loadFacts(
  db: Kysely<MetricsSchema>,
  projectId: string,
  ids: readonly string[],
): Promise<TraceFacts> {
  const traces = await db
    .selectFrom('llm_traces')
    .select([
      'id',
      'name',
      'version',
      'created_at',
      'end_time',
      'latency_seconds',
      'root_observation_id',
      'total_cost_usd',
      'total_tokens',
      'total_generations',
      'total_events',
      'error_count',
      'metadata',
    ])
    .where('project_id', '=', projectId)
    .where('id', 'in', ids)
    .execute();
  // What a trace counts none of need not be looked for: most traces have neither events nor errors.
  const idsWith = (count: 'error_count' | 'total_events' | 'total_generations'): string[] =>
    traces.filter((trace) => trace[count] > 0).map(({ id }) => id);
  const scores = await db
    .selectFrom('llm_scores')
    .select(['trace_id', 'observation_id', 'name', 'data_type', 'value', 'string_value', 'created_at'])
    .where('project_id', '=', projectId)
    .where('trace_id', 'in', ids)
    .execute();
  const { executions, agents } = await loadGenerations(db, projectId, idsWith('total_generations'));
  const fallbacks = await db
    .selectFrom('llm_events')
    .select((eb) => ['trace_id', eb.fn.countAll<number>().as('fallbacks')])
    .where('project_id', '=', projectId)
    .where('trace_id', 'in', idsWith('total_events'))
    .where('event_type', '=', 'fallback')
    .where('event_name', '!=', 'fallback_success')
    .groupBy('trace_id')
    .execute();
  return {
    traces,
    scores: byTrace(scores),
    executions,
    agents: byTrace([...(await loadAgents(db, projectId, ids)), ...agents]),
    fallbacks: new Map(fallbacks.map((row) => [row.trace_id, row.fallbacks])),
    errors: await loadErrors(db, projectId, idsWith('error_count')),
  };
}
