import type { ObservationRecord } from '../langfuse/records.ts';
import type { BulkRow, WriteTransaction, WrittenObservations } from '../store/store.ts';
import { eventRow, generationRow, spanRow, tableOf, type ObservationTable } from './rows.ts';

const tables: readonly ObservationTable[] = ['llm_generations', 'llm_spans', 'llm_events'];

/** NUL separates what no id may hold. */
const keyOf = (row: ObservationRecord): string => `${row.traceId}\u0000${row.id}`;

interface Classified {
  readonly rows: ReadonlyMap<ObservationTable, readonly ObservationRecord[]>;
  /** Rows whose copies may stand in another table: those of an unusual kind, or sent as two kinds. */
  readonly movable: readonly ObservationRecord[];
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
  const rows = new Map<ObservationTable, ObservationRecord[]>(tables.map((table) => [table, []]));
  for (const row of newest.values()) {
    rows.get(tableOf(row))?.push(row);
  }
  return { rows, movable: [...movable.values()] };
}

/** In llm_generations for what it carries, not for its type: an earlier copy may have carried nothing yet. */
function isPromoted(row: ObservationRecord): boolean {
  return row.type !== 'GENERATION' && row.type !== 'EMBEDDING' && tableOf(row) === 'llm_generations';
}

/** An observation that changed its kind moves: it is never in two tables. */
async function removeFormerCopies(transaction: WriteTransaction, moved: readonly ObservationRecord[]): Promise<void> {
  for (const table of tables) {
    const foreign = moved.filter((row) => tableOf(row) !== table);
    for (let start = 0; start < foreign.length; start += 200) {
      const some = foreign.slice(start, start + 200);
      await transaction.db
        .deleteFrom(table)
        .where('project_id', '=', some[0]?.projectId ?? '')
        // Names the traces for the index: SQLite finds no index for a pair of columns in a list.
        .where(
          'trace_id',
          'in',
          some.map((row) => row.traceId),
        )
        .where((eb) =>
          eb(
            eb.refTuple('trace_id', 'id'),
            'in',
            some.map((row) => eb.tuple(row.traceId, row.id)),
          ),
        )
        .execute();
    }
  }
}

export interface StoredPage {
  /** Distinct observations of the page, by table. */
  readonly distinct: Readonly<Record<ObservationTable, number>>;
}

/**
 * Stores one page of observations of one project: rows, and the traces they belong to.
 * @param options.textLimit characters kept of each text
 * @param options.mutable the server lets rows change their kind after the fact (legacy ingestion)
 */
export async function storeObservations(
  transaction: WriteTransaction,
  page: readonly ObservationRecord[],
  options: { readonly projectId: string; readonly textLimit: number; readonly mutable: boolean },
): Promise<StoredPage> {
  const { rows, movable } = classify(page, options.mutable);
  const { textLimit } = options;
  const records = {
    llm_generations: rows.get('llm_generations') ?? [],
    llm_spans: rows.get('llm_spans') ?? [],
    llm_events: rows.get('llm_events') ?? [],
  };
  const written: WrittenObservations = {
    llm_generations: await upsertChanged(
      transaction,
      'llm_generations',
      records.llm_generations.map((row) => generationRow(row, textLimit)),
    ),
    llm_spans: await upsertChanged(
      transaction,
      'llm_spans',
      records.llm_spans.map((row) => spanRow(row, textLimit)),
    ),
    llm_events: await upsertChanged(
      transaction,
      'llm_events',
      records.llm_events.map((row) => eventRow(row, textLimit)),
    ),
  };
  await removeFormerCopies(transaction, movable);
  const touched = new Set(
    Object.values(written).flatMap((some: readonly { trace_id: string }[]) => some.map((row) => row.trace_id)),
  );
  await transaction.refreshTraces(options.projectId, [...touched], written);
  return {
    distinct: {
      llm_generations: records.llm_generations.length,
      llm_spans: records.llm_spans.length,
      llm_events: records.llm_events.length,
    },
  };
}

/** @returns the rows that were not there already, as new or newer */
async function upsertChanged<T extends ObservationTable>(
  transaction: WriteTransaction,
  table: T,
  rows: readonly BulkRow<T>[],
): Promise<BulkRow<T>[]> {
  const { changed } = await transaction.upsert(table, rows);
  return changed.flatMap((index) => rows[index] ?? []);
}
