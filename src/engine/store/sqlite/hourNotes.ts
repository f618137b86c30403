import { textColumn, type EncodedRows } from '../encodedRows.ts';
import type { OpenDatabase } from './openDatabase.ts';

/** Tables whose rows are summed up by the hour, and which of their rows are. */
const summed = { llm_generations: 'true', llm_events: `event_type = 'fallback'` } as const;
export type SummedTable = keyof typeof summed;

export const isSummed = (table: string): table is SummedTable => table in summed;

/** Reads a text of the row at an index; null when there is none. */
export type ReadText = (row: number, column: string) => string | null;

export function readEncoded(rows: EncodedRows): ReadText {
  const columns = new Map<string, (row: number) => string | null>();
  return (row, column) => {
    const known = columns.get(column);
    if (known !== undefined) {
      return known(row);
    }
    const read = textColumn(rows, column);
    columns.set(column, read);
    return read(row);
  };
}

export const readObjects =
  (rows: readonly object[]): ReadText =>
  (row, column) => {
    const value = (rows[row] as Readonly<Record<string, unknown>> | undefined)?.[column];
    return typeof value === 'string' ? value : null;
  };

const hourOf = (time: string): string => `${time.slice(0, 13)}:00:00.000Z`;

const noteSql = 'INSERT INTO rollup_queue (project_id, hour) VALUES (?1, ?2) ON CONFLICT DO NOTHING';

const presentTracesSql = (table: SummedTable): string =>
  `SELECT value FROM json_each(?1)
   WHERE EXISTS (SELECT 1 FROM ${table} WHERE project_id = ?2 AND trace_id = value)`;

const presentRowSql = (table: SummedTable): string =>
  `SELECT created_at FROM ${table} WHERE project_id = ?1 AND trace_id = ?2 AND id = ?3 AND ${summed[table]}`;

const namesSql = 'SELECT id, name FROM llm_traces WHERE project_id = ?2 AND id IN (SELECT value FROM json_each(?1))';

const noteTracesSql = Object.keys(summed).map(
  (table) =>
    `INSERT INTO rollup_queue (project_id, hour)
     SELECT DISTINCT project_id, substr(created_at, 1, 13) || ':00:00.000Z' FROM ${table}
     WHERE project_id = ?2 AND trace_id IN (SELECT value FROM json_each(?1))
     ON CONFLICT DO NOTHING`,
);

/**
 * Notes in rollup_queue each hour whose calls or fallbacks change: of a row that comes, is replaced or
 * moves to another time, of a trace that gets another name. Deletions, which are rare, have triggers
 * (rollupTriggers.ts). Triggers for the rest made SQLite keep a journal of each single statement, which
 * took as long as all else of an export.
 */
export class HourNotes {
  readonly #open: OpenDatabase;

  constructor(open: OpenDatabase) {
    this.#open = open;
  }

  /**
   * Runs `write`, which inserts or replaces rows, and notes the hours of those that it changed.
   * @param write returns the indexes of the rows that changed
   */
  around(table: SummedTable, length: number, text: ReadText, write: () => number[]): number[] {
    const before = this.#hoursBefore(table, length, text);
    const changed = write();
    const noted = new Set<string>();
    const note = (project: string, hour: string): void => {
      const key = `${hour} ${project}`;
      if (!noted.has(key)) {
        noted.add(key);
        this.#open.statement(noteSql).run([project, hour]);
      }
    };
    for (const row of changed) {
      const project = text(row, 'project_id') ?? '';
      const time = text(row, 'created_at');
      if (time !== null && (table === 'llm_generations' || text(row, 'event_type') === 'fallback')) {
        note(project, hourOf(time));
      }
      const former = before.get(row);
      if (former !== undefined) {
        note(project, former);
      }
    }
    return changed;
  }

  /** Runs `write`, which may rename traces, and notes the hours of the calls and fallbacks of those that it did. */
  aroundTraces<T>(projectId: string, traceIds: readonly string[], write: () => T): T {
    const before = this.#names(projectId, traceIds);
    const result = write();
    if (before.size > 0) {
      const after = this.#names(projectId, [...before.keys()]);
      const renamed = JSON.stringify([...before].filter(([id, name]) => after.get(id) !== name).map(([id]) => id));
      for (const sql of renamed === '[]' ? [] : noteTracesSql) {
        this.#open.statement(sql).run([renamed, projectId]);
      }
    }
    return result;
  }

  /** The hours of those rows that are there already, by their index. */
  #hoursBefore(table: SummedTable, length: number, text: ReadText): ReadonlyMap<number, string> {
    const hours = new Map<number, string>();
    for (const [project, traces] of this.#presentTraces(table, length, text)) {
      for (let row = 0; traces.size > 0 && row < length; row++) {
        const trace = text(row, 'trace_id') ?? '';
        if (traces.has(trace) && text(row, 'project_id') === project) {
          this.#open.statement(presentRowSql(table)).each([project, trace, text(row, 'id')], (found) => {
            hours.set(row, hourOf(found.text(0) ?? ''));
          });
        }
      }
    }
    return hours;
  }

  /** Most pages bring new traces: one look at each of those saves one at each of their rows. */
  #presentTraces(table: SummedTable, length: number, text: ReadText): ReadonlyMap<string, ReadonlySet<string>> {
    const given = new Map<string, Set<string>>();
    for (let row = 0; row < length; row++) {
      const project = text(row, 'project_id') ?? '';
      const traces = given.get(project) ?? new Set();
      given.set(project, traces.add(text(row, 'trace_id') ?? ''));
    }
    const present = new Map<string, Set<string>>();
    for (const [project, traces] of given) {
      const found = new Set<string>();
      this.#open.statement(presentTracesSql(table)).each([JSON.stringify([...traces]), project], (row) => {
        found.add(row.text(0) ?? '');
      });
      present.set(project, found);
    }
    return present;
  }

  #names(projectId: string, traceIds: readonly string[]): ReadonlyMap<string, string | null> {
    const names = new Map<string, string | null>();
    this.#open.statement(namesSql).each([JSON.stringify(traceIds), projectId], (row) => {
      names.set(row.text(0) ?? '', row.text(1));
    });
    return names;
  }
}
