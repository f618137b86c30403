import type { ObservationRecord, SourcePage } from '../langfuse/records.ts';
import { memoryOf, RowEncoder, type EncodableRow, type EncodedRows } from '../store/encodedRows.ts';
import { rebuiltColumns, TraceRebuild, type ObservationRows } from '../store/traceRebuild.ts';
import { countHours, type HourCounts } from './audit.ts';
import { eventRow, generationRow, spanRow, tableOf, type ObservationTable } from './rows.ts';

export const observationTables: readonly ObservationTable[] = ['llm_generations', 'llm_spans', 'llm_events'];

/** An observation whose copies may stand in another table than `table`. */
export interface MovableObservation {
  readonly projectId: string;
  readonly traceId: string;
  readonly id: string;
  readonly table: ObservationTable;
}

/** A page of observations, ready to be stored: all that can be done without the database is done. */
export interface PreparedPage extends Omit<SourcePage<never>, 'rows'> {
  /** The newest copy of each observation. */
  readonly tables: Readonly<Record<ObservationTable, EncodedRows>>;
  /** Their traces, rebuilt from this page alone. */
  readonly traces: EncodedRows;
  readonly movable: readonly MovableObservation[];
  /** All rows by UTC hour, repeated ones included. */
  readonly hours: HourCounts;
}

export interface PrepareOptions {
  readonly projectId: string;
  /** Characters kept of each text. */
  readonly textLimit: number;
  /** The server lets rows change their kind after the fact (legacy ingestion). */
  readonly mutable: boolean;
}

/** Prepares pages of one project. Keep one: memory is used again. */
export class PagePreparation {
  readonly #options: PrepareOptions;
  readonly #encoder = new RowEncoder();

  constructor(options: PrepareOptions) {
    this.#options = options;
  }

  /** @param memory of a page that is stored, as `memoryOfPage` gave it */
  prepare({ rows, ...page }: SourcePage<ObservationRecord>, memory: readonly ArrayBuffer[] = []): PreparedPage {
    const { projectId, textLimit, mutable } = this.#options;
    const { newest, movable } = classify(rows, mutable);
    const tables: ObservationRows = {
      llm_generations: newest.llm_generations.map((row) => generationRow(row, textLimit)),
      llm_spans: newest.llm_spans.map((row) => spanRow(row, textLimit)),
      llm_events: newest.llm_events.map((row) => eventRow(row, textLimit)),
    };
    const rebuild = new TraceRebuild(projectId);
    rebuild.addRows(tables);
    return {
      ...page,
      tables: {
        llm_generations: this.#encode(tables.llm_generations, memory[0]),
        llm_spans: this.#encode(tables.llm_spans, memory[1]),
        llm_events: this.#encode(tables.llm_events, memory[2]),
      },
      traces: this.#encoder.encode(rebuiltColumns, rebuild.results(), memory[3]),
      movable,
      hours: countHours(rows, (row) => row.startTime),
    };
  }

  /** Rows of one table are made by one function, so that each has the columns of the first. */
  #encode(rows: readonly EncodableRow[], memory: ArrayBuffer | undefined): EncodedRows {
    return this.#encoder.encode(Object.keys(rows[0] ?? {}), rows, memory);
  }
}

/** What a page lies in: handed over to another thread with it, and used again for another page. */
export const memoryOfPage = ({ tables, traces }: PreparedPage): ArrayBuffer[] => [
  ...observationTables.map((table) => memoryOf(tables[table])),
  memoryOf(traces),
];

/** NUL separates what no id may hold. */
const keyOf = (row: ObservationRecord): string => `${row.traceId}\u0000${row.id}`;

interface Classified {
  readonly newest: Readonly<Record<ObservationTable, readonly ObservationRecord[]>>;
  /** Rows of an unusual kind, or sent as two kinds. */
  readonly movable: readonly MovableObservation[];
}

/** The newest copy of each observation of a page, by table. Servers resend rows, now and then with another kind. */
function classify(page: readonly ObservationRecord[], anyMayMove: boolean): Classified {
  const newest = new Map<string, ObservationRecord>();
  const movable = new Map<string, ObservationRecord>();
  for (const row of page) {
    const key = keyOf(row);
    const known = newest.get(key);
    const winner = known !== undefined && (known.updatedAt ?? '') >= (row.updatedAt ?? '') ? known : row;
    newest.set(key, winner);
    if (
      anyMayMove ||
      movable.has(key) ||
      isPromoted(winner) ||
      (known !== undefined && tableOf(known) !== tableOf(row))
    ) {
      movable.set(key, winner);
    }
  }
  const rows = {
    llm_generations: [] as ObservationRecord[],
    llm_spans: [] as ObservationRecord[],
    llm_events: [] as ObservationRecord[],
  };
  for (const row of newest.values()) {
    rows[tableOf(row)].push(row);
  }
  return { newest: rows, movable: Array.from(movable.values(), movableOf) };
}

function movableOf(row: ObservationRecord): MovableObservation {
  return { projectId: row.projectId, traceId: row.traceId, id: row.id, table: tableOf(row) };
}

/** In llm_generations for what it carries, not for its type: an earlier copy may have carried nothing yet. */
function isPromoted(row: ObservationRecord): boolean {
  return row.type !== 'GENERATION' && row.type !== 'EMBEDDING' && tableOf(row) === 'llm_generations';
}
