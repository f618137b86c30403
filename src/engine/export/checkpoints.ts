import type { Kysely } from 'kysely';
import * as z from 'zod';
import type { Coverage, SetAsideRow } from '../../protocol/engine.ts';
import type { TimeWindow } from '../langfuse/records.ts';
import type { MetricsSchema } from '../store/schema.ts';
import { isoTime, mergeWindows } from './intervals.ts';
import { setAsideFromJson, setAsideToJson } from './setAside.ts';

export type CheckpointStream = 'traces' | 'observations' | 'scores';

/** Checkpoints older than this are walked again: rows may have changed since. */
const freshFor = 24 * 3_600_000;

/** What a window has given so far. */
export interface WindowTally {
  /** Rows received by UTC hour, repeated ones included. */
  readonly received: ReadonlyMap<string, number>;
  readonly setAside: readonly SetAsideRow[];
}

export interface OpenWindow {
  readonly window: TimeWindow;
  /** Where its walk goes on. */
  readonly cursor: string;
  readonly tally: WindowTally;
}

export interface StreamCheckpoints {
  readonly finished: readonly { readonly window: TimeWindow; readonly tally: WindowTally }[];
  /** The window that was open when the run ended; null when none was. */
  readonly open: OpenWindow | null;
}

const toWindow = (row: { window_from: string; window_to: string }): TimeWindow => ({
  from: Date.parse(row.window_from),
  to: Date.parse(row.window_to),
});

const countsByHour = z.record(z.string(), z.number());

const toTally = (row: { received: string; set_aside: string }): WindowTally => ({
  received: new Map(Object.entries(countsByHour.parse(JSON.parse(row.received)))),
  setAside: setAsideFromJson(row.set_aside),
});

/** What an earlier, unfinished run of the project has walked already within `range`. */
export async function loadCheckpoints(
  db: Kysely<MetricsSchema>,
  projectId: string,
  stream: CheckpointStream,
  range: TimeWindow,
  now: number,
): Promise<StreamCheckpoints> {
  const rows = await db
    .selectFrom('export_checkpoints')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('stream', '=', stream)
    .where('saved_at', '>=', isoTime(now - freshFor))
    .execute();
  const inRange = rows.filter((row) => toWindow(row).from < range.to && toWindow(row).to > range.from);
  const open = inRange.find((row) => row.finished === 0 && row.cursor !== null);
  const whole = open !== undefined && toWindow(open).from >= range.from && toWindow(open).to <= range.to;
  return {
    finished: inRange
      .filter((row) => row.finished === 1)
      .map((row) => ({ window: toWindow(row), tally: toTally(row) })),
    open: whole ? { window: toWindow(open), cursor: open.cursor ?? '', tally: toTally(open) } : null,
  };
}

/** Records how far a window has been walked; `cursor` null means to its end. */
export async function saveCheckpoint(
  db: Kysely<MetricsSchema>,
  checkpoint: {
    readonly projectId: string;
    readonly stream: CheckpointStream;
    readonly window: TimeWindow;
    readonly cursor: string | null;
    readonly tally: WindowTally;
    readonly now: number;
  },
): Promise<void> {
  const state = {
    finished: checkpoint.cursor === null ? (1 as const) : (0 as const),
    cursor: checkpoint.cursor,
    received: JSON.stringify(Object.fromEntries(checkpoint.tally.received)),
    set_aside: setAsideToJson(checkpoint.tally.setAside),
    saved_at: isoTime(checkpoint.now),
  };
  await db
    .insertInto('export_checkpoints')
    .values({
      project_id: checkpoint.projectId,
      stream: checkpoint.stream,
      window_from: isoTime(checkpoint.window.from),
      window_to: isoTime(checkpoint.window.to),
      ...state,
    })
    .onConflict((conflict) => conflict.columns(['project_id', 'stream', 'window_from', 'window_to']).doUpdateSet(state))
    .execute();
}

/** Forgets the checkpoints that a completed run of `range` makes useless. */
export async function clearCheckpoints(db: Kysely<MetricsSchema>, projectId: string, range: TimeWindow): Promise<void> {
  await db
    .deleteFrom('export_checkpoints')
    .where('project_id', '=', projectId)
    .where('window_from', '>=', isoTime(range.from))
    .where('window_to', '<=', isoTime(range.to))
    .execute();
}

export async function loadCoverage(db: Kysely<MetricsSchema>, projectId: string): Promise<TimeWindow[]> {
  const rows = await db
    .selectFrom('export_coverage')
    .select(['covered_from', 'covered_to'])
    .where('project_id', '=', projectId)
    .orderBy('covered_from')
    .execute();
  return rows.map((row) => ({ from: Date.parse(row.covered_from), to: Date.parse(row.covered_to) }));
}

/** Adds a completed range; writes nothing when it was covered already. */
export async function extendCoverage(db: Kysely<MetricsSchema>, projectId: string, range: TimeWindow): Promise<void> {
  const before = await loadCoverage(db, projectId);
  const after = mergeWindows([...before, range]);
  if (JSON.stringify(after) === JSON.stringify(before)) {
    return;
  }
  await db.deleteFrom('export_coverage').where('project_id', '=', projectId).execute();
  await db
    .insertInto('export_coverage')
    .values(
      after.map(({ from, to }) => ({ project_id: projectId, covered_from: isoTime(from), covered_to: isoTime(to) })),
    )
    .execute();
}

export async function allCoverage(db: Kysely<MetricsSchema>): Promise<Coverage[]> {
  const rows = await db
    .selectFrom('export_coverage')
    .selectAll()
    .orderBy('project_id')
    .orderBy('covered_from')
    .execute();
  return rows.map((row) => ({ projectId: row.project_id, start: row.covered_from, end: row.covered_to }));
}
