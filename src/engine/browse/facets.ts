import { sql, type RawBuilder } from 'kysely';
import type { Facet, FacetsAnswer, FacetsParams } from '../../protocol/browse.ts';
import type { Scope } from '../../protocol/scope.ts';
import { usageGroups, type Dimension } from '../analytics/calls/usageGroups.ts';
import type { QuestionContext } from '../questions/question.ts';
import type { MetricsSchema } from '../store/schema.ts';

/** Facets of calls, which rollups hold. */
const dimensions = {
  models: 'model',
  providers: 'provider',
  prompts: 'prompt_name',
} as const satisfies Partial<Record<Facet, Dimension>>;

/** Where the values of the other facets stand. */
const sources = {
  environments: { table: 'llm_traces', time: 'created_at', column: 'environment' },
  traceNames: { table: 'llm_traces', time: 'created_at', column: 'name' },
  users: { table: 'llm_traces', time: 'created_at', column: 'user_id' },
  sessions: { table: 'llm_traces', time: 'created_at', column: 'session_id' },
  agents: { table: 'agent_task_results', time: 'started_at', column: 'agent_name' },
  tags: { table: 'llm_traces', time: 'created_at', column: 'tags' },
} as const satisfies Partial<Record<Facet, { readonly table: keyof MetricsSchema; time: string; column: string }>>;

const row = (column: string): RawBuilder<string> => sql`${sql.ref(`row.${column}`)}`;

/**
 * Values to choose filters from, most frequent first. Only a scope's range and project count: a choice
 * must be able to widen a filter. Facets that were not asked for are empty.
 */
export async function facets(context: QuestionContext, { scope, limit, of }: FacetsParams): Promise<FacetsAnswer> {
  const asked = (facet: Facet): boolean => of?.includes(facet) ?? true;
  const calls = async (facet: keyof typeof dimensions): Promise<string[]> =>
    asked(facet) ? valuesOfCalls(context, scope, dimensions[facet], limit) : [];
  const rows = async (facet: keyof typeof sources): Promise<string[]> =>
    asked(facet) ? valuesOfRows(context, scope, facet, limit) : [];
  return {
    models: await calls('models'),
    providers: await calls('providers'),
    prompts: await calls('prompts'),
    environments: await rows('environments'),
    traceNames: await rows('traceNames'),
    agents: await rows('agents'),
    users: await rows('users'),
    sessions: await rows('sessions'),
    tags: await rows('tags'),
    projects: asked('projects') ? await projects(context) : [],
  };
}

async function valuesOfCalls(
  context: QuestionContext,
  { range, projectId }: Scope,
  dimension: Dimension,
  limit: number,
): Promise<string[]> {
  const known = await rangeOfCalls(context);
  if (known === null || known.start >= range.end || known.end <= range.start) {
    return [];
  }
  // Rollups are read day by day: "all time" has three million of them.
  const start = known.start > range.start ? known.start : range.start;
  const end = known.end < range.end ? known.end : range.end;
  const scope = { range: { start, end }, ...(projectId === undefined ? {} : { projectId }) };
  const groups = await usageGroups(context, scope, { by: [dimension], buckets: null, latency: false });
  return groups
    .map(({ key, sums }) => ({ value: key[dimension], calls: sums.calls }))
    .filter(({ value, calls }) => value != null && calls > 0)
    .map(({ value, calls }) => ({ value: String(value), calls }))
    .sort((a, b) => b.calls - a.calls || (a.value < b.value ? -1 : 1))
    .slice(0, limit)
    .map(({ value }) => value);
}

/** From the first call to right after the last; null without calls. */
async function rangeOfCalls({ db }: QuestionContext): Promise<Scope['range'] | null> {
  // Each by itself, so that SQLite looks at one end of the index.
  const first = await db
    .selectFrom('llm_generations')
    .select((eb) => eb.fn.min('created_at').as('at'))
    .executeTakeFirst();
  const last = await db
    .selectFrom('llm_generations')
    .select((eb) => eb.fn.max('created_at').as('at'))
    .executeTakeFirst();
  const [start, end] = [first?.at, last?.at] as (string | null | undefined)[];
  return start == null || end == null ? null : { start, end: new Date(Date.parse(end) + 1).toISOString() };
}

async function valuesOfRows(
  { db, dialect }: QuestionContext,
  { range, projectId }: Scope,
  facet: keyof typeof sources,
  limit: number,
): Promise<string[]> {
  const { table, time, column } = sources[facet];
  const isList = facet === 'tags';
  const value = isList ? sql<string>`tag.value` : row(column);
  const elements = isList ? sql`cross join ${dialect.elementsOf(row(column))} as tag` : sql``;
  const { rows } = await sql<{ value: string }>`
    select ${value} as value from ${sql.table(table)} as row ${elements}
    where ${row(time)} >= ${range.start} and ${row(time)} < ${range.end} and ${value} is not null
      ${projectId ? sql`and ${row('project_id')} = ${projectId}` : sql``}
    group by ${value} order by count(*) desc, ${value} limit ${limit}
  `.execute(db);
  return rows.map((found) => found.value);
}

/** Projects that were exported, or of which there are calls: read from what is small, not from all traces. */
async function projects({ db }: QuestionContext): Promise<FacetsAnswer['projects']> {
  const rows = await db
    .selectFrom('export_coverage')
    .select('project_id')
    .union(db.selectFrom('usage_rollups').select('project_id').where('level', '=', 'modelDay'))
    .union(db.selectFrom('rollup_queue').select('project_id'))
    .orderBy('project_id')
    .execute();
  return rows.map(({ project_id: id }) => ({ id, name: id }));
}
