import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { initialTables, type ColumnKind } from '../store/migrations/initialTables.ts';
import { isNumbered } from '../store/numberRows.ts';

/** Tables that are walked row by row. The rest of the export's state is small and goes as a whole (exportState.ts). */
export type MovedName =
  | 'llm_generations'
  | 'llm_spans'
  | 'llm_events'
  | 'llm_scores'
  | 'llm_traces'
  | 'prompt_variants'
  | 'prompt_executions'
  | 'agent_task_results'
  | 'export_metadata'
  | 'derivation_queue';

export interface MovedTable {
  readonly name: MovedName;
  /** What identifies a row; text throughout. */
  readonly key: readonly string[];
  /** In this order it is walked: an index's, and where rows are numbered theirs. */
  readonly order: readonly string[];
  /** Columns in which two versions of a row are compared, with their kinds. */
  readonly compared: readonly (readonly [string, ColumnKind])[];
  /** A row is newer than another when one of these columns is greater. */
  readonly newerBy: readonly string[];
  /** Columns that the report sums. */
  readonly summed: readonly string[];
  /** Its rows of the time since `cutoff`, with all that belongs to the traces of that time. */
  readonly since: (cutoff: string) => RawBuilder<SqlBool>;
}

/** Nearly all of a database's bytes; comparing them would read all of it twice more. */
const longTexts: ReadonlySet<string> = new Set(['prompt_text', 'completion_text', 'input_text', 'output_text']);
const sums: ReadonlySet<string> = new Set(['cost_usd', 'total_cost_usd', 'total_tokens']);

const isJson = (kind: ColumnKind): boolean => kind.startsWith('json');

/** A trace belongs to the time that it reaches into, so that no observation is moved without its trace. */
const ofTrace = (name: MovedName, cutoff: string): RawBuilder<SqlBool> => sql<SqlBool>`EXISTS (
  SELECT 1 FROM llm_traces AS trace
  WHERE trace.id = ${sql.ref(`${name}.trace_id`)} AND trace.project_id = ${sql.ref(`${name}.project_id`)}
    AND coalesce(trace.end_time, trace.created_at) >= ${cutoff})`;

const all = (): RawBuilder<SqlBool> => sql<SqlBool>`1 = 1`;

function table(
  name: MovedName,
  newerBy: readonly string[],
  since: (cutoff: string) => RawBuilder<SqlBool> = all,
): MovedTable {
  const numbered = isNumbered(name);
  const columns = Object.entries<ColumnKind>(initialTables[name].columns);
  // Numbered tables are small enough to be compared whole.
  const compared = columns.filter(
    ([column, kind]) => kind !== 'serial' && (numbered || !(isJson(kind) || longTexts.has(column))),
  );
  const { key } = initialTables[name];
  return {
    name,
    key,
    order: numbered ? ['id'] : key,
    compared,
    newerBy,
    summed: columns.map(([column]) => column).filter((column) => sums.has(column)),
    since,
  };
}

const withTrace =
  (name: MovedName, time: string) =>
  (cutoff: string): RawBuilder<SqlBool> =>
    sql<SqlBool>`(${sql.ref(`${name}.${time}`)} >= ${cutoff} OR ${ofTrace(name, cutoff)})`;

const observations = (name: 'llm_generations' | 'llm_spans' | 'llm_events' | 'llm_scores'): MovedTable =>
  table(name, ['updated_at'], withTrace(name, 'created_at'));

/** In the order in which they are moved: what is derived from other rows follows them. */
export const movedTables: readonly MovedTable[] = [
  observations('llm_generations'),
  observations('llm_spans'),
  observations('llm_events'),
  observations('llm_scores'),
  // A trace of which the target has more observations than the source is the newer one, too.
  table(
    'llm_traces',
    ['updated_at', 'total_observations'],
    (cutoff) => sql<SqlBool>`coalesce(end_time, created_at) >= ${cutoff}`,
  ),
  table('prompt_variants', ['updated_at']),
  table('prompt_executions', [], withTrace('prompt_executions', 'executed_at')),
  table('agent_task_results', [], withTrace('agent_task_results', 'started_at')),
  table('export_metadata', ['export_completed_at']),
  table('derivation_queue', [], (cutoff) => ofTrace('derivation_queue', cutoff)),
];
