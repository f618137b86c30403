import * as l10n from '@vscode/l10n';
import type { Kysely } from 'kysely';
import type { UnreconciledDay } from '../../protocol/engine.ts';
import type { TimeWindow } from '../langfuse/records.ts';
import type { MetricsSchema } from '../store/schema.ts';
import { isoTime, utcDay } from './intervals.ts';

const hour = 3_600_000;
const day = 24 * hour;
const idsPerQuery = 500;

/** Rows by UTC hour, as ISO-8601 writes it: 2026-11-02T14. */
export type HourCounts = Map<string, number>;

export function addTo(counts: HourCounts, hourName: string, rows: number): void {
  counts.set(hourName, (counts.get(hourName) ?? 0) + rows);
}

/** @param time ISO-8601 */
export const hourOf = (time: string): string => time.slice(0, 13);

/** Rows by the UTC hours of their times, ISO-8601. */
export function countHours<T>(rows: readonly T[], timeOf: (row: T) => string): HourCounts {
  const hours: HourCounts = new Map();
  for (const row of rows) {
    addTo(hours, hourOf(timeOf(row)), 1);
  }
  return hours;
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
  /** How long the server's buckets are; a bucket never reaches beyond a UTC day. */
  readonly granularity: 'hour' | 'day';
  /** The server's counts by the start of their bucket (milliseconds), taken before the walk: each row in them was there to be walked. */
  readonly server: ReadonlyMap<number, number>;
  /** Rows that this run received, duplicates included: the server counts those too. */
  readonly received: HourCounts;
  readonly read: <T>(work: (db: Kysely<MetricsSchema>) => Promise<T>) => Promise<T>;
  /** Walks a window again and stores it. @returns rows received, unreadable ones included */
  readonly walkAgain: (window: TimeWindow) => Promise<number>;
}

/** A time for which the server has a count, or some such that follow each other. */
interface CountedTime {
  readonly window: TimeWindow;
  readonly server: number;
  readonly received: number;
}

/**
 * Compares each hour or day with the server's count, walks once more what is short, and reports the days
 * that stay short. More rows here than there is no loss: the server may have deleted some.
 */
export async function auditCounts(options: AuditOptions): Promise<UnreconciledDay[]> {
  const unreconciled: UnreconciledDay[] = [];
  const byDay = Map.groupBy(countedTimes(options), ({ window }) => utcDay(window.from));
  for (const [dayName, counted] of byDay) {
    const missed = await walkShortAgain(options, counted);
    if (missed === 0) {
      continue;
    }
    const server = sum(counted, (one) => one.server);
    const window = { from: counted[0]?.window.from ?? 0, to: counted.at(-1)?.window.to ?? 0 };
    const local = await options.read((db) => countLocal(db, options.projectId, window));
    const reason = l10n.t(
      'The server counts {0} observations but handed out {1} in two walks.',
      server,
      server - missed,
    );
    unreconciled.push({ day: dayName, server, local, reason });
  }
  return unreconciled;
}

/** @returns observations that the server counts and did not hand out */
async function walkShortAgain(options: AuditOptions, counted: readonly CountedTime[]): Promise<number> {
  let missed = 0;
  for (const { window, server } of neighboursJoined(await shortOf(options, counted))) {
    const received = await options.walkAgain(window);
    const local = await options.read((db) => countLocal(db, options.projectId, window));
    missed += Math.max(0, server - Math.max(received, local));
  }
  return missed;
}

/** Oldest first. */
function countedTimes({ range, granularity, server, received }: AuditOptions): CountedTime[] {
  const length = granularity === 'hour' ? hour : day;
  return [...server]
    .toSorted(([a], [b]) => a - b)
    .map(([start, rows]) => ({
      window: { from: Math.max(range.from, start), to: Math.min(range.to, start + length) },
      server: rows,
      received: sum([...Array(length / hour).keys()], (index) => {
        return received.get(hourOf(isoTime(start + index * hour))) ?? 0;
      }),
    }));
}

async function shortOf(options: AuditOptions, counted: readonly CountedTime[]): Promise<CountedTime[]> {
  const short: CountedTime[] = [];
  for (const time of counted.filter(({ server, received }) => received < server)) {
    if ((await options.read((db) => countLocal(db, options.projectId, time.window))) < time.server) {
      short.push(time);
    }
  }
  return short;
}

/** One walk for hours that follow each other. */
function neighboursJoined(times: readonly CountedTime[]): CountedTime[] {
  const joined: CountedTime[] = [];
  for (const time of times) {
    const last = joined.at(-1);
    if (last?.window.to === time.window.from) {
      joined.splice(-1, 1, {
        window: { from: last.window.from, to: time.window.to },
        server: last.server + time.server,
        received: last.received + time.received,
      });
    } else {
      joined.push(time);
    }
  }
  return joined;
}

function sum<T>(items: readonly T[], valueOf: (item: T) => number): number {
  return items.reduce((total, item) => total + valueOf(item), 0);
}
