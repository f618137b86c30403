import assert from 'node:assert/strict';
import type { Browser, BrowserContext } from 'playwright-core';
import type { Engine } from '../../../src/protocol/engine.ts';
import type { Workspace } from '../../integration/cli/workspace.ts';
import { launchChromium } from '../../tools/editor/chromium.ts';
import { exportedDatabase, now } from './numbers/database.ts';
import { DashboardNumbers } from './numbers/dashboardNumbers.ts';
import { EngineServices } from './numbers/engineServices.ts';
import { ShownNumbers } from './numbers/shownNumbers.ts';
import { claimTrace } from './numbers/traceNumbers.ts';
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

  it('of a trace: its head, and every step', async () => {
    const [trace] = workspace.sql(
      `SELECT id, project_id FROM llm_traces WHERE total_observations < 60 AND total_tokens > 0 AND error_count > 0
       ORDER BY total_observations DESC, id LIMIT 1`,
    );
    const [projectId, id] = [String(trace?.project_id), String(trace?.id)];
    const target = { projectId, traceId: id, observationId: null };
    // High enough that every step is in sight.
    panel = await PanelPage.open(context, {
      name: 'trace',
      services: new EngineServices(engine),
      now,
      target,
      height: 2400,
    });
    await panel.page.locator('.step').first().waitFor();
    const shown = new ShownNumbers(panel.page, ['.detail', '.columns-head .axis', 'kbd', '[title="O"]']);
    await claimTrace(shown, workspace, id);
    assert.deepEqual(await shown.unclaimed(), []);
  });
});
