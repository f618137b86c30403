import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Browser, BrowserContext, Locator } from 'playwright-core';
import { EngineError } from '../../../src/engine/errors.ts';
import { firstAskedOfDashboard } from '../../../src/opening/dashboard.ts';
import { launchChromium } from '../../tools/editor/chromium.ts';
import { seriousViolations } from '../axe.ts';
import { dashboardAnswers, fixtureTraces, type Answers } from './dashboardFixture.ts';
import { FakeServices } from './fakeServices.ts';
import { french } from './french.ts';
import { PanelPage, themeNames, type PanelPageOptions } from './panelPage.ts';
import { waitUntil } from './waitUntil.ts';

const now = Date.parse('2026-11-23T14:32:00.000Z');
const hour = 3_600_000;
const nothingAtAll: Answers = {
  ...dashboardAnswers(now),
  summary: (params) => {
    const answer = dashboardAnswers(now).summary?.({
      ...params,
      scope: { ...params.scope, filters: { models: ['none'] } },
    });
    assert.ok(answer);
    return { ...answer, traces: 0 };
  },
  traces: () => ({ traces: [], nextCursor: null }),
};

describe('the dashboard in a browser', () => {
  let browser: Browser;
  let context: BrowserContext;
  let services: FakeServices;
  let panel: PanelPage;

  before(async () => {
    browser = await launchChromium();
    context = await browser.newContext({ timezoneId: 'Europe/Paris', locale: 'en-US' });
  });
  after(() => browser.close());
  beforeEach(() => {
    services = new FakeServices(dashboardAnswers(now));
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      console.error(`      screenshot: ${await panel.screenshot(this.currentTest.fullTitle().replace(/\W+/g, '-'))}`);
    }
    assert.deepEqual(panel.complaints, []);
    await panel.close();
  });

  const open = async (options: Partial<PanelPageOptions> = {}): Promise<void> => {
    panel = await PanelPage.open(context, { name: 'dashboard', services, now, ...options });
  };
  const figures = (): Locator => panel.page.locator('.figures b');
  const painted = async (): Promise<void> => {
    await figures().first().getByText('$').waitFor();
    await panel.page.locator('[data-part="table.models"] tbody tr').first().waitFor();
  };
  const section = (part: string): Locator => panel.page.locator(`[data-part="${part}"]`);
  const rows = (part: string): Locator => section(part).locator('tbody tr');
  const texts = (locator: Locator): Promise<string[]> => locator.allInnerTexts();
  const plain = (text: string): string => text.replaceAll('\u202f', ' ');

  it('shows the engine’s figures with unit, number and what they were before', async () => {
    await open();
    await painted();
    assert.deepEqual((await texts(figures())).map(plain), [
      '$104.23',
      '94,950',
      '128.2 M',
      '98.9 %',
      '1.76 s',
      '1.3 %',
    ]);
    const captions = (await texts(panel.page.locator('.figures .caption'))).map(plain);
    assert.deepEqual(captions, [
      'Cost',
      'Calls',
      'Tokens',
      'Success rate · n 4,180',
      'p95 latency · n 94,950',
      'Fallback rate · n 94,950',
    ]);
    assert.match(plain(await panel.page.locator('.figures li').first().innerText()), /▲ 12\.4 %\s+vs \$92\.73/);
    assert.deepEqual((await texts(rows('table.models').locator('td:first-child'))).slice(0, 3), [
      'claude-sonnet-4-5',
      'gpt-4o',
      'gpt-4o-mini',
    ]);
    assert.match(
      plain(await section('chart.budget').locator('.says').innerText()),
      /\$428 expected of \$450 by 30 Nov \(80 % interval \$405 to \$452\)/,
    );
  });

  it('asks when it is opened just what the extension has asked for it, and for the tables when that is there', async () => {
    const asked = firstAskedOfDashboard({ scope: null }, now, 'Europe/Paris');
    services.delay = 500;
    await open({ foresee: () => asked });
    await panel.page.locator('.figures').waitFor();
    assert.deepEqual(services.asked, asked);
    await painted();
    assert.deepEqual(
      services.asked.slice(asked.length).map(({ question }) => question),
      ['models', 'traces', 'traceCount', 'agents', 'promptOutcomes'],
    );
  });

  it('goes on to the tables with what was chosen meanwhile', async () => {
    services.delay = 1500;
    await open();
    await panel.page.getByRole('radio', { name: 'Slowest' }).click();
    await painted();
    const orders = services.asked.flatMap(({ question, params }) =>
      question === 'traces' ? [(params as { order: string }).order] : [],
    );
    assert.deepEqual(orders, ['slowest', 'slowest']);
  });

  it('is about the time when its document starts, when the editor makes that anew', async () => {
    const second = 1000;
    const asksUpTo = async (time: number): Promise<void> => {
      await panel.page.clock.setFixedTime(time);
      await panel.page.reload();
      const start = new Date(time - 7 * 24 * hour).toISOString();
      const range = { start, end: new Date(time).toISOString() };
      await waitUntil(() => isDeepStrictEqual(services.last('coverage').scope, { range, projectId: null }));
    };
    await open();
    await painted();
    await waitUntil(async () => (await panel.state()) !== null);
    await asksUpTo(now + 5 * second);
    await panel.page.evaluate('sessionStorage.clear()');
    await asksUpTo(now + hour);
  });

  it('says in the same scope what it covers', async () => {
    await open();
    await painted();
    assert.match(await panel.page.locator('.coverage').innerText(), /Exported up to 15:32\s+·\s+3 windows missing/);
    await panel.page.getByRole('button', { name: 'Re-export' }).click();
    await waitUntil(() => services.opened.length > 0);
    assert.equal(services.opened[0]?.link, 'exportRange');
  });

  it('asks every question anew with a filter that was chosen by a click on a model', async () => {
    await open();
    await painted();
    services.asked.length = 0;
    await rows('table.models').nth(1).click();
    await panel.page.locator('.chip', { hasText: 'gpt-4o' }).waitFor();
    await waitUntil(() => services.asked.length >= 12);
    for (const question of ['summary', 'usage', 'models', 'promptOutcomes', 'agents'] as const) {
      assert.deepEqual(
        (services.last(question).scope as { filters: unknown }).filters,
        { models: ['gpt-4o'] },
        question,
      );
    }
    const { filter } = services.last('traces') as { filter: { scope: { filters: unknown } } };
    assert.deepEqual(filter.scope.filters, { models: ['gpt-4o'] });
    assert.equal(Object.hasOwn(services.last('spend'), 'filters'), false, 'the budget is of the whole project');
    await figures().first().getByText('$18.46').waitFor();
    await panel.page.getByRole('button', { name: 'Remove the filter model' }).click();
    await figures().first().getByText('$104.23').waitFor();
  });

  it('leads from a bar to the calls behind it, and back with Escape', async () => {
    await open();
    await painted();
    const canvas = section('chart.stack').locator('canvas');
    const box = await canvas.boundingBox();
    assert.ok(box);
    await canvas.click({ position: { x: box.width - 10, y: box.height - 35 } });
    await panel.page.locator('.chip', { hasText: 'claude-sonnet-4-5' }).waitFor();
    const { range, filters } = services.last('summary').scope as {
      range: { start: string; end: string };
      filters: unknown;
    };
    assert.deepEqual(filters, { models: ['claude-sonnet-4-5'] });
    assert.deepEqual(range, { start: '2026-11-23T09:00:00.000Z', end: '2026-11-23T12:00:00.000Z' });
    await panel.page.keyboard.press('Escape');
    await panel.page.locator('.chip').waitFor({ state: 'detached' });
    assert.equal(
      Date.parse(
        (services.last('summary').scope as (typeof services.asked)[0] & { range: { start: string } }).range.start,
      ),
      now - 7 * 24 * hour,
    );
  });

  it('selects a period by a drag over a chart', async () => {
    await open();
    await painted();
    const box = await section('chart.latency').locator('canvas').boundingBox();
    assert.ok(box);
    await panel.page.mouse.move(box.x + box.width * 0.3, box.y + 60);
    await panel.page.mouse.down();
    await panel.page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
    await panel.page.mouse.up();
    await waitUntil(() => {
      const { range } = services.last('summary').scope as { range: { start: string; end: string } };
      const hours = (Date.parse(range.end) - Date.parse(range.start)) / hour;
      return hours > 24 && hours < 72;
    });
  });

  it('does with keys what its controls do', async () => {
    await open();
    await painted();
    const hoursAsked = (): number => {
      const { range } = services.last('summary').scope as { range: { start: string; end: string } };
      return (Date.parse(range.end) - Date.parse(range.start)) / hour;
    };
    await panel.page.keyboard.press('1');
    await waitUntil(() => hoursAsked() === 24);
    await panel.page.keyboard.press('3');
    await waitUntil(() => hoursAsked() === 720);
    assert.equal(services.last('summary').bucket, 'day');
    await panel.page.keyboard.press('c');
    await panel.page.getByRole('checkbox', { checked: false }).waitFor();
    await panel.page.keyboard.press('t');
    await section('chart.stack').locator('table').waitFor();
    await panel.page.keyboard.press('t');
    await section('chart.stack').locator('canvas').waitFor();
    services.picked = [JSON.stringify(['environments', 'production'])];
    await panel.page.keyboard.press('f');
    await panel.page.locator('.chip', { hasText: 'production' }).waitFor();
    await panel.page.keyboard.press('r');
    await waitUntil(() => services.commands.includes('langfuseMetrics.export'));
    await panel.page.keyboard.press('q');
    await waitUntil(() => services.opened.some(({ link }) => link === 'sql'));
    await panel.page.keyboard.press('?');
    await panel.page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await panel.page.keyboard.press('Escape');
    assert.equal(await panel.page.locator('.chip').count(), 1, 'Escape closed the dialog and nothing else');
  });

  it('leaves single keys alone when the setting says so', async () => {
    await open({ settings: { singleKeys: false } });
    await painted();
    services.asked.length = 0;
    await panel.page.keyboard.press('1');
    await panel.page.keyboard.press('t');
    await panel.page.waitForTimeout(200);
    assert.deepEqual(services.asked, []);
    assert.equal(await section('chart.stack').locator('table').count(), 0);
    assert.equal(await panel.page.locator('kbd', { hasText: 'F' }).count(), 0);
  });

  it('is walked with the arrow keys, and Enter opens what has the focus', async () => {
    await open();
    await painted();
    await rows('table.traces').first().focus();
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('Enter');
    await waitUntil(() => services.opened.length > 0);
    assert.deepEqual(services.opened, [
      { link: 'trace', target: { projectId: 'support', traceId: 't3', observationId: null } },
    ]);
    await rows('table.prompts').first().focus();
    await panel.page.keyboard.press('End');
    await panel.page.keyboard.press('Enter');
    await waitUntil(() => services.opened.length > 1);
    assert.deepEqual(services.opened[1], {
      link: 'promptComparison',
      target: { projectId: 'support', prompt: 'sales/outreach/first-mail', version: 1 },
    });
    await section('chart.latency').locator('canvas').focus();
    await panel.page.keyboard.press('ArrowRight');
    const said = panel.page.locator('[aria-live=polite]');
    await said.getByText(/16 Nov 13:00: p50 .+, p95 .+, p99 /).waitFor();
  });

  it('sorts by a click on a head, unknown values last', async () => {
    await open();
    await painted();
    const first = rows('table.models').first().locator('td').first();
    await section('table.models').getByRole('button', { name: 'Calls' }).first().click();
    await first.getByText('text-embedding-3-small').waitFor();
    await section('table.models').getByRole('button', { name: 'Calls' }).first().click();
    await first.getByText('gpt-4o', { exact: true }).waitFor();
    assert.equal(
      await section('table.models').locator('th', { hasText: 'Calls' }).first().getAttribute('aria-sort'),
      'ascending',
    );
  });

  it('draws of a long table only the rows in sight, and reaches the others by keys', async () => {
    const models = services.answers.models;
    services.answers = {
      ...services.answers,
      models: (params) => {
        const answer = models?.(params);
        assert.ok(answer?.models[0]);
        const many = Array.from({ length: 5000 }, (_, index) => ({
          ...answer.models[0]!,
          model: `model-${index}`,
          costUsd: 5000 - index,
        }));
        return { ...answer, models: many };
      },
    };
    await open();
    await painted();
    assert.equal(await rows('table.models').count(), 10);
    await panel.page.getByRole('button', { name: 'Show all 5,000' }).click();
    await rows('table.models').nth(15).waitFor();
    assert.ok((await rows('table.models').count()) < 100);
    await rows('table.models').first().focus();
    await panel.page.keyboard.press('End');
    await rows('table.models').filter({ hasText: 'model-4999' }).waitFor();
    assert.match(await panel.page.evaluate<string>('document.activeElement.innerText'), /model-4999/);
  });

  it('gives any table as text and any chart as a picture', async () => {
    await open();
    await painted();
    await rows('table.agents').first().focus();
    await panel.page.keyboard.press('Control+c');
    await waitUntil(() => services.copied.length > 0);
    const [head, first] = services.copied[0]?.split('\n') ?? [];
    assert.equal(head, 'Agent\tTasks\tSuccess\tCost / success\tp95\tSteps, mean');
    assert.match(first ?? '', /^support_agent\t4180\t0\.88\d+\t0\.0091\t/);
    panel.act('saveImage', 'chart.rates');
    await waitUntil(() => services.saved.length > 0);
    assert.equal(services.saved[0]?.name, 'langfuse-rates.png');
    const picture = Buffer.from(services.saved[0].content, 'base64');
    assert.deepEqual([...picture.subarray(1, 4)], [...Buffer.from('PNG')]);
    assert.ok(picture.length > 5000);
    panel.act('saveCsv', 'chart.stack');
    await waitUntil(() => services.saved.length > 1);
    assert.match(services.saved[1]!.content, /^Time,"claude-sonnet-4-5, \$",.*Total,"previous 7 d, \$"\r\n/);
    panel.act('copyTable', 'chart.latency');
    await waitUntil(() => services.copied.length > 1);
    assert.match(services.copied[1] ?? '', /^Time\tp50, s\tp95, s\tp99, s\n2026-11-16T12:00:00\.000Z\t/);
  });

  it('paints what it knew before any question is answered', async () => {
    await open();
    await painted();
    await waitUntil(async () => JSON.stringify(await panel.state()).includes('claude-sonnet-4-5'));
    const state = await panel.state();
    await panel.close();
    services.delay = 60_000;
    await open({ state });
    await painted();
    assert.equal(await figures().first().innerText(), '$104.23');
    assert.equal(await rows('table.models').count(), 6);
  });

  it('keeps its numbers when a question fails, and says how old they are', async () => {
    await open();
    await painted();
    services.failure = new EngineError('database.unreachable', 'The PostgreSQL server does not answer.', {
      hint: 'Start it.',
    });
    panel.dataChanged();
    const note = panel.page.getByRole('alert');
    await note.waitFor();
    assert.match(await note.innerText(), /does not answer\. Start it\. Numbers below are from 23 Nov 15:32\./);
    assert.equal(await figures().first().innerText(), '$104.23');
    await note.getByRole('button', { name: 'Connect to PostgreSQL…' }).click();
    await waitUntil(() => services.commands.includes('langfuseMetrics.connectPostgres'));
  });

  it('says that the last export failed', async () => {
    const { coverage } = services.answers;
    services.answers = {
      ...services.answers,
      coverage: (params) => {
        const answer = coverage?.(params);
        assert.ok(answer);
        const lastRun = {
          status: 'failed',
          at: '2026-11-23T14:30:00.000Z',
          errorMessage: 'Langfuse refused the key (401)',
        };
        return { ...answer, exportedUntil: '2026-11-23T12:02:00.000Z', lastRun };
      },
    };
    await open();
    const note = panel.page.getByRole('alert');
    await note.waitFor();
    assert.match(
      await note.innerText(),
      /Export failed at 23 Nov 15:30: Langfuse refused the key \(401\)\. Numbers below are from 23 Nov 13:02\./,
    );
  });

  const neverExported: Answers = {
    ...nothingAtAll,
    coverage: () => ({ exportedUntil: null, covered: [], missing: [], lastRun: null }),
  };
  const emptyStates = [
    {
      name: 'not set up',
      answers: neverExported,
      hasKeys: false,
      title: 'Langfuse is not connected yet',
      action: 'Set keys',
    },
    {
      name: 'nothing exported',
      answers: neverExported,
      hasKeys: true,
      title: 'Nothing exported yet',
      action: 'Export now',
    },
    {
      name: 'outside the period',
      answers: {
        ...nothingAtAll,
        traces: () => ({
          traces: fixtureTraces.slice(0, 1).map((trace) => ({ ...trace, startedAt: '2026-11-09T10:00:00.000Z' })),
          nextCursor: null,
        }),
      } satisfies Answers,
      hasKeys: true,
      title: 'No traces from 16 Nov to 23 Nov',
      action: 'Show 30 d',
    },
  ] as const;
  for (const { name, answers, hasKeys, title, action } of emptyStates) {
    it(`has words and a way out of its own when it is empty: ${name}`, async () => {
      services.answers = answers;
      await open({ settings: { hasKeys }, height: 500 });
      await panel.page.getByRole('heading', { name: title }).waitFor();
      await panel.page.locator('.nothing').getByRole('button', { name: action }).waitFor();
      assert.deepEqual(await seriousViolations(panel.page), []);
      await panel.screenshot(`dashboard-empty-${name.replaceAll(' ', '-')}`);
    });
  }

  it('has words and a way out of its own when it is empty: filtered away', async () => {
    services.answers = {
      ...dashboardAnswers(now),
      summary: (params) => {
        const filtered = (params.scope.filters?.environments ?? []).length > 0;
        const answer = (filtered ? nothingAtAll : dashboardAnswers(now)).summary?.(params);
        assert.ok(answer);
        return answer;
      },
    };
    await open({ height: 500 });
    await painted();
    services.picked = [JSON.stringify(['environments', 'staging'])];
    await panel.page.keyboard.press('f');
    await panel.page.getByRole('heading', { name: 'No traces from 16 Nov to 23 Nov in staging' }).waitFor();
    await panel.page.getByRole('button', { name: 'Remove filters' }).click();
    await painted();
  });

  for (const theme of themeNames) {
    it(`passes axe in the theme ${theme}, as charts and as tables`, async () => {
      await open({ theme });
      await painted();
      await panel.screenshot(`dashboard-${theme}`);
      assert.deepEqual(await seriousViolations(panel.page), []);
      for (const part of ['chart.stack', 'chart.budget', 'chart.latency', 'chart.rates']) {
        await section(part)
          .getByRole('button', { name: /show as table/ })
          .click();
      }
      await section('chart.rates').locator('table').waitFor();
      await panel.screenshot(`dashboard-tables-${theme}`);
      assert.deepEqual(await seriousViolations(panel.page), []);
    });
  }

  it('draws its charts in the colours of a theme that was changed while it was open', async () => {
    await open({ theme: 'dark' });
    await painted();
    const drawing = (): Promise<string> =>
      panel.page.evaluate<string>(`document.querySelector('[data-part="chart.stack"] canvas').toDataURL()`);
    const dark = await drawing();
    await panel.useTheme('light');
    await waitUntil(async () => (await drawing()) !== dark);
    const light = await drawing();
    await panel.useTheme('dark');
    await waitUntil(async () => (await drawing()) !== light);
    assert.equal(await drawing(), dark);
  });

  it('opens charts as tables for a screen reader', async () => {
    await open({ bodyClass: 'vscode-using-screen-reader' });
    await painted();
    assert.equal(await panel.page.locator('canvas').count(), 0);
    assert.equal(
      await section('chart.stack')
        .getByRole('button', { name: /show as table/ })
        .getAttribute('aria-pressed'),
      'true',
    );
  });

  for (const width of [320, 700, 1280]) {
    it(`never scrolls sideways, at ${width} pixels`, async () => {
      await open({ width, height: 900 });
      await painted();
      await panel.screenshot(`dashboard-${width}`);
      const overflow = await panel.page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
      assert.ok(overflow <= 0, `${overflow} pixels too wide`);
    });
  }

  for (const [width, language] of [
    [1280, 'en'],
    [1260, 'fr'],
    [1090, 'en'],
    [882, 'fr'],
  ] as const) {
    it(`cuts no figure, at ${width} pixels in ${language}`, async () => {
      await open({ width, ...(language === 'fr' ? await french() : {}) });
      await painted();
      const cut = await panel.page
        .locator('.table, .table td.number, .figures li *')
        .evaluateAll((boxes: { scrollWidth: number; clientWidth: number; textContent: string }[]) =>
          boxes
            .filter((box) => box.scrollWidth > box.clientWidth && box.clientWidth > 0)
            .map((box) => box.textContent.trim()),
        );
      await panel.screenshot(`dashboard-${width}-${language}`);
      assert.deepEqual(cut, []);
    });
  }

  it('speaks French', async () => {
    await open(await french());
    await figures().first().getByText('104,23').waitFor();
    await panel.page
      .getByText('Exporté jusqu’à', { exact: false })
      .or(panel.page.getByText("Exporté jusqu'à 15:32"))
      .first()
      .waitFor();
    assert.equal(await panel.page.locator('html').getAttribute('lang'), 'fr');
    await panel.screenshot('dashboard-french');
  });
});
