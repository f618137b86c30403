import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';
import type {
  ChildrenPage,
  ChildrenParams,
  ObservationSummary,
  ObservationTable,
  ScoreSummary,
  TraceDetail,
  TraceParams,
} from '../../protocol/browse.ts';
import type { MetricsSchema } from '../store/schema.ts';
import { keptTexts } from './keptTexts.ts';
import { countFallbacks, summaryColumns, traceSummary } from './tracePages.ts';

type Observations = ExpressionBuilder<MetricsSchema, ObservationTable>;
type Observation = Omit<ObservationSummary, 'hasChildren' | 'orphan'>;

async function loadGenerations(db: Kysely<MetricsSchema>, { projectId, traceId }: TraceParams): Promise<Observation[]> {
  const rows = await db
    .selectFrom('llm_generations')
    .select([
      'id',
      'parent_observation_id',
      'observation_type',
      'name',
      'start_time',
      'end_time',
      'completion_start_time',
      'level',
      'status_message',
      'model',
      'total_tokens',
      'cost_usd',
      'is_primary',
    ])
    .where('trace_id', '=', traceId)
    .where('project_id', '=', projectId)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    parentId: row.parent_observation_id,
    table: 'llm_generations',
    type: row.observation_type,
    name: row.name,
    startedAt: row.start_time,
    endedAt: row.end_time,
    firstTokenAt: row.completion_start_time,
    level: row.level,
    statusMessage: row.status_message,
    model: row.model,
    tokens: row.total_tokens,
    costUsd: row.cost_usd,
    fallback: row.is_primary === 0,
  }));
}

async function loadSpans(db: Kysely<MetricsSchema>, { projectId, traceId }: TraceParams): Promise<Observation[]> {
  const rows = await db
    .selectFrom('llm_spans')
    .select([
      'id',
      'parent_observation_id',
      'observation_type',
      'name',
      'start_time',
      'end_time',
      'level',
      'status_message',
    ])
    .where('trace_id', '=', traceId)
    .where('project_id', '=', projectId)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    parentId: row.parent_observation_id,
    table: 'llm_spans',
    type: row.observation_type,
    name: row.name,
    startedAt: row.start_time,
    endedAt: row.end_time,
    firstTokenAt: null,
    level: row.level,
    statusMessage: row.status_message,
    model: null,
    tokens: null,
    costUsd: null,
    fallback: false,
  }));
}

async function loadEvents(db: Kysely<MetricsSchema>, { projectId, traceId }: TraceParams): Promise<Observation[]> {
  const rows = await db
    .selectFrom('llm_events')
    .select([
      'id',
      'parent_observation_id',
      'event_name',
      'event_type',
      'created_at',
      'level',
      'status_message',
      'fallback_model',
    ])
    .where('trace_id', '=', traceId)
    .where('project_id', '=', projectId)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    parentId: row.parent_observation_id,
    table: 'llm_events',
    type: 'EVENT',
    name: row.event_name,
    startedAt: row.created_at,
    endedAt: null,
    firstTokenAt: null,
    level: row.level,
    statusMessage: row.status_message,
    model: row.fallback_model,
    tokens: null,
    costUsd: null,
    fallback: row.event_type === 'fallback',
  }));
}

/** Every observation of a trace in the order of start times, without texts. A parent that is not there is no parent. */
async function loadObservations(db: Kysely<MetricsSchema>, trace: TraceParams): Promise<ObservationSummary[]> {
  const all = [
    ...(await loadGenerations(db, trace)),
    ...(await loadSpans(db, trace)),
    ...(await loadEvents(db, trace)),
  ];
  all.sort((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : a.id < b.id ? -1 : 1));
  const ids = new Set(all.map(({ id }) => id));
  const parents = new Set(all.map(({ parentId }) => parentId));
  return all.map((row) => {
    const orphan = row.parentId !== null && !ids.has(row.parentId);
    const parentId = orphan || row.parentId === row.id ? null : row.parentId;
    return { ...row, parentId, orphan, hasChildren: parents.has(row.id) };
  });
}

export async function loadScores(
  db: Kysely<MetricsSchema>,
  { projectId, traceId }: TraceParams,
): Promise<ScoreSummary[]> {
  const rows = await db
    .selectFrom('llm_scores')
    .select(['id', 'observation_id', 'name', 'data_type', 'value', 'string_value', 'source', 'comment', 'created_at'])
    .where('trace_id', '=', traceId)
    .where('project_id', '=', projectId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    observationId: row.observation_id,
    name: row.name,
    dataType: row.data_type,
    value: row.value,
    stringValue: row.string_value,
    source: row.source,
    comment: row.comment,
    at: row.created_at,
  }));
}

/** What the observation says that carries its trace's input and output. */
async function rootTexts(
  db: Kysely<MetricsSchema>,
  { projectId, traceId }: TraceParams,
  rootId: string,
): Promise<{ readonly input: string | null; readonly output: string | null }> {
  const root = { trace_id: traceId, project_id: projectId, id: rootId };
  const isRoot = (eb: Observations): Expression<SqlBool> => eb.and(root);
  const found = await db
    .selectFrom('llm_spans')
    .select(['input_text as input', 'output_text as output'])
    .where(isRoot)
    .unionAll(
      db.selectFrom('llm_generations').select(['prompt_text as input', 'completion_text as output']).where(isRoot),
    )
    .unionAll(db.selectFrom('llm_events').select(['input_text as input', 'output_text as output']).where(isRoot))
    .executeTakeFirst();
  return found ?? { input: null, output: null };
}

/**
 * A trace without its observations; null when there is none of that id.
 * @param textLimit characters that exports keep of a text
 */
export async function traceHead(
  db: Kysely<MetricsSchema>,
  trace: TraceParams,
  textLimit: number,
): Promise<Omit<TraceDetail, 'observationsInOrder'> | null> {
  const row = await db
    .selectFrom('llm_traces as t')
    .select([
      ...summaryColumns,
      't.metadata',
      't.release',
      't.version',
      't.input_text',
      't.output_text',
      't.root_observation_id',
    ])
    .where('t.id', '=', trace.traceId)
    .where('t.project_id', '=', trace.projectId)
    .executeTakeFirst();
  if (row === undefined) {
    return null;
  }
  // Only servers with traces of their own fill these.
  const own = { input: row.input_text, output: row.output_text };
  const hasTexts = own.input !== null || own.output !== null;
  const { input, output } =
    hasTexts || row.root_observation_id === null ? own : await rootTexts(db, trace, row.root_observation_id);
  const fallbacksOf = await countFallbacks(db, [trace.traceId]);
  return {
    ...traceSummary(row, fallbacksOf(trace.projectId, trace.traceId)),
    metadata: row.metadata,
    release: row.release,
    version: row.version,
    ...keptTexts(input, output, textLimit),
    scores: await loadScores(db, trace),
  };
}

/**
 * A trace with all of its observations; null when there is none of that id.
 * @param textLimit characters that exports keep of a text
 */
export async function traceDetail(
  db: Kysely<MetricsSchema>,
  trace: TraceParams,
  textLimit: number,
): Promise<TraceDetail | null> {
  const head = await traceHead(db, trace, textLimit);
  return head === null ? null : { ...head, observationsInOrder: await loadObservations(db, trace) };
}

/** What lies directly below one observation, or below the trace itself. */
export async function traceChildren(db: Kysely<MetricsSchema>, params: ChildrenParams): Promise<ChildrenPage> {
  const { parentId, limit, offset } = params;
  const children = (await loadObservations(db, params)).filter((row) => row.parentId === parentId);
  return { observations: children.slice(offset, offset + limit), total: children.length };
}
