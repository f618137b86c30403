import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Locator } from 'playwright-core';
import { EngineError } from '../../../src/engine/errors.ts';
import type { QueryResult } from '../../../src/protocol/engine.ts';
import { launchChromium } from '../../tools/editor/chromium.ts';
import { seriousViolations } from '../axe.ts';
import { FakeServices } from './fakeServices.ts';
import { french } from './french.ts';
import { PanelPage, themeNames, type PanelPageOptions } from './panelPage.ts';
import { fallbackRows, fallbackTarget, manyRows } from './sqlFixture.ts';
import { waitUntil } from './waitUntil.ts';

const now = Date.parse('2026-11-23T14:32:00.000Z');

describe('the results of a query in a browser', () => {
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
    services = new FakeServices({
      coverage: () => ({ exportedUntil: '2026-11-23T13:31:00.000Z', covered: [], missing: [], lastRun: null }),
    });
    gives(fallbackRows);
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      console.error(`      screenshot: ${await panel.screenshot(this.currentTest.fullTitle().replace(/\W+/g, '-'))}`);
    }
    assert.deepEqual(panel.complaints, []);
    await panel.close();
  });

  const gives = (result: QueryResult): void => {
    services.runs = () => ({ result, milliseconds: 9 });
  };
  const open = async (options: Partial<PanelPageOptions> = {}): Promise<void> => {
    panel = await PanelPage.open(context, {
      name: 'sql',
      services,
      now,
      height: 800,
      target: fallbackTarget,
      ...options,
    });
  };
  const rows = (): Locator => panel.page.locator('.grid tbody tr:not(.gap)');
  const head = (name: string): Locator => panel.page.locator('.grid th', { hasText: name });
  const cell = (row: number, column: number): Locator => rows().nth(row).locator('td').nth(column);
  const column = (place: number): Promise<string[]> =>
    rows()
      .locator(`td:nth-child(${place + 1})`)
      .allInnerTexts();
  const begins = (place: number, ...wanted: readonly string[]): Promise<void> =>
    waitUntil(async () => (await column(place)).slice(0, wanted.length).join() === wanted.join());
  const status = async (): Promise<string> =>
    (await panel.page.locator('.status').innerText()).replaceAll('\u202f', ' ').replaceAll(/\s+/g, ' ');
  const note = (): Locator => panel.page.locator('.note');
  const painted = (): Promise<void> => rows().first().waitFor();
  const press = (key: string): Promise<void> => panel.page.keyboard.press(key);

  it('shows the rows with their types, figures right, null in italics', async () => {
    await open();
    await painted();
    assert.match(await status(), /^13 rows in 9 ms\s?·\s?data up to 23 Nov 14:31/);
    assert.deepEqual(
      await panel.page.locator('.grid th:not(.row-number)').allInnerTexts(),
      [
        'day date',
        'wanted text',
        'used text',
        'fallbacks integer',
        'latency_s real',
        'cost_usd real',
        'reason text',
      ].map((text) => text.replace(' ', '\n')),
    );
    assert.deepEqual((await column(5)).slice(0, 7), ['5.91', '1.84', '6.40', '1.12', '1.90', '5.77', 'null']);
    assert.deepEqual((await column(6)).slice(0, 3), ['2.8618', '0.0311', '8.2011']);
    assert.equal(await cell(6, 5).locator('i').count(), 1);
    assert.equal(await alignmentOf(cell(0, 4)), 'right');
    assert.equal(await alignmentOf(cell(0, 1)), 'left');
  });

  it('runs what it was opened with, under the limits that it says', async () => {
    await open();
    await painted();
    const { sql, parameters, origin } = fallbackTarget;
    assert.deepEqual(services.statements, [{ sql, parameters, origin, maxRows: 1000 }]);
    const toolbar = await panel.page.locator('.toolbar').innerText();
    assert.match(toolbar, /Read-only, stops after 10 s, first 1,000 rows/);
    assert.match(toolbar, /:from = 2026-11-16/);
    await press('Control+Enter');
    await waitUntil(() => services.statements.length === 2);
  });

  it('sorts by a head: largest first for figures, back to the order of the statement', async () => {
    await open();
    await painted();
    await head('fallbacks').click();
    await begins(4, '118', '64', '41');
    assert.equal(await head('fallbacks').getAttribute('aria-sort'), 'descending');
    await head('fallbacks').click();
    await begins(4, '2', '3', '8');
    await head('fallbacks').click();
    await begins(4, '41', '12', '118');
    await head('latency_s').click();
    await begins(5, '6.40');
    assert.equal((await column(5)).at(-1), 'null');
    await head('latency_s').click();
    await begins(5, '1.08');
    assert.equal((await column(5)).at(-1), 'null', 'unknown is last both ways');
  });

  it('is walked with the arrow keys, into the heads, and copies a cell or everything', async () => {
    await open();
    await painted();
    await panel.page.locator('.grid table').focus();
    await press('ArrowDown');
    await press('ArrowRight');
    assert.equal(await panel.page.locator('.grid td.current').innerText(), 'claude-sonnet-4-5');
    await press('Control+c');
    await waitUntil(() => services.copied.length === 1);
    assert.equal(services.copied[0], 'claude-sonnet-4-5');
    await press('Home');
    await press('ArrowUp');
    await press('ArrowUp');
    await press('Enter');
    await waitUntil(async () => (await head('day').getAttribute('aria-sort')) === 'ascending');
    await press('Control+End');
    assert.equal(await panel.page.locator('.grid td.current').innerText(), '529 overloaded');
    await press('Control+a');
    await press('Control+c');
    await waitUntil(() => services.copied.length === 2);
    const lines = services.copied[1]?.split('\n') ?? [];
    assert.equal(lines.length, 14);
    assert.equal(lines[0], 'day\twanted\tused\tfallbacks\tlatency_s\tcost_usd\treason');
    assert.match(lines[1] ?? '', /^2026-11-17\tgpt-4o/, 'in the order on the screen');
  });

  it('copies as Markdown and saves as CSV, with exact values', async () => {
    gives({
      columns: ['a|b', 'n'],
      rows: [
        ['x\ny', 0.1234567],
        [null, 2],
      ],
      truncated: false,
    });
    await open();
    await painted();
    services.picked = ['markdown'];
    await panel.page.getByRole('button', { name: 'Copy all rows as…' }).click();
    await waitUntil(() => services.copied.length === 1);
    assert.equal(services.copied[0], '| a\\|b | n |\n| --- | --: |\n| x<br>y | 0.1234567 |\n|  | 2 |\n');
    await panel.page.locator('.grid table').focus();
    await press('s');
    await waitUntil(() => services.saved.length === 1);
    assert.deepEqual(services.saved[0], {
      name: 'Cost-of-fallbacks.csv',
      content: 'a|b,n\r\n"x\ny",0.1234567\r\n,2\r\n',
      encoding: 'utf8',
    });
  });

  it('shows a long value in full, JSON laid out, and gives the focus back', async () => {
    gives({ columns: ['metadata'], rows: [['{"a":{"b":[1,2]}}'], ['{}']], truncated: false });
    await open();
    await painted();
    await panel.page.locator('.grid table').focus();
    await press('Enter');
    const dialog = panel.page.locator('dialog.cell');
    assert.equal(await dialog.locator('pre').innerText(), '{\n  "a": {\n    "b": [\n      1,\n      2\n    ]\n  }\n}');
    assert.deepEqual(await seriousViolations(panel.page), []);
    await press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await panel.page.evaluate('document.activeElement.tagName'), 'TABLE');
  });

  it('draws the first figure over the days, split by the first name, and says so in words', async () => {
    await open();
    await painted();
    const canvas = panel.page.locator('section.chart canvas');
    assert.equal(
      await canvas.getAttribute('aria-label'),
      'fallbacks by day and wanted: highest 118 at 22 Nov, gpt-4o.',
    );
    assert.deepEqual(await panel.page.locator('ul.series li').allInnerTexts(), [
      'gpt-4o',
      'gemini-2.5-flash',
      'claude-sonnet-4-5',
      'gpt-4o-mini',
    ]);
    await press('t');
    await canvas.waitFor({ state: 'detached' });
    await press('t');
    await canvas.waitFor();
    services.picked = ['4'];
    await panel.page.getByRole('button', { name: 'Value fallbacks' }).click();
    await panel.page.getByRole('button', { name: 'Value latency_s' }).waitFor();
    assert.match((await canvas.getAttribute('aria-label')) ?? '', /^latency_s by day and wanted: highest 6\.40/);
  });

  it('says where the mistake is, goes there, and keeps the rows of before with their age', async () => {
    await open();
    await painted();
    services.failure = new EngineError('sql.failed', 'no such column: e.created', {
      hint: 'Correct the statement and try again.',
      position: fallbackTarget.sql.indexOf('WHERE'),
    });
    await press('Control+Enter');
    await note().waitFor();
    const said = (await note().innerText()).replaceAll(/\s+/g, ' ');
    assert.match(
      said,
      /Line 4: no such column: e\.created\. Correct the statement and try again\. The rows below are from 23 Nov 15:32\./,
    );
    assert.equal(await rows().count(), 13);
    await panel.page.getByRole('button', { name: 'Go to line 4' }).click();
    await waitUntil(() => services.opened.length === 1);
    const start = fallbackTarget.origin.start + fallbackTarget.sql.indexOf('WHERE');
    assert.deepEqual(services.opened[0], { link: 'queryText', target: { uri: 'untitled:Untitled-1', start, line: 1 } });
    assert.deepEqual(await seriousViolations(panel.page), []);
  });

  it('says that it runs only when that takes a while, and stops at once', async () => {
    services.delay = 60_000;
    await open();
    await panel.page.getByText(/^Running, /).waitFor();
    await press('Escape');
    await panel.page.getByRole('heading', { name: 'Stopped' }).waitFor();
    services.delay = 0;
    await panel.page.locator('main').getByRole('button', { name: 'Run' }).click();
    await painted();
  });

  it('says that there are more rows, and reads them when asked', async () => {
    services.runs = ({ maxRows }) => ({ result: manyRows(maxRows), milliseconds: 40 });
    await open();
    await painted();
    assert.match(await status(), /first 1,000 rows, there are more in 40 ms/);
    await panel.page.getByRole('button', { name: 'Read up to 10,000' }).click();
    await panel.page.getByText('first 10,000 rows, there are more').waitFor();
    assert.equal(services.statements.at(-1)?.maxRows, 10_000);
  });

  it('has words for a statement without rows', async () => {
    gives({ columns: ['a'], rows: [], truncated: false });
    await open();
    await panel.page.getByText('The statement gave no rows.').waitFor();
    assert.match(await status(), /^0 rows in 9 ms/);
    assert.deepEqual(await seriousViolations(panel.page), []);
  });

  it('keeps rows, order and chart when it is hidden, and asks nothing again', async () => {
    await open();
    await painted();
    await head('fallbacks').click();
    await press('t');
    await waitUntil(async () => JSON.stringify(await panel.state()).includes('"chart":false'));
    const state = await panel.state();
    await panel.close();
    services.statements.length = 0;
    await open({ state });
    await painted();
    await begins(4, '118', '64', '41');
    assert.equal(await panel.page.locator('section.chart').count(), 0);
    assert.deepEqual(services.statements, []);
    panel.dataChanged();
    await panel.page.getByText('exports have changed it since 15:32').waitFor();
  });

  it('draws only what is in sight of 50,000 rows, wherever it is scrolled', async () => {
    gives(manyRows(50_000));
    await open();
    await painted();
    assert.ok((await rows().count()) < 80);
    await panel.page.locator('.grid table').focus();
    await press('Control+End');
    await panel.page.locator('.grid td.current').waitFor();
    assert.equal(await rows().last().locator('td').first().innerText(), '50000');
    await head('name').click();
    await press('Control+Home');
    await waitUntil(async () => (await cell(0, 2).innerText()) === 'trace-000000');
    assert.ok((await rows().count()) < 80);
    assert.equal(await panel.page.locator('.grid table').getAttribute('aria-rowcount'), '50001');
  });

  it('speaks French', async () => {
    await open(await french());
    await painted();
    assert.match(await status(), /^13 lignes en 9 ms/);
    await panel.page.getByText('Lecture seule').waitFor();
  });

  for (const theme of themeNames) {
    it(`can be used by everybody in ${theme}`, async () => {
      await open({ theme });
      await painted();
      await panel.page.locator('.grid table').focus();
      await press('ArrowDown');
      await press('ArrowRight');
      await panel.page.locator('section.chart canvas').waitFor();
      await panel.screenshot(`sql-${theme}`);
      assert.deepEqual(await seriousViolations(panel.page), []);
    });
  }

  it('fits beside an editor, and into 320 pixels', async () => {
    await open({ width: 640 });
    await painted();
    await panel.screenshot('sql-beside');
    await panel.page.setViewportSize({ width: 320, height: 700 });
    const overflow = await panel.page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    await panel.screenshot('sql-narrow');
    assert.ok(overflow <= 0, `${overflow} pixels too wide`);
  });
});

/** How the text of an element lies in it. */
interface Styles {
  getComputedStyle(element: unknown): { readonly textAlign: string };
}

async function alignmentOf(element: Locator): Promise<string> {
  return element.evaluate((cell) => (globalThis as unknown as Styles).getComputedStyle(cell).textAlign);
}
