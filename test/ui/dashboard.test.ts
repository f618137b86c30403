import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Frame } from 'playwright-core';
import type { Workbench } from '../tools/editor/workbench.ts';
import { seriousViolations } from './axe.ts';
import { exportedFolder } from './exportedFolder.ts';
import { openWorkbench } from './harness.ts';

const themes = [
  { name: 'dark', setting: 'Default Dark Modern' },
  { name: 'light', setting: 'Default Light Modern' },
  { name: 'high contrast', setting: 'Default High Contrast' },
  { name: 'light high contrast', setting: 'Default High Contrast Light' },
] as const;

describe('the dashboard in VS Code', () => {
  let folder: string;
  let workbench: Workbench;
  let complaints: string[];

  before(async () => {
    folder = await exportedFolder();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const openDashboard = async (settings: Readonly<Record<string, unknown>> = {}): Promise<Frame> => {
    workbench = await openWorkbench({
      workspace: folder,
      settings: { 'langfuseMetrics.export.background': false, ...settings },
    });
    complaints = [];
    workbench.page.on('console', (message) => {
      const ours =
        message.location().url.includes('/dist/webview/') || message.text().includes('Content Security Policy');
      if (ours && message.type() !== 'log') {
        complaints.push(message.text());
      }
    });
    await workbench.runCommand('Langfuse Metrics: Open the dashboard');
    return painted();
  };
  const painted = async (): Promise<Frame> => {
    const frame = await workbench.webview('Errors and fallbacks');
    await frame.locator('.figures b', { hasText: '$' }).waitFor({ timeout: 30_000 });
    await frame.locator('[data-part="table.models"] tbody tr').first().waitFor();
    return frame;
  };
  afterEach(async () => {
    assert.deepEqual(complaints, []);
    await workbench.close();
  });

  for (const { name, setting } of themes) {
    it(`is drawn in the editor’s colours and passes axe: ${name}`, async () => {
      const frame = await openDashboard({ 'workbench.colorTheme': setting });
      await workbench.screenshot(`dashboard-in-editor-${name}`);
      assert.deepEqual(await seriousViolations(frame), []);
    });
  }

  it('shows what the database holds, and follows a filter chosen in the quick pick', async () => {
    const frame = await openDashboard();
    const database = new DatabaseSync(path.join(folder, '.langfuse', 'llm_metrics.db'), { readOnly: true });
    const since = new Date(Date.now() - 7 * 24 * 3_600_000).toISOString();
    const count = (condition: string): number =>
      Number(
        database.prepare(`SELECT count(*) AS n FROM llm_generations WHERE created_at >= ? ${condition}`).get(since)?.n,
      );
    const calls = frame.locator('.figures b').nth(1);
    const shown = async (): Promise<number> => Number((await calls.innerText()).replaceAll(/\D/g, ''));
    // Calls leave the last seven days while the test runs.
    assert.ok(Math.abs((await shown()) - count('')) <= 5, `${await shown()} is not ${count('')}`);
    await frame.locator('body').press('f');
    await workbench.quickPick('gpt-4o').first().waitFor();
    await workbench.quickInputBox.fill('gpt-4o-mini');
    await workbench.page.keyboard.press('Space');
    await workbench.quickPick('gpt-4o-mini').first().click();
    await workbench.page.keyboard.press('Enter');
    await frame.locator('.chip', { hasText: 'gpt-4o-mini' }).waitFor();
    const filtered = count("AND model = 'gpt-4o-mini'");
    await workbench.screenshot('dashboard-in-editor-filtered');
    for (let attempt = 0; attempt < 50 && Math.abs((await shown()) - filtered) > 5; attempt++) {
      await workbench.page.waitForTimeout(100);
    }
    assert.ok(Math.abs((await shown()) - filtered) <= 5, `${await shown()} is not ${filtered}`);
    database.close();
  });

  it('offers its commands in the editor’s own menu and palette', async () => {
    const frame = await openDashboard();
    await frame.getByRole('button', { name: 'More' }).click();
    await workbench.page
      .locator('.monaco-menu .action-label', { hasText: 'Compare with the previous period' })
      .waitFor();
    await workbench.screenshot('dashboard-in-editor-menu');
    await workbench.page.keyboard.press('Escape');
    await workbench.runCommand('Langfuse Metrics: Switch between chart and table');
    await frame.locator('[data-part="chart.stack"] table').waitFor();
  });

  it('is as it was after the window is opened again', async () => {
    const frame = await openDashboard();
    await frame.locator('[data-part="table.models"] tbody tr').first().click();
    await frame.locator('.chip').waitFor();
    await workbench.page.waitForTimeout(1000);
    await workbench.reloadWindow();
    const again = await painted();
    await again.locator('.chip').waitFor();
  });

  it('is as it was after another editor hid it', async () => {
    const frame = await openDashboard();
    await frame.locator('body').press('3');
    await frame.getByRole('radio', { name: '30 d', checked: true }).waitFor();
    await workbench.page.waitForTimeout(1000);
    // In the panel, the Escape before a command would undo the change of the period.
    await workbench.activity('Search').click();
    await workbench.runCommand('File: New Untitled Text File');
    await workbench.page.waitForTimeout(500);
    await workbench.runCommand('Langfuse Metrics: Open the dashboard');
    const again = await painted();
    await again.getByRole('radio', { name: '30 d', checked: true }).waitFor();
  });
});
