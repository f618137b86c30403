import type { Kysely } from 'kysely';
import type { MetricsSchema } from '../../store/schema.ts';

/** A version as prompt_variants has it, without its text. */
export interface CatalogueVersion {
  readonly projectId: string;
  readonly promptId: string;
  readonly prompt: string;
  readonly version: number | null;
  readonly type: string;
  /** None once the server no longer lists the version: its labels have moved on. */
  readonly labels: readonly string[];
  readonly isProduction: boolean;
  readonly isActive: boolean;
}

/** All versions, or those of these prompts, or of those these versions. */
export async function loadCatalogue(
  db: Kysely<MetricsSchema>,
  projectId: string | null,
  prompts?: readonly string[],
  versions?: readonly number[],
): Promise<readonly CatalogueVersion[]> {
  const rows = await db
    .selectFrom('prompt_variants')
    .select(['project_id', 'prompt_id', 'prompt_name', 'version', 'prompt_type', 'labels', 'is_active', 'is_default'])
    .$if(projectId !== null, (query) => query.where('project_id', '=', projectId ?? ''))
    .$if(prompts !== undefined, (query) => query.where('prompt_name', 'in', prompts ?? []))
    .$if(versions !== undefined, (query) => query.where('version', 'in', versions ?? []))
    .execute();
  return rows.map((row) => ({
    projectId: row.project_id,
    promptId: row.prompt_id,
    prompt: row.prompt_name,
    version: row.version,
    type: row.prompt_type,
    labels: row.is_active === 1 ? labelsOf(row.labels) : [],
    isProduction: row.is_default === 1,
    isActive: row.is_active === 1,
  }));
}

export const labelsOf = (json: string): readonly string[] => JSON.parse(json) as string[];
