import assert from 'node:assert/strict';
import type { Browser, BrowserContext } from 'playwright-core';
import type { Engine } from '../../../src/protocol/engine.ts';
import type { Workspace } from '../../integration/cli/workspace.ts';
import { launchChromium } from '../../tools/editor/chromium.ts';
import { exportedDatabase, now } from './numbers/database.ts';
import { DashboardNumbers } from './numbers/dashboardNumbers.ts';
import { EngineServices } from './numbers/engineServices.ts';
import { ShownNumbers } from './numbers/shownNumbers.ts';
import { PanelPage } from './panelPage.ts';

describe('every number on screen is the engine’s own', function () {
  this.timeout(120_000);
  let workspace: Workspace;
  let engine: Engine;
  let browser: Browser;
  let context: BrowserContext;
  let panel: PanelPage;

  before(async () => {
    ({ workspace, engine } = await exportedDatabase());
    browser = await launchChromium();
    context = await browser.newContext({ timezoneId: 'Europe/Paris', locale: 'en-US' });
  });
  after(async () => {
    await browser.close();
    await engine.close();
    await workspace.remove();
  });
  afterEach(async () => {
    assert.deepEqual(panel.complaints, []);
    await panel.close();
  });

  it('on the dashboard, with the tables behind its charts', async () => {
    panel = await PanelPage.open(context, { name: 'dashboard', services: new EngineServices(engine), now });
    const { page } = panel;
    await page.locator('[data-part="table.prompts"] tbody tr').first().waitFor();
    await page.getByRole('button', { name: /^Show all \d/ }).click();
    for (const part of ['chart.stack', 'chart.budget', 'chart.latency', 'chart.rates']) {
      panel.act('toggleTable', part);
      await page.locator(`[data-part="${part}"] tbody tr`).first().waitFor();
    }
    const shown = new ShownNumbers(page, [
      // Lengths of time, dates and keys that people choose by.
      '.toolbar',
      '.check',
      'h1.unseen',
      '.keys',
      '[data-part="chart.stack"] > header > .caption',
      '.legend li.quiet',
      '.coverage [title]',
    ]);
    await new DashboardNumbers(engine, shown).claimAll();
    assert.deepEqual(await shown.unclaimed(), []);
  });
});
