import path from 'node:path';
import process from 'node:process';
import { EngineError } from '../../../src/engine/errors.ts';
import { silentLog, systemClock } from '../../../src/engine/ports.ts';
import { openSqliteStore } from '../../../src/engine/store/sqlite/sqliteStore.ts';
import type { MetricsStore } from '../../../src/engine/store/store.ts';
import { score } from '../../unit/store/fixture.ts';

/**
 * A process that uses the store and tells its parent, one message a step, what is durable.
 * Arguments: job, database path, a name for its rows, bytes of text a row, number of steps.
 */
const [job = '', databasePath = '', name = '', bytes = '100', steps = '1000000'] = process.argv.slice(2);
const rowsPerStep = 10;

const open = (file: string): MetricsStore =>
  openSqliteStore({
    path: file,
    commitToGit: false,
    clock: systemClock,
    log: silentLog,
    purpose: `test ${name}`,
    onLockWait: () => undefined,
  });

const tell = (message: unknown): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => {
      resolve();
    });
  });

const writeStep = (store: MetricsStore, step: number): Promise<unknown> =>
  store.write(async (transaction) => {
    const comment = 'x'.repeat(Number(bytes));
    const rows = Array.from({ length: rowsPerStep }, (_, row) => score(`${name}-${step}-${row}`, { comment }));
    await transaction.upsert('llm_scores', rows);
  });

const jobs: Record<string, () => Promise<void>> = {
  /** Writes without saving, then does nothing: the lock stays held. */
  async hold() {
    const store = open(databasePath);
    const controller = new AbortController();
    await store.write(async (transaction) => {
      await transaction.upsert('llm_scores', [score(`${name}-held`)]);
      await tell('held');
      await systemClock.sleep(60_000, controller.signal);
    });
  },
  async holdExport() {
    await open(databasePath).lockExport('project');
    await tell('held');
    await systemClock.sleep(60_000);
  },
  async write() {
    const store = open(databasePath);
    for (let step = 0; step < Number(steps); step++) {
      await writeStep(store, step);
      await store.flush();
      await tell(step);
    }
    await store.close();
  },
  /** The same, with half of each save written ahead. */
  async writeAhead() {
    const store = open(databasePath);
    for (let step = 0; step < Number(steps); step++) {
      await writeStep(store, step * 2);
      await store.writeAhead();
      await writeStep(store, step * 2 + 1);
      await store.flush();
      await tell([step * 2, step * 2 + 1]);
    }
    await store.close();
  },
  async setUp() {
    for (let step = 0; step < Number(steps); step++) {
      const store = open(path.join(databasePath, String(step), 'metrics.db'));
      await store.setup();
      await store.close();
      await tell(step);
    }
  },
  /** Run under a limit on file sizes: tells the codes of the failures. */
  async fullDisk() {
    const store = open(databasePath);
    const report = (error: unknown): Promise<void> => tell(error instanceof EngineError ? error.code : String(error));
    await writeStep(store, 0)
      .then(() => store.flush())
      .catch(report);
    await store.close().catch(report);
  },
};

await jobs[job]?.();
process.disconnect();
