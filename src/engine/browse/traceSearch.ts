import { sql, type Kysely, type SqlBool } from 'kysely';
import type { TraceSearchAnswer, TraceSearchParams } from '../../protocol/browse.ts';
import type { MetricsSchema } from '../store/schema.ts';

const textColumns = {
  llm_generations: ['prompt_text', 'completion_text', 'metadata'],
  llm_spans: ['input_text', 'output_text', 'metadata'],
  llm_events: ['input_text', 'output_text', 'metadata'],
} as const;

/** Looks through the texts of one trace. */
export async function traceSearch(
  db: Kysely<MetricsSchema>,
  { projectId, traceId, text }: TraceSearchParams,
): Promise<TraceSearchAnswer> {
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`;
  const observationIds: string[] = [];
  for (const [table, columns] of Object.entries(textColumns)) {
    const rows = await db
      .selectFrom(table as keyof typeof textColumns)
      .select('id')
      .where('trace_id', '=', traceId)
      .where('project_id', '=', projectId)
      .where((eb) =>
        eb.or(
          columns.map((column) => sql<SqlBool>`lower(cast(${sql.ref(column)} as text)) like ${pattern} escape '\\'`),
        ),
      )
      .execute();
    observationIds.push(...rows.map(({ id }) => id));
  }
  return { observationIds };
}
