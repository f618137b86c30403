import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import type { Frame } from 'playwright-core';
import type { Workbench } from '../tools/editor/workbench.ts';
import { seriousViolations } from './axe.ts';
import { exportedFolder } from './exportedFolder.ts';
import { openWorkbench } from './harness.ts';

describe('the comparison of prompt versions in VS Code', () => {
  let folder: string;
  let workbench: Workbench;

  before(async () => {
    folder = await exportedFolder();
    workbench = await openWorkbench({
      workspace: folder,
      settings: {
        'langfuseMetrics.export.background': false,
        'workbench.colorTheme': 'Default High Contrast Light',
      },
    });
  });
  after(async () => {
    await workbench.close();
    await rm(folder, { recursive: true, force: true });
  });

  const painted = async (): Promise<Frame> => {
    const frame = await workbench.webview('Over time');
    await frame.locator('[data-part="table.success"] tbody tr').nth(1).waitFor();
    return frame;
  };

  it('asks for the prompt when it is given none, and says the verdict first', async () => {
    await workbench.runCommand('Langfuse Metrics: Compare prompt versions');
    await workbench
      .quickPick(/v\d+ [\d,]+/)
      .first()
      .waitFor();
    await workbench.screenshot('comparison-pick');
    await workbench.page.keyboard.press('Enter');
    const frame = await painted();
    assert.match(await frame.locator('h1').innerText(), /v\d/);
    await frame.locator('[data-part="text"] .line').first().waitFor();
    await workbench.screenshot('comparison-in-editor');
    assert.deepEqual(await seriousViolations(frame), []);
  });

  it('opens both texts in the editor’s own diff', async () => {
    const frame = await painted();
    await frame.getByRole('button', { name: 'Open in diff editor' }).click();
    await workbench.page.locator('.tab', { hasText: /: v\d+ to v\d+/ }).waitFor();
    await workbench.screenshot('comparison-diff-editor');
  });

  it('is at its failing runs when it is asked for them, and as it was after the window is opened again', async () => {
    await workbench.runCommand('Langfuse Metrics: Show failing examples');
    await workbench
      .quickPick(/v\d+ [\d,]+/)
      .first()
      .waitFor();
    await workbench.page.keyboard.press('Enter');
    const frame = await painted();
    await frame.locator('[data-part="table.failures"] tbody tr:focus').waitFor();
    await frame.locator('body').press('2');
    await frame.getByRole('radio', { name: '7 d', checked: true }).waitFor();
    await workbench.page.waitForTimeout(1000);
    await workbench.reloadWindow();
    const again = await painted();
    await again.getByRole('radio', { name: '7 d', checked: true }).waitFor();
  });
});
