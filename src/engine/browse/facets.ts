import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { FacetsAnswer } from '../../protocol/browse.ts';
import type { Scope } from '../../protocol/scope.ts';
import type { MetricsSchema } from '../store/schema.ts';

/** Values of one expression over the traces of a range, most frequent first. */
async function valuesOfTraces(
  db: Kysely<MetricsSchema>,
  { range, projectId }: Scope,
  value: RawBuilder<string | null>,
  limit: number,
): Promise<string[]> {
  let select = db
    .selectFrom('llm_traces as t')
    .select(value.as('value'))
    .where('t.created_at', '>=', range.start)
    .where('t.created_at', '<', range.end)
    .where(value, 'is not', null)
    .groupBy(value)
    .orderBy((eb) => eb.fn.countAll(), 'desc')
    .orderBy(value)
    .limit(limit);
  if (projectId) {
    select = select.where('t.project_id', '=', projectId);
  }
  const rows = await select.execute();
  return rows.flatMap((row) => row.value ?? []);
}
