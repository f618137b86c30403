import assert from 'node:assert/strict';
import type { Browser, BrowserContext } from 'playwright-core';
import type { Engine } from '../../../src/protocol/engine.ts';
import type { Workspace } from '../../integration/cli/workspace.ts';
import { launchChromium } from '../../tools/editor/chromium.ts';
import { ComparisonNumbers } from './numbers/comparisonNumbers.ts';
import { exportedDatabase, now } from './numbers/database.ts';
import { DashboardNumbers } from './numbers/dashboardNumbers.ts';
import { EngineServices } from './numbers/engineServices.ts';
import { ShownNumbers } from './numbers/shownNumbers.ts';
import { StepNumbers } from './numbers/stepNumbers.ts';
import { claimTrace } from './numbers/traceNumbers.ts';
import { PanelPage } from './panelPage.ts';
import { waitUntil } from './waitUntil.ts';

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

  for (const prompt of ['code-review/find-bugs', 'code-review/summarise', 'support-chat', 'sql-writer']) {
    it(`of the versions of a prompt: ${prompt}`, async () => {
      const [row] = workspace.sql(`SELECT project_id FROM prompt_variants WHERE prompt_name = '${prompt}' LIMIT 1`);
      const target = { projectId: String(row?.project_id), prompt, versions: [], failures: false };
      panel = await PanelPage.open(context, { name: 'comparison', services: new EngineServices(engine), now, target });
      await panel.page.locator('[data-part="table.failures"] tbody tr').first().waitFor();
      await panel.page.locator('[data-part="text"] .diff').waitFor();
      const shown = new ShownNumbers(panel.page, [
        // Lengths of time to choose from, axes, templates and their configuration, names of keys.
        '.toolbar [role=radiogroup]',
        '.axis',
        '.diff .line',
        '.conditions tbody tr:not(:first-child)',
        '.coverage [title]',
        '.keys',
      ]);
      await new ComparisonNumbers(engine, shown, target).claimAll();
      assert.deepEqual(await shown.unclaimed(), []);
    });
  }

  describe('of a trace', () => {
    let id: string;
    let services: EngineServices;

    beforeEach(async () => {
      const [trace] = workspace.sql(
        `SELECT id, project_id FROM llm_traces AS trace
         WHERE total_observations < 60 AND total_tokens > 0 AND error_count > 0
         ORDER BY (SELECT count(DISTINCT data_type) FROM llm_scores AS score
           WHERE score.trace_id = trace.id AND observation_id IS NOT NULL) DESC, total_observations DESC, id
         LIMIT 1`,
      );
      id = String(trace?.id);
      services = new EngineServices(engine);
      const target = { projectId: String(trace?.project_id), traceId: id, observationId: null };
      // High enough that every step is in sight.
      panel = await PanelPage.open(context, { name: 'trace', services, now, target, height: 2400 });
      await panel.page.locator('.step').first().waitFor();
    });

    it('in its head, and in the row of every step', async () => {
      const shown = new ShownNumbers(panel.page, ['.detail', '.columns-head .axis', 'kbd', '[title="O"]']);
      await claimTrace(shown, workspace, id);
      assert.deepEqual(await shown.unclaimed(), []);
    });

    it('beside it, for the trace itself and every step', async () => {
      const { page } = panel;
      // Names, texts and messages are shown as they are.
      const asTheyAre = ['input', 'output', 'parameters', 'metadata'].map(
        (name) => `[data-section=${name}] > :not(h3)`,
      );
      const captions = ['parameters', 'metadata'].map((name) => `[data-section=${name}] .caption`);
      const shown = new ShownNumbers(page, [...asTheyAre, ...captions, '.note', '.plain-note'], '.detail');
      await page.locator('.title-line button').first().click();
      await page.locator('.detail').getByText('the whole trace').waitFor();
      const numbers = new StepNumbers(shown, workspace);
      await numbers.claimTrace(id);
      assert.deepEqual(await shown.unclaimed(), [], 'the trace');
      const asked = (): number => services.asked.filter(({ question }) => question === 'observation').length;
      const steps = await page.locator('.step').count();
      for (let index = 0; index < steps; index += 1) {
        const before = asked();
        await page.locator(`.step[data-index="${index}"]`).click();
        await waitUntil(() => asked() > before);
        const observationId = String(services.last('observation').observationId);
        const { name, starts } = numbers.headOf(observationId);
        await page.locator(`.detail header:has(.caption[title="${starts}"])`, { hasText: name }).waitFor();
        await page.locator('.detail [data-section=output]').waitFor();
        await shown.startOver();
        await numbers.claimStep(observationId);
        assert.deepEqual(await shown.unclaimed(), [], `step ${index}`);
      }
    });
  });
});
