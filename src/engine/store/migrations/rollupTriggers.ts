import type { Dialect } from './migrations.ts';

/**
 * Triggers that note in rollup_queue each hour whose calls or fallbacks change: on PostgreSQL whoever
 * changes them and however (a row that is replaced or moved to another time, a deleted one, a trace
 * that gets another name), on SQLite deleted rows only. They also note the hours of all rows that are
 * there already.
 */
export function rollupTriggers(dialect: Dialect): string[] {
  return dialect === 'sqlite'
    ? [...sqliteTriggers, ...noteAll(sqliteHour)]
    : [...postgresTriggers, ...noteAll(postgresHour)];
}

type HourOf = (row: string) => string;

const isFallback = (row: string): string => `${row}event_type = 'fallback'`;

const noteAll = (hourOf: HourOf): string[] => [
  `INSERT INTO rollup_queue (project_id, hour)
   SELECT project_id, ${hourOf('')} FROM llm_generations
   UNION SELECT project_id, ${hourOf('')} FROM llm_events WHERE ${isFallback('')}`,
];

const sqliteHour: HourOf = (row) => `substr(${row}created_at, 1, 13) || ':00:00.000Z'`;

const note = `INSERT INTO rollup_queue (project_id, hour) VALUES (old.project_id, ${sqliteHour('old.')}) ON CONFLICT DO NOTHING;`;

/** Of deletions only, see sqlite/hourNotes.ts. */
const sqliteTriggers: readonly string[] = [
  `CREATE TRIGGER rollup_call_deleted AFTER DELETE ON llm_generations BEGIN ${note} END`,
  `CREATE TRIGGER rollup_fallback_deleted AFTER DELETE ON llm_events WHEN ${isFallback('old.')} BEGIN ${note} END`,
];

const postgresHour: HourOf = (row) => `date_trunc('hour', ${row}created_at, 'UTC')`;

/**
 * A conflict updates, which changes nothing but takes the row's lock: whoever works the queue off
 * deletes the row first and so waits for all who noted the hour, before reading their rows.
 */
const noteConflict = 'ON CONFLICT (project_id, hour) DO UPDATE SET hour = excluded.hour';

const noteFunction = (name: string, hours: string): string =>
  `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     INSERT INTO rollup_queue (project_id, hour) ${hours} ORDER BY 1, 2 ${noteConflict};
     RETURN NULL;
   END $$`;

const changedHours = `SELECT DISTINCT project_id, ${postgresHour('')} FROM changed`;

const hoursOfRenamed = ['llm_generations', 'llm_events']
  .map(
    (table) => `SELECT row.project_id, ${postgresHour('row.')} FROM named_before AS before
     JOIN named_after AS after ON after.id = before.id AND after.project_id = before.project_id
     JOIN ${table} AS row ON row.trace_id = after.id AND row.project_id = after.project_id
     WHERE before.name IS DISTINCT FROM after.name`,
  )
  .join(' UNION ');

/** One call a statement, however many rows it changes. A trigger sees the rows before or after, so updates have two. */
const statementTriggers = (table: string, prefix: string, notes: string): string[] =>
  (
    [
      ['inserted', 'INSERT', 'NEW'],
      ['updated_from', 'UPDATE', 'OLD'],
      ['updated_to', 'UPDATE', 'NEW'],
      ['deleted', 'DELETE', 'OLD'],
    ] as const
  ).map(
    ([suffix, event, rows]) =>
      `CREATE TRIGGER ${prefix}_${suffix} AFTER ${event} ON ${table} REFERENCING ${rows} TABLE AS changed
       FOR EACH STATEMENT EXECUTE FUNCTION ${notes}()`,
  );

const postgresTriggers: readonly string[] = [
  noteFunction('rollup_note_calls', changedHours),
  noteFunction('rollup_note_fallbacks', `${changedHours} WHERE ${isFallback('')}`),
  noteFunction('rollup_note_renamed', hoursOfRenamed),
  ...statementTriggers('llm_generations', 'rollup_call', 'rollup_note_calls'),
  ...statementTriggers('llm_events', 'rollup_fallback', 'rollup_note_fallbacks'),
  `CREATE TRIGGER rollup_trace_named AFTER UPDATE ON llm_traces
   REFERENCING OLD TABLE AS named_before NEW TABLE AS named_after
   FOR EACH STATEMENT EXECUTE FUNCTION rollup_note_renamed()`,
];
