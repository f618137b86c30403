import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import type { LimiterStatus } from '../../src/protocol/limiter.ts';
import { root } from '../tools/shell.ts';
import type { Workbench } from '../tools/editor/workbench.ts';
import { openWorkbench } from './harness.ts';

describe('the view of rate limits', () => {
  let workbench: Workbench;
  const rows = (text: string | RegExp): Locator => workbench.treeRows('Rate limits').filter({ hasText: text });
  const home = (...names: string[]): string => path.join(workbench.workspace ?? '', '.langfuse', ...names);
  const rateLimit = (...args: string[]): string => {
    const cli = [path.join(root, 'dist', 'cli.js'), 'rate-limit', ...args, '--workspace', workbench.workspace ?? ''];
    const { stdout, stderr } = spawnSync(process.execPath, cli, { encoding: 'utf8' });
    assert.equal(stderr, '');
    return stdout;
  };

  before(async () => {
    workbench = await openWorkbench({ settings: { 'langfuseMetrics.export.background': false } });
  });
  after(() => workbench.close());

  it('leads from nothing to a limits file', async () => {
    await workbench.runCommand('Langfuse Metrics: Focus on Rate limits View');
    await workbench.screenshot('rate-limits-welcome');
    await workbench.page.getByRole('button', { name: 'Set rate limits' }).click();
    await workbench.page.locator('.tab').filter({ hasText: 'rate-limits.json' }).waitFor();
    await workbench.screenshot('rate-limits-file');
  });

  it('shows what another process counts, as the command line does', async () => {
    mkdirSync(home(), { recursive: true });
    const limits = [{ provider: 'openai', model: 'gpt-4o', requests: { day: 10 }, tokens: { day: 1000 } }];
    writeFileSync(home('rate-limits.json'), JSON.stringify({ limits }));
    await rows('gpt-4o').waitFor();
    rateLimit('acquire', '--provider', 'openai', '--model', 'gpt-4o', '--tokens', '950');
    await rows('1 / 10 req').waitFor();
    const [pool] = (JSON.parse(rateLimit('status', '--json')) as LimiterStatus).pools;
    const used = pool?.windows.find(({ dimension, window }) => dimension === 'tokens' && window === 'day')?.used;
    await rows(`${used} / 1,000 tok`).waitFor();
    assert.equal(used, 950);
    await workbench.screenshot('rate-limits-used');
  });

  it('pauses a provider from its row, and lets it pass again', async () => {
    await rows('openai').hover();
    await rows('openai').getByRole('button', { name: 'Pause calls' }).click();
    await rows(/openai.*paused/).waitFor();
    await workbench.screenshot('rate-limits-paused');
    await rows('openai').getByRole('button', { name: 'Resume calls' }).click();
    await rows(/openai.*paused/).waitFor({ state: 'detached' });
  });

  it('says that a limits file is not in force, and leads to the line', async () => {
    writeFileSync(home('rate-limits.json'), '{\n  "limits": [{ "provider": "openai", "tokns": 1 }]\n}\n');
    // The editor of this file reads it anew on its own: a cursor set before that would move.
    await workbench.page.locator('.monaco-editor .view-line', { hasText: 'tokns' }).waitFor();
    await rows('Limits file not in force').click();
    await workbench.statusBarItem('Ln 2, Col 38').waitFor();
    await workbench.screenshot('rate-limits-broken');
  });
});
