import * as l10n from '@vscode/l10n';
import type { Kysely } from 'kysely';
import type { UnreconciledDay } from '../../protocol/engine.ts';
import type { TimeWindow } from '../langfuse/records.ts';
import type { MetricsSchema } from '../store/schema.ts';
import { isoTime, utcDay } from './intervals.ts';

const day = 24 * 3_600_000;
const idsPerQuery = 500;

/** Observations by UTC day. */
export type DayCounts = Map<string, number>;

export function addTo(counts: DayCounts, dayName: string, rows: number): void {
  counts.set(dayName, (counts.get(dayName) ?? 0) + rows);
}

/** Rows by the UTC days of their times, ISO-8601. */
export function countDays<T>(rows: readonly T[], timeOf: (row: T) => string): DayCounts {
  const days: DayCounts = new Map();
  for (const row of rows) {
    addTo(days, timeOf(row).slice(0, 10), 1);
  }
  return days;
}

/** The server's buckets (hours or days, by their start in milliseconds), summed by UTC day. */
export function byDay(buckets: ReadonlyMap<number, number>): DayCounts {
  const days: DayCounts = new Map();
  for (const [start, count] of buckets) {
    addTo(days, utcDay(start), count);
  }
  return days;
}

/** The part of `range` that lies on a UTC day. */
export function dayWithin(range: TimeWindow, dayName: string): TimeWindow {
  const start = Date.parse(`${dayName}T00:00:00.000Z`);
  return { from: Math.max(range.from, start), to: Math.min(range.to, start + day) };
}

/** Distinct observations of a window in the database. */
export async function countLocal(db: Kysely<MetricsSchema>, projectId: string, window: TimeWindow): Promise<number> {
  let total = 0;
  for (const table of ['llm_generations', 'llm_spans', 'llm_events'] as const) {
    const { rows } = await db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('rows'))
      .where('project_id', '=', projectId)
      .where('created_at', '>=', isoTime(window.from))
      .where('created_at', '<', isoTime(window.to))
      .executeTakeFirstOrThrow();
    total += rows;
  }
  return total;
}

/** Which of some observation ids the database holds, in whatever trace. */
export async function storedIds(
  db: Kysely<MetricsSchema>,
  projectId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const stored = new Set<string>();
  for (let start = 0; start < ids.length; start += idsPerQuery) {
    const some = ids.slice(start, start + idsPerQuery);
    for (const table of ['llm_generations', 'llm_spans', 'llm_events'] as const) {
      const rows = await db
        .selectFrom(table)
        .select('id')
        .where('project_id', '=', projectId)
        .where('id', 'in', some)
        .execute();
      for (const { id } of rows) {
        stored.add(id);
      }
    }
  }
  return stored;
}

export interface AuditOptions {
  readonly projectId: string;
  readonly range: TimeWindow;
  /** The server's counts, taken before the walk: each row in them was there to be walked. */
  readonly server: DayCounts;
  /** Rows that this run received, duplicates included: the server counts those too. */
  readonly received: DayCounts;
  readonly read: <T>(work: (db: Kysely<MetricsSchema>) => Promise<T>) => Promise<T>;
  /** Walks a window again and stores it. @returns rows received, unreadable ones included */
  readonly walkAgain: (window: TimeWindow) => Promise<number>;
}

/**
 * Compares each day with the server's count, walks a day that is short once more, and reports what
 * stays short. More rows here than there is no loss: the server may have deleted some.
 */
export async function auditDays(options: AuditOptions): Promise<UnreconciledDay[]> {
  const unreconciled: UnreconciledDay[] = [];
  for (const { dayName, server, window } of await shortDays(options)) {
    const received = await options.walkAgain(window);
    const local = await options.read((db) => countLocal(db, options.projectId, window));
    if (Math.max(received, local) < server) {
      const reason = l10n.t('The server counts {0} observations but handed out {1} in two walks.', server, received);
      unreconciled.push({ day: dayName, server, local, reason });
    }
  }
  return unreconciled;
}

interface ShortDay {
  readonly dayName: string;
  readonly window: TimeWindow;
  readonly server: number;
}

async function shortDays(options: AuditOptions): Promise<ShortDay[]> {
  const short: ShortDay[] = [];
  for (const [dayName, server] of [...options.server].toSorted(([a], [b]) => a.localeCompare(b))) {
    const window = dayWithin(options.range, dayName);
    const received = options.received.get(dayName) ?? 0;
    const here =
      received >= server
        ? received
        : Math.max(received, await options.read((db) => countLocal(db, options.projectId, window)));
    if (here < server) {
      short.push({ dayName, window, server });
    }
  }
  return short;
}
