import { sql, type RawBuilder } from 'kysely';
import type { FacetsAnswer } from '../../protocol/browse.ts';
import type { Scope } from '../../protocol/scope.ts';
import type { MetricsSchema } from '../store/schema.ts';
import type { Database } from './database.ts';

/** Where the values of one facet stand. */
interface Source {
  readonly table: keyof MetricsSchema;
  readonly time: 'created_at' | 'started_at';
  readonly column: string;
}

const sources = {
  models: { table: 'llm_generations', time: 'created_at', column: 'model' },
  providers: { table: 'llm_generations', time: 'created_at', column: 'provider' },
  prompts: { table: 'llm_generations', time: 'created_at', column: 'prompt_name' },
  environments: { table: 'llm_traces', time: 'created_at', column: 'environment' },
  traceNames: { table: 'llm_traces', time: 'created_at', column: 'name' },
  users: { table: 'llm_traces', time: 'created_at', column: 'user_id' },
  sessions: { table: 'llm_traces', time: 'created_at', column: 'session_id' },
  agents: { table: 'agent_task_results', time: 'started_at', column: 'agent_name' },
} as const satisfies Partial<Record<keyof FacetsAnswer, Source>>;

const row = (column: string): RawBuilder<string> => sql`${sql.ref(`row.${column}`)}`;

/** Values in a scope's range and project, most frequent first. */
async function frequent(
  { db }: Database,
  { range, projectId }: Scope,
  { table, time }: Pick<Source, 'table' | 'time'>,
  { from, value }: { readonly from: RawBuilder<unknown>; readonly value: RawBuilder<string> },
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ value: string }>`
    select ${value} as value from ${sql.table(table)} as row ${from}
    where ${row(time)} >= ${range.start} and ${row(time)} < ${range.end} and ${value} is not null
      ${projectId ? sql`and ${row('project_id')} = ${projectId}` : sql``}
    group by ${value} order by count(*) desc, ${value} limit ${limit}
  `.execute(db);
  return rows.map((found) => found.value);
}

/** Values to choose filters from. Only a scope's range and project count: a choice must be able to widen a filter. */
export async function facets(database: Database, scope: Scope, limit: number): Promise<FacetsAnswer> {
  const valuesOf = (name: keyof typeof sources): Promise<string[]> => {
    const source = sources[name];
    return frequent(database, scope, source, { from: sql``, value: row(source.column) }, limit);
  };
  const elements = database.dialect.elementsOf(row('tags'));
  const tags = await frequent(
    database,
    scope,
    sources.environments,
    { from: sql`cross join ${elements} as tag`, value: sql`tag.value` },
    limit,
  );
  const projects = await database.db.selectFrom('llm_traces').select('project_id').distinct().execute();
  return {
    models: await valuesOf('models'),
    providers: await valuesOf('providers'),
    prompts: await valuesOf('prompts'),
    environments: await valuesOf('environments'),
    traceNames: await valuesOf('traceNames'),
    agents: await valuesOf('agents'),
    users: await valuesOf('users'),
    sessions: await valuesOf('sessions'),
    tags,
    projects: projects.map(({ project_id: id }) => ({ id, name: id })),
  };
}
