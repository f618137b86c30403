import assert from 'node:assert/strict';
import { parseConfig } from '../../../../src/engine/config/config.ts';
import { readEnvironment } from '../../../../src/engine/config/environment.ts';
import { openEngine } from '../../../../src/engine/engine.ts';
import { silentLog, systemClock, type Clock } from '../../../../src/engine/ports.ts';
import type { Engine } from '../../../../src/protocol/engine.ts';
import { Workspace } from '../../../integration/cli/workspace.ts';
import { startLangfuseServer } from '../../../langfuse-server/server.ts';

/** Milliseconds since the epoch; both the engine's clock and the browser's stand still there. */
export const now = Date.parse('2026-11-20T12:00:00.000Z');

/** An exported database, an engine on it, and the workspace, whose `sql` another program answers. */
export async function exportedDatabase(): Promise<{ readonly workspace: Workspace; readonly engine: Engine }> {
  const server = await startLangfuseServer({ observations: 12_000, late: 0, end: now, days: 30 });
  try {
    const workspace = await Workspace.create(server);
    const range = ['--start-time', '2026-10-20T00:00:00Z', '--end-time', '2026-11-20T12:00:00Z'];
    const { exitCode, stderr } = await workspace.run(['export', ...range]);
    assert.equal(exitCode, 0, stderr);
    const { input, nameOf } = readEnvironment(workspace.environment, {});
    const clock: Clock = { now: () => now, sleep: (milliseconds, signal) => systemClock.sleep(milliseconds, signal) };
    const config = parseConfig({ ...input, workspace: workspace.folder }, nameOf);
    return { workspace, engine: openEngine({ config, log: silentLog, clock, fetch, purpose: 'test' }) };
  } finally {
    await server.close();
  }
}
