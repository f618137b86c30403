import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';
import type { ExportReport } from '../../../src/protocol/engine.ts';
import { threadMilliseconds } from '../../tools/host/threadTime.ts';

const mostMilliseconds = 20;

/** Notes the longest stretch that the event loop worked without coming round. */
class LoopWatch {
  longest = 0;
  #last = threadMilliseconds();
  readonly #timer = setInterval(() => {
    const now = threadMilliseconds();
    this.longest = Math.max(this.longest, now - this.#last);
    this.#last = now;
  }, 1);

  stop(): void {
    clearInterval(this.#timer);
  }
}

interface Keys {
  readonly url: string;
  readonly publicKey: string;
  readonly secretKey: string;
}

/** In a process of its own, so that the work of serving is not taken for the export's. */
async function startServer(): Promise<{ child: ChildProcess; keys: Keys }> {
  const root = process.env.HOST_TEST_ROOT ?? '';
  const main = path.join(root, 'test/langfuse-server/main.ts');
  const args = ['--import', 'tsx', main, '--observations', '20000', '--days', '3', '--end', 'now', '--port', '0'];
  const child = spawn(process.env.HOST_TEST_NODE ?? 'node', args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, keys: JSON.parse(line) as Keys };
}

describe('the editor during an export', function () {
  this.timeout(180_000);
  let child: ChildProcess;
  let keys: Keys;

  before(async () => {
    ({ child, keys } = await startServer());
    await vscode.commands.executeCommand('langfuseMetrics.stopBackgroundExport');
    const settings = vscode.workspace.getConfiguration('langfuseMetrics');
    await settings.update('export.lookbackHours', 96, vscode.ConfigurationTarget.Workspace);
    await settings.update('export.overlapHours', 96, vscode.ConfigurationTarget.Workspace);
    const { url: baseUrl, publicKey, secretKey } = keys;
    await vscode.commands.executeCommand('langfuseMetrics.setKeys', { baseUrl, publicKey, secretKey });
  });
  after(() => {
    child.kill();
  });

  /** Of one export of everything. What it has only once, such as a collection of garbage, is not the export's. */
  async function longestStretch(): Promise<number> {
    const watch = new LoopWatch();
    const report = await vscode.commands.executeCommand<ExportReport | undefined>('langfuseMetrics.export');
    watch.stop();
    assert.equal(report?.status, 'completed');
    assert.ok(report.counts.spans + report.counts.generations > 15_000);
    return watch.longest;
  }

  it(`is never busy with it for more than ${mostMilliseconds} ms at a stretch`, async () => {
    const longest = [await longestStretch(), await longestStretch()];
    const text = longest.map((milliseconds) => milliseconds.toFixed(1)).join(' and ');
    assert.ok(Math.min(...longest) <= mostMilliseconds, `${text} ms`);
    console.log(`      longest stretch of the extension host's loop in two exports: ${text} ms of CPU time`);
  });
});
