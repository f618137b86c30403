import type { Kysely } from 'kysely';
import type { MetricsSchema } from '../store/schema.ts';
import { PromptCatalogue } from './catalogue.ts';

/** The prompts that Langfuse lists, of every project in the database. */
export async function readCatalogue(db: Kysely<MetricsSchema>): Promise<PromptCatalogue> {
  const rows = await db
    .selectFrom('prompt_variants')
    .select(['prompt_name', 'version', 'labels', 'prompt_type', 'prompt_template'])
    .where('version', 'is not', null)
    .where('is_active', '=', 1)
    .$narrowType<{ version: number }>()
    .execute();
  return new PromptCatalogue(
    rows.map((row) => ({
      name: row.prompt_name,
      version: row.version,
      labels: JSON.parse(row.labels) as string[],
      type: row.prompt_type,
      template: row.prompt_template,
    })),
  );
}
