import type { Browser } from 'playwright-core';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { VscodeServer } from '../editor/vscodeServer.ts';
import { Workbench } from '../editor/workbench.ts';
import { ToolError } from '../shell.ts';

/** The completed export, as its row in the database says. */
export interface CompletedRun {
  /** Absolute path. */
  readonly database: string;
  readonly start: string;
  readonly end: string;
}

const patienceMilliseconds = 120_000;

/**
 * Opens the workspace, waits for the keys, and exports by the command that a person would use.
 * @throws ToolError that names a screenshot when no export completes
 */
export async function firstExport(
  browser: Browser,
  server: VscodeServer,
  workspace: string,
): Promise<{ workbench: Workbench; run: CompletedRun }> {
  const workbench = await Workbench.open(browser, server, workspace);
  const database = path.join(workspace, '.langfuse', 'llm_metrics.db');
  try {
    await workbench.notification('Connected to project').waitFor({ timeout: 60_000 });
    await workbench.runCommand('Langfuse Metrics: Export Langfuse traces');
    return { workbench, run: await waitForRun(database) };
  } catch (error) {
    const screenshot = await workbench.screenshot('demo-failed');
    throw new ToolError(`The first export did not complete; see ${screenshot}.\n${String(error)}\n${server.log()}`);
  }
}

async function waitForRun(database: string): Promise<CompletedRun> {
  const deadline = Date.now() + patienceMilliseconds;
  for (;;) {
    const run = completedRun(database);
    if (run) {
      return run;
    }
    if (Date.now() > deadline) {
      throw new ToolError(`no completed run in ${database} within ${patienceMilliseconds / 1000} s`);
    }
    await sleep(250);
  }
}

/** Read by the runtime's own SQLite, not by the code that wrote it. */
function completedRun(database: string): CompletedRun | null {
  if (!existsSync(database)) {
    return null;
  }
  const connection = new DatabaseSync(database, { readOnly: true });
  try {
    const sql = "SELECT data_start_time AS start, data_end_time AS end FROM export_metadata WHERE status = 'completed'";
    const row = connection.prepare(sql).get() as { start: string; end: string } | undefined;
    return row === undefined ? null : { database, ...row };
  } finally {
    connection.close();
  }
}
