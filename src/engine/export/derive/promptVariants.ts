import type { Kysely } from 'kysely';
import type { KnownPromptVersion, PromptLabelsRecord, PromptVersionRecord } from '../../langfuse/records.ts';
import type { MetricsSchema } from '../../store/schema.ts';
import type { BulkRow, WriteTransaction } from '../../store/store.ts';
import { promptId } from './derivedRows.ts';

/** The label that Langfuse serves when a caller names none. */
const defaultLabel = 'production';
/** Moves with every new version, so it tells nothing about one. */
const movingLabel = 'latest';

/** "production, canary", "staging", else "v3". */
export function variantName(labels: readonly string[], version: number): string {
  const telling = labels.filter((label) => label !== movingLabel).toSorted();
  const ordered = [
    ...telling.filter((label) => label === defaultLabel),
    ...telling.filter((label) => label !== defaultLabel),
  ];
  return ordered.length === 0 ? `v${version}` : ordered.join(', ');
}

/** What moves without a new version. */
type LabelColumns = Pick<BulkRow<'prompt_variants'>, 'variant_name' | 'labels' | 'tags' | 'is_active' | 'is_default'>;

function labelColumns(record: PromptLabelsRecord): LabelColumns {
  return {
    variant_name: variantName(record.labels, record.version),
    labels: JSON.stringify(record.labels.toSorted()),
    tags: JSON.stringify(record.tags),
    is_active: 1,
    is_default: record.labels.includes(defaultLabel) ? 1 : 0,
  };
}

function variantRow(record: PromptVersionRecord): BulkRow<'prompt_variants'> {
  return {
    ...labelColumns(record),
    prompt_id: promptId(record.name, record.version),
    project_id: record.projectId,
    prompt_name: record.name,
    version: record.version,
    prompt_type: record.type,
    prompt_template: record.template,
    prompt_variables: JSON.stringify(record.variables),
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    created_by: record.createdBy,
    description: record.commitMessage,
    config: record.config == null ? null : JSON.stringify(record.config),
  };
}

/** Versions whose text need not be fetched again. */
export async function knownVersions(db: Kysely<MetricsSchema>, projectId: string): Promise<KnownPromptVersion[]> {
  const rows = await db
    .selectFrom('prompt_variants')
    .select(['prompt_name as name', 'version'])
    .where('project_id', '=', projectId)
    .where('version', 'is not', null)
    .$narrowType<{ version: number }>()
    .execute();
  return rows;
}

/** Stores new versions, and moved labels and tags of known ones. */
export async function storePrompts(
  transaction: WriteTransaction,
  records: readonly (PromptVersionRecord | PromptLabelsRecord)[],
): Promise<void> {
  const whole = records.filter((record): record is PromptVersionRecord => 'template' in record);
  await transaction.upsert('prompt_variants', whole.map(variantRow));
  for (const record of records) {
    if ('template' in record) {
      continue;
    }
    await transaction.db
      .updateTable('prompt_variants')
      .set(labelColumns(record))
      .where('project_id', '=', record.projectId)
      .where('prompt_id', '=', promptId(record.name, record.version))
      .execute();
  }
}

/** Marks versions that the server no longer lists; their executions keep their text. */
export async function retireVersions(
  db: Kysely<MetricsSchema>,
  projectId: string,
  listed: ReadonlySet<string>,
): Promise<void> {
  const active = await db
    .selectFrom('prompt_variants')
    .select('prompt_id')
    .where('project_id', '=', projectId)
    .where('is_active', '=', 1)
    .execute();
  const gone = active.map((row) => row.prompt_id).filter((id) => !listed.has(id));
  if (gone.length > 0) {
    await db
      .updateTable('prompt_variants')
      .set({ is_active: 0, is_default: 0 })
      .where('project_id', '=', projectId)
      .where('prompt_id', 'in', gone)
      .execute();
  }
}
