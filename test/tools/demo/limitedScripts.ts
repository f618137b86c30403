import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LimiterStatus } from '../../../src/protocol/limiter.ts';
import type { Workbench } from '../editor/workbench.ts';
import { root } from '../shell.ts';

/** Each sample script makes so many calls of the one model that the limits file names. */
const callsOfScript = 20;
const patienceMilliseconds = 120_000;

/** Runs the sample scripts in a terminal, as the workspace's README says, and compares the view with the counters. */
export async function limitedScripts(workbench: Workbench): Promise<string> {
  // This Node, since a shell's start-up file may put an older one first.
  const scripts = [
    `'${process.execPath}' limited/summarise.ts`,
    ...(hasPython() ? ['python3 limited/classify.py'] : []),
  ];
  await workbench.runCommand('Terminal: Create New Terminal');
  await workbench.page.locator('.terminal-wrapper.active').first().waitFor({ timeout: 30_000 });
  await workbench.page.keyboard.type(`${scripts.join(' & ')}\n`);
  await workbench.runCommand('Langfuse Metrics: Focus on Rate limits View');
  const expected = scripts.length * callsOfScript;
  await untilCalled(workbench, expected);
  const row = workbench
    .treeRows('Rate limits')
    .filter({ hasText: `${expected} / 1,000 req` })
    .first();
  await row.waitFor({ timeout: 20_000 });
  assert.match((await row.getAttribute('aria-label')) ?? '', /day [24]\s%/u);
  await workbench.screenshot('demo-5-rate-limits');
  const python = scripts.length === 2 ? '' : '; Python was left out, since this computer has no python3';
  return `${expected} calls of ${scripts.length} scripts in one view${python}`;
}

const hasPython = (): boolean => spawnSync('python3', ['--version']).status === 0;

/** By the command line, which reads the counters without the editor. */
async function untilCalled({ workspace }: Workbench, calls: number): Promise<void> {
  const deadline = Date.now() + patienceMilliseconds;
  const args = [path.join(root, 'dist', 'cli.js'), 'rate-limit', 'status', '--json', '--workspace', workspace ?? ''];
  for (;;) {
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.notEqual(stdout, '', stderr);
    const [pool] = (JSON.parse(stdout) as LimiterStatus).pools;
    const day = pool?.windows.find(({ dimension, window }) => dimension === 'requests' && window === 'day');
    if (day?.used === calls && pool?.open === 0) {
      return;
    }
    assert.ok(Date.now() < deadline, `${day?.used ?? 0} of ${calls} calls after ${patienceMilliseconds / 1000} s`);
    await sleep(1000);
  }
}
