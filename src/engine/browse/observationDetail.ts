import type { Kysely } from 'kysely';
import type { ObservationDetail, ObservationParams, ObservationTable, UsageKind } from '../../protocol/browse.ts';
import type { MetricsSchema } from '../store/schema.ts';
import { keptTexts } from './keptTexts.ts';
import { loadScores } from './traceDetail.ts';

type Cell = string | number | null;
type Row = Readonly<Record<string, Cell>>;

async function findRow(
  db: Kysely<MetricsSchema>,
  { projectId, traceId, observationId }: ObservationParams,
): Promise<{ readonly table: ObservationTable; readonly row: Row } | null> {
  for (const table of ['llm_generations', 'llm_spans', 'llm_events'] as const) {
    const row = await db
      .selectFrom(table)
      .selectAll()
      .where('trace_id', '=', traceId)
      .where('project_id', '=', projectId)
      .where('id', '=', observationId)
      .executeTakeFirst();
    if (row !== undefined) {
      return { table, row: row as unknown as Row };
    }
  }
  return null;
}

const textOf = (row: Row, column: string): string | null => {
  const value = row[column] ?? null;
  return value === null ? null : String(value);
};

const numberOf = (row: Row, column: string): number | null => {
  const value = row[column] ?? null;
  return value === null ? null : Number(value);
};

function numbersIn(json: string | null): ReadonlyMap<string, number> {
  const entries = json === null ? [] : Object.entries(JSON.parse(json) as Record<string, unknown>);
  return new Map(entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'));
}

/** Tokens and cost by the server's own kinds; the sum (total) stands in a column of its own. */
function usageKinds(row: Row): UsageKind[] {
  const tokens = numbersIn(textOf(row, 'usage_details'));
  const costs = numbersIn(textOf(row, 'cost_details'));
  // Sorted: PostgreSQL keeps no order of keys.
  const kinds = [...new Set([...tokens.keys(), ...costs.keys()])].filter((kind) => kind !== 'total').sort();
  return kinds.map((kind) => ({ kind, tokens: tokens.get(kind) ?? null, costUsd: costs.get(kind) ?? null }));
}

/** The fallback that a call was the answer to: the last one to its model before it began. */
async function fallbackOf(
  db: Kysely<MetricsSchema>,
  params: ObservationParams,
  row: Row,
): Promise<ObservationDetail['fallbackOf']> {
  const columns = ['original_model', 'fallback_model', 'fallback_reason'] as const;
  const found =
    row.event_type === 'fallback'
      ? {
          original_model: textOf(row, columns[0]),
          fallback_model: textOf(row, columns[1]),
          fallback_reason: textOf(row, columns[2]),
        }
      : row.is_primary === 0
        ? await db
            .selectFrom('llm_events')
            .select(columns)
            .where('trace_id', '=', params.traceId)
            .where('project_id', '=', params.projectId)
            .where('event_type', '=', 'fallback')
            .where('event_name', '!=', 'fallback_success')
            .where('fallback_model', '=', textOf(row, 'model') ?? '')
            .where('created_at', '<=', textOf(row, 'created_at') ?? '')
            .orderBy('created_at', 'desc')
            .executeTakeFirst()
        : undefined;
  return found === undefined
    ? null
    : { originalModel: found.original_model, fallbackModel: found.fallback_model, reason: found.fallback_reason };
}

async function hasChildren(db: Kysely<MetricsSchema>, params: ObservationParams): Promise<boolean> {
  for (const table of ['llm_generations', 'llm_spans', 'llm_events'] as const) {
    const child = await db
      .selectFrom(table)
      .select('id')
      .where('trace_id', '=', params.traceId)
      .where('project_id', '=', params.projectId)
      .where('parent_observation_id', '=', params.observationId)
      .limit(1)
      .executeTakeFirst();
    if (child !== undefined) {
      return true;
    }
  }
  return false;
}

/**
 * One observation with its texts, usage, cost and scores; null when there is none of that id.
 * @param textLimit characters that exports keep of a text
 */
export async function observationDetail(
  db: Kysely<MetricsSchema>,
  params: ObservationParams,
  textLimit: number,
): Promise<ObservationDetail | null> {
  const found = await findRow(db, params);
  if (found === null) {
    return null;
  }
  const { table, row } = found;
  const scores = await loadScores(db, params);
  const generation = table === 'llm_generations';
  const parentId = textOf(row, 'parent_observation_id');
  const inputText = textOf(row, generation ? 'prompt_text' : 'input_text');
  const outputText = textOf(row, generation ? 'completion_text' : 'output_text');
  return {
    id: params.observationId,
    parentId,
    orphan: parentId !== null && (await findRow(db, { ...params, observationId: parentId })) === null,
    table,
    type: textOf(row, 'observation_type') ?? 'EVENT',
    name: textOf(row, table === 'llm_events' ? 'event_name' : 'name'),
    startedAt: textOf(row, table === 'llm_events' ? 'created_at' : 'start_time') ?? '',
    endedAt: textOf(row, 'end_time'),
    firstTokenAt: textOf(row, 'completion_start_time'),
    level: textOf(row, 'level') ?? 'DEFAULT',
    statusMessage: textOf(row, 'status_message'),
    model: textOf(row, generation ? 'model' : 'fallback_model'),
    tokens: numberOf(row, 'total_tokens'),
    costUsd: numberOf(row, 'cost_usd'),
    fallback: row.event_type === 'fallback' || row.is_primary === 0,
    hasChildren: await hasChildren(db, params),
    ...keptTexts(inputText, outputText, textLimit),
    metadata: textOf(row, 'metadata'),
    modelParameters: textOf(row, 'model_parameters'),
    environment: textOf(row, 'environment') ?? 'default',
    version: textOf(row, 'version'),
    provider: textOf(row, 'provider'),
    promptName: textOf(row, 'prompt_name'),
    promptVersion: numberOf(row, 'prompt_version'),
    costSource: textOf(row, 'cost_source'),
    usage: usageKinds(row),
    fallbackOf: await fallbackOf(db, params, row),
    scores: scores.filter((score) => score.observationId === params.observationId),
    row,
  };
}
