import { sql, type RawBuilder } from 'kysely';
import type { ObservationTable, TraceParams } from '../../protocol/browse.ts';
import type { Database } from './database.ts';

/** The observations of a trace in no order: a place of every column for each. */
export interface StepValues {
  readonly ids: string[];
  readonly parents: (string | null)[];
  readonly types: string[];
  readonly names: (string | null)[];
  readonly levels: string[];
  readonly statusMessages: (string | null)[];
  readonly models: (string | null)[];
  /** Times, as texts that Date.parse reads. */
  readonly starts: string[];
  readonly ends: (string | null)[];
  readonly firstTokens: (string | null)[];
  readonly tokens: (number | null)[];
  readonly costsUsd: (number | null)[];
  /** 1 for a fallback, or a call made as one. */
  readonly fallbacks: number[];
}

type Column = keyof StepValues;

/** What a column holds where a table has none for it; ids, which all have, come first. */
const absent: Readonly<Record<Column, string | number | null>> = {
  ids: '',
  parents: null,
  types: 'EVENT',
  names: null,
  levels: '',
  statusMessages: null,
  models: null,
  starts: '',
  ends: null,
  firstTokens: null,
  tokens: null,
  costsUsd: null,
  fallbacks: 0,
};

const shared = {
  ids: sql.ref('id'),
  parents: sql.ref('parent_observation_id'),
  levels: sql.ref('level'),
  statusMessages: sql.ref('status_message'),
};

const sources: Readonly<Record<ObservationTable, Partial<Record<Column, RawBuilder<unknown>>>>> = {
  llm_generations: {
    ...shared,
    types: sql.ref('observation_type'),
    names: sql.ref('name'),
    models: sql.ref('model'),
    starts: sql.ref('start_time'),
    ends: sql.ref('end_time'),
    firstTokens: sql.ref('completion_start_time'),
    tokens: sql.ref('total_tokens'),
    costsUsd: sql.ref('cost_usd'),
    fallbacks: sql`CASE WHEN is_primary THEN 0 ELSE 1 END`,
  },
  llm_spans: {
    ...shared,
    types: sql.ref('observation_type'),
    names: sql.ref('name'),
    starts: sql.ref('start_time'),
    ends: sql.ref('end_time'),
  },
  llm_events: {
    ...shared,
    names: sql.ref('event_name'),
    models: sql.ref('fallback_model'),
    starts: sql.ref('created_at'),
    fallbacks: sql`CASE WHEN event_type = 'fallback' THEN 1 ELSE 0 END`,
  },
};

/**
 * Every observation of a trace, without texts. Each column of a table comes as one JSON text: of tens of
 * thousands of rows, reading each into an object took longer than all else that a panel does to open.
 */
export async function loadStepValues({ db, dialect }: Database, trace: TraceParams): Promise<StepValues> {
  const values: Record<Column, unknown[]> = emptyValues();
  for (const [table, columns] of Object.entries(sources)) {
    const names = Object.keys(columns) as Column[];
    const arrays = Object.values(columns).map(
      (source, index) => sql`${dialect.arrayOf(source)} AS ${sql.ref(names[index] ?? '')}`,
    );
    const { rows } = await sql<Partial<Record<Column, string>>>`
      SELECT ${sql.join(arrays)} FROM ${sql.table(table)}
      WHERE trace_id = ${trace.traceId} AND project_id = ${trace.projectId}`.execute(db);
    append(values, rows[0] ?? {});
  }
  return values as unknown as StepValues;
}

function emptyValues(): Record<Column, unknown[]> {
  return Object.fromEntries(Object.keys(absent).map((column) => [column, []])) as unknown as Record<Column, unknown[]>;
}

function append(values: Record<Column, unknown[]>, texts: Partial<Record<Column, string>>): void {
  const before = values.ids.length;
  for (const column of Object.keys(absent) as Column[]) {
    const text = texts[column];
    const added =
      text === undefined
        ? new Array<unknown>(values.ids.length - before).fill(absent[column])
        : (JSON.parse(text) as unknown[]);
    values[column] = before === 0 ? added : values[column].concat(added);
  }
}
