import assert from 'node:assert/strict';
import { startLangfuseServer, type LangfuseServer } from '../langfuse-server/server.ts';
import type { Locator } from 'playwright-core';
import type { Workbench } from '../tools/editor/workbench.ts';
import { panelFrame } from '../tools/editor/panelFrame.ts';
import { openWorkbench } from './harness.ts';

describe('the way from a fresh window to a database', () => {
  let server: LangfuseServer;
  let workbench: Workbench;

  /** Toasts do not appear in an editor that tests drive; the list of notifications does. */
  const notification = (text: string | RegExp): Locator =>
    workbench.page.locator('.notifications-center .notification-list-item').filter({ hasText: text });

  before(async () => {
    server = await startLangfuseServer({ end: Date.now(), days: 30, observations: 15_000, latencyMs: 150 });
    // No export but those of the tests.
    workbench = await openWorkbench({ settings: { 'langfuseMetrics.export.background': false } });
  });
  after(async () => {
    await workbench.close();
    await server.close();
  });

  it('begins with a welcome view that leads to the keys', async () => {
    await workbench.activity('Langfuse Metrics').click();
    await workbench.page.getByRole('button', { name: 'Set Langfuse keys' }).first().waitFor();
    await workbench.statusBarItem('Connect Langfuse').waitFor();
    await workbench.screenshot('extension-welcome');
  });

  it('shows in place what is wrong with keys, and stores them when they are right', async () => {
    const { page, quickInputBox } = workbench;
    await page.getByRole('button', { name: 'Set Langfuse keys' }).first().click();
    await workbench.quickPick('Self-hosted').waitFor();
    await workbench.screenshot('extension-keys-region');
    await workbench.quickPick('Self-hosted').click();
    await workbench.quickInput.getByText('Address of your Langfuse server').waitFor();
    await quickInputBox.fill(server.url);
    await page.keyboard.press('Enter');
    await workbench.quickInput.getByText('Public key').waitFor();
    await quickInputBox.fill(server.publicKey);
    await page.keyboard.press('Enter');
    await workbench.quickInput.getByText('Secret key').waitFor();
    await quickInputBox.fill('sk-lf-wrong');
    await page.keyboard.press('Enter');
    await workbench.quickInput.getByText('does not accept the Langfuse keys').waitFor();
    await workbench.screenshot('extension-keys-refused');
    await quickInputBox.fill(server.secretKey);
    await page.keyboard.press('Enter');
    await workbench.statusBarItem('Not exported yet').waitFor();
    await workbench.runCommand('Notifications: Show Notifications');
    await notification('Connected to project').waitFor();
    await workbench.screenshot('extension-connected');
  });

  it('exports a time range, with progress', async () => {
    await workbench.runCommand('Langfuse Metrics: Export a time range…');
    await workbench.quickPick('Last 30 days').waitFor();
    await workbench.page.waitForTimeout(500);
    await workbench.screenshot('extension-range');
    await workbench.quickPick('Last 30 days').click();
    await workbench.statusBarItem(/Exporting/).waitFor();
    await workbench.runCommand('Notifications: Show Notifications');
    await notification(/Langfuse export: Observations · [\d,]+ rows/).waitFor();
    await workbench.screenshot('extension-progress');
    await notification(/^Exported .* traces/).waitFor({ timeout: 60_000 });
    await workbench.statusBarItem(/ today|Exported \d\d:\d\d/).waitFor();
    await workbench.screenshot('extension-exported');
    assert.equal(await workbench.treeRows('Exports').count(), 1);
  });

  it('shows what a run brought, in the tree and in the status bar', async () => {
    await workbench.treeRows('Exports').first().click();
    await workbench.treeRows('Exports').filter({ hasText: 'Generations' }).waitFor();
    const tooltip = workbench.page.getByText('Last export:');
    // A status bar that has just changed closes the tooltip that was about to open.
    for (let attempt = 0; attempt < 5 && !(await tooltip.isVisible()); attempt++) {
      await workbench.treeRows('Exports').first().hover();
      await workbench.statusBarItem(/ today|Exported/).hover();
      await tooltip.waitFor({ timeout: 3000 }).catch(() => undefined);
    }
    assert.equal(await tooltip.isVisible(), true);
    await workbench.screenshot('extension-run');
  });

  it('leads from the status bar to the dashboard', async () => {
    await workbench.statusBarItem(/ today|Exported/).click();
    const dashboard = await panelFrame(workbench.page, '.figures b');
    await dashboard.getByText('Exported up to', { exact: false }).first().waitFor();
    await workbench.screenshot('extension-status-dashboard');
  });
});

describe('the walkthrough', () => {
  it('leads from the keys to a database that stays up to date', async () => {
    const workbench = await openWorkbench();
    await workbench.runCommand('Welcome: Open Walkthrough...');
    await workbench.quickPick('Get started with Langfuse Metrics').click();
    await workbench.page.getByText('Set the Langfuse keys').first().waitFor();
    // The page beside the steps is a file, whose name comes from package.nls.json.
    await workbench.webview('Where to find the keys');
    await workbench.screenshot('extension-walkthrough');
    await workbench.close();
  });
});

describe('the view of exports where nothing can be exported', () => {
  const cases = [
    { name: 'without a folder', options: { workspace: null }, button: 'Open folder' },
    { name: 'in a folder that is not trusted', options: { trusted: false }, button: 'Manage workspace trust' },
  ] as const;
  for (const { name, options, button } of cases) {
    it(`says what must come first ${name}`, async () => {
      const workbench = await openWorkbench(options);
      await workbench.page.keyboard.press('Escape');
      await workbench.activity('Langfuse Metrics').click();
      await workbench.page.getByRole('button', { name: button }).first().waitFor();
      await workbench.screenshot(`extension-${button}`);
      await workbench.close();
    });
  }
});
