import type { MovedTableReport, MoveProgress, MoveReport } from '../../protocol/engine.ts';
import { rollUp } from '../store/rollups/rollUp.ts';
import type { MetricsStore } from '../store/store.ts';
import { copyTable, type Move } from './copyTable.ts';
import { moveExportState } from './exportState.ts';
import { countRows } from './rows.ts';
import { movedTables } from './tables.ts';
import { verifyTable } from './verifyTable.ts';

/**
 * Copies the source's rows to the target and compares the two. Rows of the target that are newer
 * stay; nothing is written to the source. No export of the source's projects runs meanwhile.
 * @throws EngineError export.alreadyRunning and what the databases throw
 */
export async function moveDatabase(move: Move, onProgress: (progress: MoveProgress) => void): Promise<MoveReport> {
  const { source, target, signal } = move;
  await target.setup(signal);
  const release = await lockExports(move);
  try {
    const tables = await moveTables(move, onProgress);
    const verified = tables.every((table) => table.verified);
    return { from: source.location, to: target.location, tables, status: verified ? 'completed' : 'failed' };
  } finally {
    await release();
  }
}

async function moveTables(
  move: Move,
  onProgress: (progress: MoveProgress) => void,
): Promise<readonly MovedTableReport[]> {
  const totals = new Map<string, number>();
  for (const table of movedTables) {
    totals.set(table.name, await countRows(move.source, table, move.cutoff));
  }
  const progress = progressReporter(totals, onProgress);
  const copied = new Map<string, number>();
  for (const table of movedTables) {
    copied.set(table.name, await copyTable(move, table, progress('copying', table.name)));
  }
  await move.target.write((transaction) => rollUp(transaction, move.target.dialect, null), move.signal);
  await move.target.flush();
  const reports: MovedTableReport[] = [];
  for (const table of movedTables) {
    const verdict = await verifyTable(move, table, progress('verifying', table.name));
    reports.push({ table: table.name, copied: copied.get(table.name) ?? 0, ...verdict });
  }
  if (reports.every((report) => report.verified)) {
    reports.push(...(await moveExportState(move)));
    await move.target.flush();
  }
  return reports;
}

type OnRows = (rows: number) => void;

/** Every row is seen twice: when it is copied and when it is verified. */
function progressReporter(
  totals: ReadonlyMap<string, number>,
  onProgress: (progress: MoveProgress) => void,
): (phase: MoveProgress['phase'], table: string) => OnRows {
  const all = 2 * [...totals.values()].reduce((sum, rows) => sum + rows, 0);
  let seen = 0;
  return (phase, table) => {
    const total = totals.get(table) ?? 0;
    let rows = 0;
    return (more) => {
      rows += more;
      seen += more;
      onProgress({ phase, table, rows, total, fraction: all === 0 ? 1 : Math.min(1, seen / all) });
    };
  };
}

/** @returns what lets exports run again */
async function lockExports({ source, target }: Move): Promise<() => Promise<void>> {
  const locks: Awaited<ReturnType<MetricsStore['lockExport']>>[] = [];
  const release = async (): Promise<void> => {
    await Promise.all(locks.map((lock) => lock.release()));
  };
  try {
    for (const projectId of await projectsOf(source)) {
      locks.push(await source.lockExport(projectId), await target.lockExport(projectId));
    }
    return release;
  } catch (error) {
    await release();
    throw error;
  }
}

async function projectsOf(store: MetricsStore): Promise<readonly string[]> {
  const rows = await store.read((db) =>
    db
      .selectFrom('llm_traces')
      .select('project_id')
      .union(db.selectFrom('prompt_variants').select('project_id'))
      .union(db.selectFrom('export_coverage').select('project_id'))
      .execute(),
  );
  return rows.map((row) => row.project_id).sort();
}
