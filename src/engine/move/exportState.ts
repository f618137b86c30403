import type { Kysely } from 'kysely';
import type { MovedTableReport } from '../../protocol/engine.ts';
import { extendCoverage, loadCoverage } from '../export/checkpoints.ts';
import type { TimeWindow } from '../langfuse/records.ts';
import type { MetricsSchema } from '../store/schema.ts';
import type { Move } from './copyTable.ts';

/**
 * What the next export at the target goes by: a few rows a project, moved last, so that the target
 * claims a range only when its rows are there.
 */
export async function moveExportState(move: Move): Promise<readonly MovedTableReport[]> {
  return [
    await moveCheckpoints(move),
    await moveState(move),
    await movePrices(move),
    await moveAlerts(move),
    await moveCoverage(move),
  ];
}

const report = (table: string, rows: number, copied: number, verified: boolean): MovedTableReport => ({
  table,
  rows,
  copied,
  newer: 0,
  sums: {},
  verified,
});

/** Windows that begin before the cutoff are not whole at the target: they are walked again. */
async function moveCheckpoints({ source, target, cutoff, signal }: Move): Promise<MovedTableReport> {
  const load = (db: Kysely<MetricsSchema>): Promise<MetricsSchema['export_checkpoints'][]> =>
    db.selectFrom('export_checkpoints').selectAll().execute();
  const rows = (await source.read(load)).filter((row) => cutoff === null || row.window_from >= cutoff);
  const keyOf = (row: MetricsSchema['export_checkpoints']): string =>
    JSON.stringify([row.project_id, row.stream, row.window_from, row.window_to]);
  const stored = async (): Promise<ReadonlyMap<string, string>> =>
    new Map((await target.read(load)).map((row) => [keyOf(row), row.saved_at]));
  const before = await stored();
  const wanted = rows.filter((row) => row.saved_at > (before.get(keyOf(row)) ?? ''));
  await target.write(async ({ db }) => {
    for (const row of wanted) {
      await db
        .insertInto('export_checkpoints')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['project_id', 'stream', 'window_from', 'window_to']).doUpdateSet(row),
        )
        .execute();
    }
  }, signal);
  const after = await stored();
  const verified = rows.every((row) => (after.get(keyOf(row)) ?? '') >= row.saved_at);
  return report('export_checkpoints', rows.length, wanted.length, verified);
}

const rulesPrefix = 'outcome_rules:';

/**
 * The target's own facts stand. Where its derived rows were computed with other rules than those that
 * came, no rules are on record, so that its next export computes all of them again.
 */
async function moveState({ source, target, signal }: Move): Promise<MovedTableReport> {
  const load = (db: Kysely<MetricsSchema>): Promise<MetricsSchema['metrics_state'][]> =>
    db.selectFrom('metrics_state').selectAll().execute();
  const rows = await source.read(load);
  const known = new Map((await target.read(load)).map(({ key, value }) => [key, value]));
  const fresh = rows.filter(({ key }) => !known.has(key));
  const contradicted = rows.filter(
    ({ key, value }) => key.startsWith(rulesPrefix) && known.has(key) && known.get(key) !== value,
  );
  await target.write(async ({ db }) => {
    for (const row of fresh) {
      await db.insertInto('metrics_state').values(row).execute();
    }
    for (const { key } of contradicted) {
      await db.updateTable('metrics_state').set({ value: '' }).where('key', '=', key).execute();
    }
  }, signal);
  const after = new Set((await target.read(load)).map(({ key }) => key));
  return report(
    'metrics_state',
    rows.length,
    fresh.length,
    rows.every(({ key }) => after.has(key)),
  );
}

async function movePrices({ source, target, signal }: Move): Promise<MovedTableReport> {
  const load = (db: Kysely<MetricsSchema>): Promise<MetricsSchema['model_prices'][]> =>
    db.selectFrom('model_prices').selectAll().execute();
  const keyOf = (row: MetricsSchema['model_prices']): string => JSON.stringify([row.project_id, row.id]);
  const rows = await source.read(load);
  const fetched = new Map((await target.read(load)).map((row) => [keyOf(row), row.fetched_at]));
  const wanted = rows.filter((row) => row.fetched_at > (fetched.get(keyOf(row)) ?? ''));
  await target.write(async ({ db }) => {
    for (const row of wanted) {
      await db
        .insertInto('model_prices')
        .values(row)
        .onConflict((conflict) => conflict.columns(['project_id', 'id']).doUpdateSet(row))
        .execute();
    }
  }, signal);
  const after = new Set((await target.read(load)).map(keyOf));
  return report(
    'model_prices',
    rows.length,
    wanted.length,
    rows.every((row) => after.has(keyOf(row))),
  );
}

/** What was told at the source is not told again at the target; what the target has told stands. */
async function moveAlerts({ source, target, signal }: Move): Promise<MovedTableReport> {
  const load = (db: Kysely<MetricsSchema>): Promise<MetricsSchema['alert_states'][]> =>
    db.selectFrom('alert_states').selectAll().execute();
  const rows = await source.read(load);
  const known = new Set((await target.read(load)).map((row) => row.alert_id));
  const fresh = rows.filter((row) => !known.has(row.alert_id));
  await target.write(async ({ db }) => {
    for (const row of fresh) {
      await db.insertInto('alert_states').values(row).execute();
    }
  }, signal);
  const after = new Set((await target.read(load)).map((row) => row.alert_id));
  return report(
    'alert_states',
    rows.length,
    fresh.length,
    rows.every((row) => after.has(row.alert_id)),
  );
}

async function moveCoverage({ source, target, cutoff, signal }: Move): Promise<MovedTableReport> {
  const projects = await source.read((db) =>
    db.selectFrom('export_coverage').select('project_id').distinct().execute(),
  );
  const from = cutoff === null ? -Infinity : Date.parse(cutoff);
  let rows = 0;
  let copied = 0;
  let verified = true;
  for (const { project_id: projectId } of projects) {
    const load = (db: Kysely<MetricsSchema>): Promise<TimeWindow[]> => loadCoverage(db, projectId);
    const windows = (await source.read(load))
      .filter((window) => window.to > from)
      .map((window) => ({ from: Math.max(window.from, from), to: window.to }));
    const before = await target.read(load);
    const missing = windows.filter((window) => !isCovered(window, before));
    await target.write(async ({ db }) => {
      for (const window of missing) {
        await extendCoverage(db, projectId, window);
      }
    }, signal);
    const after = await target.read(load);
    rows += windows.length;
    copied += missing.length;
    verified &&= windows.every((window) => isCovered(window, after));
  }
  return report('export_coverage', rows, copied, verified);
}

const isCovered = (window: TimeWindow, by: readonly TimeWindow[]): boolean =>
  by.some(({ from, to }) => from <= window.from && to >= window.to);
