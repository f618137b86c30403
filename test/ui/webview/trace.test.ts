import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Locator } from 'playwright-core';
import { EngineError } from '../../../src/engine/errors.ts';
import { firstAskedOfTrace } from '../../../src/opening/trace.ts';
import { launchChromium } from '../../tools/editor/chromium.ts';
import { seriousViolations } from '../axe.ts';
import { FakeServices } from './fakeServices.ts';
import { french } from './french.ts';
import { PanelPage, themeNames, type PanelPageOptions } from './panelPage.ts';
import { detailOf, explainTexts, outlineOf, reviewSteps, traceAnswers, type FixtureStep } from './traceFixture.ts';
import { waitUntil } from './waitUntil.ts';

const now = Date.parse('2026-11-23T14:32:00.000Z');
const target = { projectId: 'support', traceId: 'trace-8812', observationId: null };

describe('the trace panel in a browser', () => {
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
    services = new FakeServices(traceAnswers());
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      console.error(`      screenshot: ${await panel.screenshot(this.currentTest.fullTitle().replace(/\W+/g, '-'))}`);
    }
    assert.deepEqual(panel.complaints, []);
    await panel.close();
  });

  const open = async (options: Partial<PanelPageOptions> = {}): Promise<void> => {
    panel = await PanelPage.open(context, { name: 'trace', services, now, target, height: 900, ...options });
  };
  const openAt = (observationId: string, options: Partial<PanelPageOptions> = {}): Promise<void> =>
    open({ target: { ...target, observationId }, ...options });
  const rows = (): Locator => panel.page.getByRole('tree', { name: /^Observations of/ }).getByRole('treeitem');
  const row = (name: string): Locator => rows().filter({ hasText: name }).first();
  const selected = (): Locator => panel.page.locator('.step.selected');
  const detail = (): Locator => panel.page.locator('.detail');
  const section = (name: string): Locator => detail().locator(`[data-section=${name}]`);
  const said = (): Locator => panel.page.locator('[aria-live=polite]');
  const press = (...keys: string[]): Promise<void> =>
    keys.reduce((done, key) => done.then(() => panel.page.keyboard.press(key)), Promise.resolve());
  const plain = (text: string): string => text.replaceAll('\u202f', ' ');
  const jsonLines = async (tree: Locator): Promise<string[]> =>
    (await tree.getByRole('treeitem').allInnerTexts()).map((line) => plain(line).replaceAll('\n', ' '));

  it('shows every step in the order of the tree, with length and cost', async () => {
    await open();
    await row('code_review').waitFor();
    assert.equal(await rows().count(), reviewSteps.length);
    assert.match(plain(await row('pgvector.search').innerText()), /^pgvector\.search\s+tool, after 5\.62 s\s+1\.48 s/);
    assert.match(
      plain(await row('summarize_files').innerText()),
      /gemini-2\.5-flash\s+generation, after 7\.10 s\s+5\.88 s\s+\$0\.00290/,
    );
    assert.match(await row('file_reviewer').innerText(), /2 errors inside/);
    assert.match(await row('run_tests').innerText(), /exit code 1/);
    assert.deepEqual((await panel.page.locator('.axis i').allInnerTexts()).map(plain).slice(0, 5), [
      '0 s',
      '10 s',
      '20 s',
      '30 s',
      '40 s',
    ]);
  });

  it('asks for the steps just as the extension has asked for it', async () => {
    const asked = firstAskedOfTrace(target);
    await open({ foresee: () => asked });
    await panel.page.locator('.step').first().waitFor();
    assert.deepEqual(
      services.asked.filter(({ question }) => question === 'traceOutline'),
      asked,
    );
  });

  it('tells screen readers level, place among siblings and what marks mean', async () => {
    await open();
    const explained = rows().filter({ hasText: '429 rate limit' });
    await explained.waitFor();
    assert.equal(await explained.getAttribute('aria-level'), '3');
    assert.equal(await explained.getAttribute('aria-posinset'), '3');
    assert.equal(await explained.getAttribute('aria-setsize'), '5');
    const name = rows().and(
      panel.page.getByRole('treeitem', {
        name: /^explain_failure gpt-4o 429 rate limit generation, error, after 24\.62.s 1\.26.s$/,
      }),
    );
    assert.equal(await name.count(), 1);
  });

  it('begins at the first failing step, and walks from failure to failure with F8', async () => {
    await open();
    await selected().filter({ hasText: 'run_tests' }).waitFor();
    await press('F8');
    await selected().filter({ hasText: '429 rate limit' }).waitFor();
    await said().getByText('explain_failure, 2 of 2').waitFor();
    await press('F8');
    await selected().filter({ hasText: 'run_tests' }).waitFor();
    await press('Shift+F8');
    await selected().filter({ hasText: '429 rate limit' }).waitFor();
    await waitUntil(() => services.last('observation').observationId === 'explain-1');
  });

  it('finds a failing step in what was folded away', async () => {
    await open();
    await row('code_review').click();
    await press('[');
    await waitUntil(async () => (await rows().count()) === 1);
    assert.match(await row('code_review').innerText(), /2 errors inside/);
    await press('F8');
    await selected().filter({ hasText: 'run_tests' }).waitFor();
    assert.equal(await rows().filter({ hasText: 'plan claude' }).count(), 0, 'the rest stays folded');
    await press(']');
    await waitUntil(async () => (await rows().count()) === reviewSteps.length);
  });

  it('is walked and folded with the keys of a tree', async () => {
    await open();
    await row('code_review').click();
    const focused = (): Locator => panel.page.locator('.step:focus');
    await press('ArrowRight');
    await focused().filter({ hasText: 'plan_review' }).waitFor();
    await press('ArrowLeft');
    assert.equal(await focused().getAttribute('aria-expanded'), 'false');
    await press('ArrowDown');
    await focused().filter({ hasText: 'collect_context' }).waitFor();
    await press('ArrowUp', 'ArrowRight');
    assert.equal(await focused().getAttribute('aria-expanded'), 'true');
    await press('ArrowRight');
    await focused().filter({ hasText: 'claude-sonnet-4-5' }).waitFor();
    await press('ArrowLeft', 'ArrowLeft', 'ArrowLeft');
    await focused().filter({ hasText: 'code_review' }).waitFor();
    await press('End');
    await focused().filter({ hasText: 'review_posted' }).waitFor();
    await press('Home');
    await focused().filter({ hasText: 'code_review' }).waitFor();
    await press('Enter');
    await panel.page.locator('.detail:focus').waitFor();
    await press('Escape');
    await focused().filter({ hasText: 'code_review' }).waitFor();
  });

  it('lays out messages with roles, tool calls and their results', async () => {
    await openAt('explain-2');
    await section('input').getByText('calls run_tests').waitFor();
    const roles = await section('input').locator('.role').allInnerTexts();
    assert.deepEqual(
      roles.map((role) => role.replace(/\s+/, ' ')),
      ['system', 'user', 'assistant', 'tool run_tests'],
    );
    assert.equal(plain(await section('input').locator('h3 .caption').innerText()), '4 messages · 22.1 k characters');
    const call = section('input').getByRole('tree', { name: 'Arguments of run_tests' });
    assert.deepEqual(await jsonLines(call), ['{ 2 keys }', 'path: "billing"', 'verbose: true']);
    await section('input')
      .getByRole('button', { name: /more characters$/ })
      .click();
    const whole = /Be exact\. Be exact\.\s*$/;
    await waitUntil(async () => whole.test(await section('input').locator('.content').first().innerText()));
  });

  it('shows fallback, usage with its prices, scores, parameters, metadata and prompt', async () => {
    await openAt('explain-2');
    await detail().getByText('Fallback from gpt-4o to claude-sonnet-4-5: 429 rate limit').waitFor();
    const cells = (await section('usage').locator('tbody tr').allInnerTexts()).map((text) =>
      plain(text)
        .split(/\s*\t\s*/)
        .join(' | '),
    );
    assert.deepEqual(cells, [
      'input | 16,160 | $3.00 | $0.0485',
      'input_cached_tokens | 4,000 | $0.30 | $0.0012',
      'output | 1,340 | $15.00 | $0.0201',
      'Total | 21,500 | $0.0698',
    ]);
    assert.match(await section('scores').innerText(), /helpful\s+0\.82 eval, 23 Nov 14:24/);
    assert.match(
      await section('scores').innerText(),
      /user_feedback\s+no api[^]+The line is right, the reason is not\./,
    );
    assert.equal(
      await section('parameters').locator('.caption').innerText(),
      'temperature 0.2, max_tokens 2048, 3 more',
    );
    await section('metadata').getByRole('button', { name: 'Metadata' }).click();
    await section('metadata').getByRole('treeitem', { name: 'branch' }).waitFor();
    await detail().getByRole('button', { name: 'Prompt agents/reviewer v3' }).click();
    await waitUntil(() => services.opened.length > 0);
    assert.deepEqual(services.opened[0], {
      link: 'promptComparison',
      target: { projectId: 'support', prompt: 'agents/reviewer', version: 3 },
    });
  });

  it('folds JSON with the keyboard', async () => {
    await openAt('explain-2');
    const result = section('input').getByRole('tree', { name: 'Result' });
    const lines = (): Promise<string[]> => jsonLines(result);
    await result.getByRole('treeitem').first().focus();
    assert.deepEqual(await lines(), [
      '{ 4 keys }',
      'exit_code: 1',
      'failed: [ 2 elements ]',
      'log: text, 18.2 k characters',
      'coverage: { 4 keys }',
    ]);
    await press('ArrowDown', 'ArrowDown', 'ArrowRight');
    assert.deepEqual((await lines()).slice(2, 5), [
      'failed: [ 2 elements ]',
      '0: "test_vat_rounding"',
      '1: "test_total"',
    ]);
    await press('ArrowRight', 'ArrowLeft', 'ArrowLeft');
    assert.equal((await lines()).length, 5);
    await press('ArrowDown', 'Enter');
    assert.equal((await lines())[4], 'E assert 118.99 == 119.00');
    await press('Home', 'ArrowLeft');
    assert.deepEqual(await lines(), ['{ 4 keys }']);
  });

  it('shows texts as they are on request', async () => {
    await openAt('explain-2');
    await section('output').getByText('assistant').waitFor();
    await press('m');
    await section('output').getByText('{"role":"assistant","content":').waitFor();
    await detail().getByRole('button', { name: 'Copy the output' }).click();
    await waitUntil(() => services.copied.length > 0);
    assert.equal(services.copied[0], explainTexts.output);
  });

  it('finds steps by name at once and by their texts when the engine has looked', async () => {
    await open();
    await row('code_review').click();
    await press('Control+f');
    await panel.page.keyboard.type('explain_');
    await panel.page.locator('.count').getByText('2 found').waitFor();
    await press('Enter');
    await selected().filter({ hasText: '429 rate limit' }).waitFor();
    await panel.page.locator('.count').getByText('1 of 2').waitFor();
    await press('Enter');
    await selected().filter({ hasText: 'claude-sonnet-4-5' }).waitFor();
    await press('Shift+Enter');
    await selected().filter({ hasText: '429 rate limit' }).waitFor();
    await panel.page.locator('.find input').fill('name the LINE');
    await panel.page.locator('.count').getByText('1 found').waitFor();
    assert.equal(services.last('traceSearch').text, 'name the LINE');
    await press('Enter');
    await selected().filter({ hasText: 'claude-sonnet-4-5' }).waitFor();
    const marked = (): Promise<number> => panel.page.evaluate<number>(`CSS.highlights.get('found')?.size ?? 0`);
    await waitUntil(async () => (await marked()) === 1);
    await panel.page.locator('.find input').fill('nowhere at all');
    await panel.page.locator('.count').getByText('none').waitFor();
    await press('Escape', 'Escape');
    await waitUntil(async () => (await panel.page.locator('.find input').inputValue()) === '');
  });

  it('copies the trace and a step as Markdown', async () => {
    await openAt('explain-2');
    await section('output').getByText('assistant').waitFor();
    await row('code_review').focus();
    await press('c');
    await waitUntil(() => services.copied.length === 1);
    assert.match(services.copied[0] ?? '', /^# explain\\_failure\n[^]+### assistant\n[^]+```\ntest_vat_rounding fails/);
    await press('Shift+C');
    await waitUntil(() => services.copied.length === 2);
    assert.match(services.copied[1] ?? '', /^# code\\_review\n[^]+\n {4}- \*\*run\\_tests\*\* · 6\.14/);
    await said().getByText('Copied').waitFor();
  });

  it('rates, opens Langfuse and the source row through the editor, and reads the rating anew', async () => {
    await openAt('explain-2');
    await section('output').getByText('assistant').waitFor();
    services.asked.length = 0;
    await press('+');
    await waitUntil(() => services.opened.length === 1);
    assert.deepEqual(services.opened[0], { link: 'rating', target: { ...target, good: true } });
    await waitUntil(() => services.asked.some(({ question }) => question === 'traceOutline'));
    await press('-');
    await press('o');
    await detail().getByRole('button', { name: 'Show source row' }).click();
    await waitUntil(() => services.opened.length === 4);
    const chosen = { ...target, observationId: 'explain-2' };
    assert.deepEqual(services.opened.slice(1), [
      { link: 'rating', target: { ...target, good: false } },
      { link: 'langfuse', target: chosen },
      { link: 'sourceRow', target: chosen },
    ]);
    assert.equal(await panel.page.getByRole('button', { name: 'Rate as bad' }).getAttribute('aria-pressed'), 'true');
  });

  it('offers nothing that needs keys without keys', async () => {
    await open({ settings: { hasKeys: false } });
    await row('code_review').click();
    await press('o', '+');
    assert.equal(await panel.page.getByRole('button', { name: 'Open in Langfuse' }).count(), 0);
    assert.equal(await panel.page.getByRole('button', { name: 'Rate as good' }).count(), 0);
    assert.deepEqual(services.opened, []);
  });

  it('shows the trace itself, and other traces of its user', async () => {
    await open();
    await panel.page.getByRole('button', { name: 'code_review' }).click();
    await section('input').getByText('Review pull request 8812').waitFor();
    await panel.page.getByRole('button', { name: 'u_8812' }).click();
    await waitUntil(() => services.opened.length > 0);
    assert.deepEqual(services.opened[0], {
      link: 'traces',
      target: {
        scope: {
          range: { start: '2026-11-16T13:21:07.000Z', end: new Date(now).toISOString() },
          projectId: 'support',
          filters: { users: ['u_8812'] },
        },
      },
    });
  });

  it('lists its keys, and leaves single ones alone when the setting says so', async () => {
    await open();
    await row('code_review').click();
    await press('?');
    await panel.page.getByRole('dialog', { name: 'Keys' }).getByText('rate good, bad').waitFor();
    await press('Escape');
    await panel.close();
    await open({ settings: { singleKeys: false } });
    await row('code_review').click();
    await press('c', 'o', '[');
    assert.equal(await rows().count(), reviewSteps.length);
    assert.deepEqual([services.copied, services.opened], [[], []]);
  });

  it('opens a text of megabytes without drawing more of it than is in sight', async function () {
    this.timeout(120_000);
    const text = Array.from({ length: 40_000 }, (_, line) => `line ${line} of a very long answer of a model`).join(
      '\n',
    );
    const json = JSON.stringify({ values: Array.from({ length: 30_000 }, (_, index) => ({ index })) });
    services.answers = traceAnswers(reviewSteps, { tests: { outputText: text, inputText: json } });
    await open();
    await section('output')
      .getByRole('button', { name: /^Show all 1\.7/ })
      .click();
    const box = section('output').getByRole('region', { name: 'Output, whole text' });
    await box.getByText('line 0 of').waitFor();
    assert.ok((await box.locator('.long-line').count()) < 100);
    await box.focus();
    await press('End');
    await box.getByText('line 39999 of').waitFor();
    await section('input').getByRole('treeitem', { name: 'values' }).click();
    await section('input').getByRole('treeitem', { name: '0: { 1 key }', exact: true }).waitFor();
    assert.ok((await section('input').getByRole('treeitem').count()) < 100);
    await press('End');
    await section('input').getByRole('treeitem', { name: '29999: { 1 key }' }).waitFor();
  });

  it('says of a cut text that it was cut, and lays out what there is', async () => {
    const cut = explainTexts.input.slice(0, 1000);
    services.answers = traceAnswers(reviewSteps, { tests: { inputText: cut, outputText: 'abc', outputCut: true } });
    await open();
    await section('input').getByText('system').waitFor();
    assert.match(
      plain(await section('input').innerText()),
      /Cut when it was exported: the first 1\.0 k characters are kept\./,
    );
    assert.match(await section('output').innerText(), /Cut when it was exported: the first 3 characters are kept\./);
  });

  it('draws a trace of 50,000 steps by its rows in sight, and folds it at once', async function () {
    this.timeout(120_000);
    const steps: FixtureStep[] = Array.from({ length: 50_000 }, (_, index) => ({
      id: `s${index}`,
      ...(index === 0 ? {} : { parent: index % 10 === 1 ? 's0' : `s${index - ((index - 1) % 10)}` }),
      type: index % 10 === 1 ? 'SPAN' : 'GENERATION',
      name: `step ${index}`,
      start: index / 100,
      end: index / 100 + 1,
      ...(index === 44_444 ? { level: 'ERROR', message: 'the one that failed' } : {}),
    }));
    services.answers = traceAnswers(steps, {});
    await open();
    await selected().filter({ hasText: 'step 44444' }).waitFor();
    assert.ok((await rows().count()) < 100);
    await selected().click();
    await press('Home', '[');
    await waitUntil(async () => (await rows().count()) === 1);
    await press('ArrowRight', 'End');
    await selected().filter({ hasText: 'step 49991' }).waitFor();
  });

  const partial = [
    { id: 'a', type: 'SPAN', name: 'open', start: 0 },
    { id: 'b', parent: 'gone', type: 'SPAN', name: 'lost', start: 1, end: 2 },
  ] as const;

  it('says what is missing of a trace', async () => {
    services.answers = {
      ...traceAnswers(partial, {}),
      traceOutline: () => outlineOf(partial, { observations: 5, fallbacks: 0, durationSeconds: null, costUsd: null }),
    };
    await open();
    await row('open').waitFor();
    const words = await panel.page.locator('.partial').innerText();
    assert.match(words, /^3 of 5 steps are not in the database\. The parent of 1 step .+ 1 step has no end/);
    assert.match(await row('open').innerText(), /no end/);
    assert.match(await panel.page.locator('.facts').innerText(), /Duration\s+unknown\s+Cost\s+no price/);
  });

  it('has words and ways out when the trace is gone', async () => {
    services.answers = { ...traceAnswers(), traceOutline: () => null };
    await open({ height: 500 });
    await panel.page.getByRole('heading', { name: 'This trace is not in the database' }).waitFor();
    assert.deepEqual(await seriousViolations(panel.page), []);
    await panel.screenshot('trace-gone');
    await panel.page.getByRole('button', { name: 'Export now' }).click();
    await waitUntil(() => services.commands.includes('langfuseMetrics.export'));
    await panel.page.getByRole('button', { name: 'Open in Langfuse' }).click();
    await waitUntil(() => services.opened.length > 0);
  });

  it('says why it could not be read, and reads again', async () => {
    services.failure = new EngineError('database.unreachable', 'The server does not answer.', { hint: 'Check it.' });
    await open({ height: 500 });
    await panel.page.getByRole('alert').getByText('The server does not answer. Check it.').waitFor();
    await panel.screenshot('trace-error');
    services.failure = null;
    await panel.page.getByRole('button', { name: 'Try again' }).click();
    await row('code_review').waitFor();
    services.failure = new EngineError('database.unreachable', 'The server does not answer.', {});
    panel.dataChanged();
    await panel.page.getByRole('alert').first().getByText('What is below is from 23 Nov 15:32.').waitFor();
    await row('code_review').waitFor();
  });

  it('says that it waits, when that takes long', async () => {
    services.delay = 600;
    await open();
    await panel.page.getByText('Reading the trace…').waitFor();
    await row('code_review').waitFor();
  });

  it('paints again what it showed before it was hidden', async () => {
    await openAt('explain-2');
    await section('output').getByText('assistant').waitFor();
    await row('plan_review').click();
    await press('ArrowLeft');
    await waitUntil(async () => JSON.stringify(await panel.state()).includes('"folded":["plan"]'));
    const state = await panel.state();
    await panel.close();
    services.delay = 2000;
    await open({ state });
    await selected().filter({ hasText: 'plan_review' }).waitFor({ timeout: 1500 });
    assert.equal(await rows().count(), reviewSteps.length - 1);
  });

  it('writes the name of the trace on its tab, at once when it was shown before', async () => {
    await open();
    await waitUntil(() => panel.title === 'code_review');
    await waitUntil(async () => (await panel.state()) !== null);
    const state = await panel.state();
    await panel.close();
    services.delay = 2000;
    await open({ state });
    await row('code_review').waitFor({ timeout: 1500 });
    await waitUntil(() => panel.title === 'code_review');
    assert.equal(services.asked.filter(({ question }) => question === 'traceOutline').length, 2);
  });

  it('leaves the tab of a trace without a name as it is', async () => {
    services.answers = { ...traceAnswers(), traceOutline: () => outlineOf(reviewSteps, { name: null }) };
    await open();
    await row('code_review').waitFor();
    assert.equal(panel.title, null);
  });

  for (const theme of themeNames) {
    it(`passes axe in the theme ${theme}`, async () => {
      await openAt('explain-2', { theme });
      await section('output').getByText('assistant').waitFor();
      await section('metadata').getByRole('button', { name: 'Metadata' }).click();
      await panel.page.locator('.find input').fill('failure');
      await panel.page.locator('.count').getByText('2 of 2').waitFor();
      await panel.screenshot(`trace-${theme}`);
      assert.deepEqual(await seriousViolations(panel.page), []);
      await row('run_tests').click();
      await section('input').getByText('step').waitFor();
      await panel.screenshot(`trace-focus-${theme}`);
      assert.deepEqual(await seriousViolations(panel.page), []);
    });
  }

  for (const width of [320, 700, 1600]) {
    it(`never scrolls sideways, at ${width} pixels`, async () => {
      await openAt('explain-2', { width });
      await section('output').getByText('assistant').waitFor();
      await panel.screenshot(`trace-${width}`);
      const overflow = await panel.page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
      assert.ok(overflow <= 0, `${overflow} pixels too wide`);
      const table = await section('usage').locator('table').boundingBox();
      assert.ok(table !== null && table.x + table.width < width, 'every figure is in sight');
    });
  }

  it('speaks French', async () => {
    await openAt('explain-2', await french());
    await detail().getByText('Repli de gpt-4o vers claude-sonnet-4-5').waitFor();
    await panel.page.getByRole('button', { name: 'Étape en échec suivante' }).waitFor();
    await panel.screenshot('trace-french');
  });

  it('asks for the texts of the last step alone when arrow keys pass over many', async () => {
    services.answers = {
      ...traceAnswers(),
      observation: ({ observationId }) => detailOf({ ...reviewSteps[0]!, id: observationId }),
    };
    await open();
    await row('code_review').click();
    await waitUntil(() => services.last('observation').observationId === 'root');
    services.asked.length = 0;
    await press(...Array.from({ length: 8 }, () => 'ArrowDown'));
    await waitUntil(() => services.last('observation').observationId === reviewSteps[8]?.id);
    assert.ok(services.asked.length < 8, `${services.asked.length} questions`);
  });
});
