import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Locator } from 'playwright-core';
import { EngineError } from '../../../src/engine/errors.ts';
import { launchChromium } from '../../tools/editor/chromium.ts';
import { seriousViolations } from '../axe.ts';
import { comparisonAnswers, type FixtureOptions } from './comparisonFixture.ts';
import { FakeServices } from './fakeServices.ts';
import { french } from './french.ts';
import { PanelPage, themeNames, type PanelPageOptions } from './panelPage.ts';
import { waitUntil } from './waitUntil.ts';

const now = Date.parse('2026-11-23T14:32:00.000Z');
const day = 24 * 3_600_000;
const prompt = 'support/triage/classify';

describe('the comparison of a prompt’s versions in a browser', () => {
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
    services = new FakeServices(comparisonAnswers(now));
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') {
      console.error(`      screenshot: ${await panel.screenshot(this.currentTest.fullTitle().replace(/\W+/g, '-'))}`);
    }
    assert.deepEqual(panel.complaints, []);
    await panel.close();
  });

  const open = async (
    options: Partial<PanelPageOptions> & { readonly versions?: readonly number[] } = {},
  ): Promise<void> => {
    const { versions = [7], ...rest } = options;
    const target = { projectId: 'support', prompt, versions, failures: false };
    panel = await PanelPage.open(context, { name: 'comparison', services, now, target, ...rest });
  };
  const withRuns = (change: FixtureOptions['change']): void => {
    services.answers = comparisonAnswers(now, change === undefined ? {} : { change });
  };
  const headline = (): Locator => panel.page.locator('h1');
  const section = (part: string): Locator => panel.page.locator(`[data-part="${part}"]`);
  const rows = (part: string): Locator => section(part).locator('tbody tr');
  const plain = (text: string): string =>
    text
      .replaceAll(/[\u202f\u00a0]/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
  const said = async (locator: Locator): Promise<string> => plain(await locator.innerText());
  const painted = async (): Promise<void> => {
    await rows('table.success').first().waitFor();
    await rows('table.failures').first().waitFor();
    await section('text').locator('.line.added').first().waitFor();
  };

  it('says the verdict first, with its test, and what speaks against it', async () => {
    await open();
    await painted();
    assert.equal(
      await said(headline()),
      'v7 against v6 · The models differ. With the same mix of models it is +5 points: not yet decided.',
    );
    const verdict = await said(panel.page.locator('.verdict'));
    assert.match(verdict, /As they ran: \+9 points, 95 % CI 2 to 16, n = 210 and 198/);
    assert.match(verdict, /Two-proportion test: p = 0\.0\d\d, adjusted for the 6 pairs shown \(Benjamini-Hochberg\)/);
    assert.match(verdict, /78 % of the runs of v7 used claude-sonnet-4-5, 41 % of those of v6\./);
    await panel.page.getByRole('button', { name: 'Compare within claude-sonnet-4-5' }).click();
    await panel.page.locator('.chip', { hasText: 'model is' }).waitFor();
    await headline().getByText('not yet decided: about').waitFor();
    assert.deepEqual((services.last('promptComparison').scope as { filters: unknown }).filters, {
      models: ['claude-sonnet-4-5'],
      prompts: [prompt],
    });
  });

  it('shows each version with its labels, its interval and its verdict, and counts where runs are few', async () => {
    await open();
    await painted();
    const success = await Promise.all([0, 1, 2, 3].map((index) => said(rows('table.success').nth(index))));
    assert.match(success[0] ?? '', /^v5 322 322 78\.0 % −3 \d\.\d+ not yet decided: about [\d,]+ more runs$/);
    assert.match(success[1] ?? '', /^v6 production 198 198 80\.8 % – baseline$/);
    assert.match(success[2] ?? '', /^v7 staging 210 210 90\.0 % \+9 0\.\d+ conditions differ$/);
    assert.match(success[3] ?? '', /^v8 latest 14 14 12 of 14 too few – too few runs$/);
    assert.equal(await rows('table.success').nth(2).getAttribute('aria-selected'), 'true');
    assert.equal(await rows('table.success').nth(2).locator('.bar.clear').count(), 2);
    assert.equal(await rows('table.success').nth(0).locator('.bar.clear').count(), 0);
    assert.match(await said(rows('table.strata').last()), /^Same mix 198 210 \+5 /);
    assert.match(await said(rows('table.shifts').nth(1)), /^Cost per run \$0\.00\d\d \$0\.00\d\d \+\d+ % costs more$/);
    assert.match(await said(rows('table.figures').nth(2)), /^v7 staging 0\.\d\d 0\.\d\d to 0\.\d\d, n \d+/);
    assert.match(await said(rows('table.history').nth(2)), /v7 staging .* no drift seen/);
  });

  it('judges another version by a click or a key, without asking for the comparison again', async () => {
    await open();
    await painted();
    services.asked.length = 0;
    await rows('table.success').nth(2).focus();
    await panel.page.keyboard.press('ArrowDown');
    await panel.page.keyboard.press('Enter');
    await headline().getByText('too few runs to compare: v8 has 14 with a known outcome, 20 are needed').waitFor();
    assert.match(await said(panel.page.locator('.verdict')), /v8: 12 of 14 succeeded/);
    await section('table.failures').getByRole('heading', { name: 'Failing runs of v8' }).waitFor();
    await waitUntil(() => services.asked.some(({ question }) => question === 'promptFailures'));
    assert.equal(services.asked.filter(({ question }) => question === 'promptComparison').length, 0);
    assert.equal(services.last('promptFailures').version, 8);
    await panel.page.keyboard.press('Escape');
    await headline().getByText('v7 against v6').waitFor();
  });

  it('swaps the versions with X, and back', async () => {
    await open();
    await painted();
    await panel.page.keyboard.press('x');
    await headline().getByText('v6 against v7').waitFor();
    assert.deepEqual(services.last('promptComparison').variants, ['v7', 'v5', 'v6', 'v8']);
    await section('text').getByText('v7 to v6, lines added: 2, removed: 3').waitFor();
    await panel.page.getByRole('button', { name: 'Swap versions' }).click();
    await headline().getByText('v7 against v6').waitFor();
  });

  it('lets a person choose the versions in the editor’s own picks', async () => {
    await open();
    await painted();
    services.picked = ['v5'];
    await panel.page.getByRole('button', { name: 'Baseline: v6 production' }).click();
    await headline().getByText('v7 is better than v5').waitFor();
    assert.deepEqual(
      services.picks.at(-1)?.items.map(({ label, description }) => `${label} ${description ?? ''}`),
      ['v8 latest · 14 runs, 14 scored', 'v7 staging · 210 runs, 210 scored', 'v5 322 runs, 322 scored'],
    );
    services.picked = ['v5', 'v6', 'v7'];
    await panel.page.getByRole('button', { name: '4 versions…' }).click();
    await waitUntil(async () => (await rows('table.success').count()) === 3);
    assert.deepEqual(services.last('promptComparison').variants, ['v5', 'v6', 'v7']);
  });

  it('marks what differs in the text, word by word, and folds what does not', async () => {
    await open();
    await painted();
    await section('text').getByText('v6 to v7, lines added: 3, removed: 2').waitFor();
    const changed = await section('text').locator('b').allInnerTexts();
    assert.ok(
      changed.includes('the customer needs solved first') || changed.join('').includes('customer needs solved'),
    );
    assert.ok(!changed.some((text) => text.includes('Choose the category')));
    assert.match(await said(section('text').locator('.diff')), /lines the same/);
    await section('text').getByRole('button', { name: 'Whole text' }).click();
    await section('text').getByText('Answer in the language of the message.').waitFor();
    const conditions = await said(section('text').locator('.conditions'));
    assert.match(conditions, /Models, by calls gpt-4o-mini 59 %, claude-sonnet-4-5 41 % claude-sonnet-4-5 78 %/);
    assert.match(conditions, /temperature 0\.2 0$/);
    await section('text').getByRole('button', { name: 'Open in diff editor' }).click();
    await waitUntil(() => services.opened.length > 0);
    assert.deepEqual(services.opened[0], {
      link: 'promptDiff',
      target: { projectId: 'support', prompt, versions: [6, 7] },
    });
  });

  it('leads from a failing run to its trace, by keys alone', async () => {
    await open();
    await painted();
    assert.match(await said(section('table.failures').locator('header')), /Failing runs of v7 21 of 210/);
    assert.match(await said(section('table.failures').locator('.reasons')), /6 expected billing, got account/);
    await panel.page.keyboard.press('F8');
    await panel.page.keyboard.press('F8');
    await panel.page.keyboard.press('Enter');
    await waitUntil(() => services.opened.length > 0);
    assert.deepEqual(services.opened[0], {
      link: 'trace',
      target: { projectId: 'support', traceId: 't1', observationId: 'o1' },
    });
    await panel.page.keyboard.press('F8');
    await panel.page.keyboard.press('Enter');
    await panel.page.locator('[aria-live=polite]').getByText('Recorded without a trace').waitFor();
    await panel.page.keyboard.press('Shift+F8');
    await panel.page.keyboard.press('Enter');
    await waitUntil(() => services.opened.length > 1);
    assert.deepEqual(services.opened[1], services.opened[0]);
    await section('table.failures').getByRole('button', { name: 'All 21' }).click();
    await waitUntil(async () => (await rows('table.failures').count()) === 21);
    await section('table.failures').getByRole('radio', { name: 'All versions' }).click();
    await section('table.failures').getByRole('columnheader', { name: 'Version' }).waitFor();
    assert.equal(Object.hasOwn(services.last('promptFailures'), 'version'), false);
  });

  it('opens at the failing runs when it is asked for them', async () => {
    await open({ target: { projectId: 'support', prompt, versions: [6], failures: true }, height: 600 });
    await section('table.failures').getByRole('heading', { name: 'Failing runs of v6' }).waitFor();
    await waitUntil(() =>
      panel.page.evaluate<boolean>(`document.activeElement.closest('[data-part="table.failures"]') !== null`),
    );
    assert.equal(await rows('table.failures').first().isVisible(), true);
    await headline().getByText('v6 against v5').waitFor();
  });

  it('does with keys what its controls do', async () => {
    await open();
    await painted();
    const daysAsked = (): number => {
      const { range } = services.last('promptComparison').scope as { range: { start: string; end: string } };
      return (Date.parse(range.end) - Date.parse(range.start)) / day;
    };
    await panel.page.keyboard.press('2');
    await waitUntil(() => daysAsked() === 7);
    await panel.page.keyboard.press('3');
    await waitUntil(() => daysAsked() === 30);
    await panel.page.getByRole('radio', { name: 'All', exact: true }).click();
    await waitUntil(() => daysAsked() === 28);
    services.picked = [JSON.stringify(['environments', 'production'])];
    await panel.page.keyboard.press('f');
    await waitUntil(() => services.picks.length > 0);
    assert.ok(services.picks.at(-1)?.items.every(({ description }) => description !== 'prompt'));
    await panel.page.locator('.chips .chip', { hasText: 'production' }).waitFor();
    await panel.page.keyboard.press('r');
    await waitUntil(() => services.commands.includes('langfuseMetrics.export'));
    await panel.page.keyboard.press('q');
    await panel.page.keyboard.press('o');
    await waitUntil(() => services.opened.length === 2);
    assert.deepEqual(
      services.opened.map(({ link }) => link),
      ['sql', 'promptInLangfuse'],
    );
    await panel.page.keyboard.press('?');
    await panel.page.getByRole('dialog', { name: 'Keys' }).getByText('swap versions').waitFor();
    await panel.page.keyboard.press('Escape');
    panel.act('copyTable', 'table.success');
    await waitUntil(() => services.copied.length > 0);
    assert.match(services.copied[0] ?? '', /^Version\tRuns\tScored\tSuccess\tPoints\tp, adjusted\tVerdict\nv5\t322\t/);
    panel.act('saveCsv', 'table.failures');
    await waitUntil(() => services.saved.length > 0);
    assert.match(services.saved[0]?.content ?? '', /^Started,Input,Reason,Output,Model\r\n2026-11-2/);
  });

  it('leaves single keys alone when the setting says so', async () => {
    await open({ settings: { singleKeys: false } });
    await painted();
    services.asked.length = 0;
    await panel.page.keyboard.press('x');
    await panel.page.keyboard.press('1');
    await panel.page.waitForTimeout(200);
    assert.deepEqual(services.asked, []);
    assert.equal(await panel.page.locator('kbd', { hasText: 'X' }).count(), 0);
  });

  it('paints what it knew before any question is answered', async () => {
    await open();
    await painted();
    await waitUntil(
      async () => JSON.stringify(await panel.state()).includes('Same mix') || (await panel.state()) !== null,
    );
    const state = await panel.state();
    const { target } = state as { readonly target: unknown };
    assert.deepEqual(target, { projectId: 'support', prompt, versions: [], failures: false });
    await panel.close();
    services.delay = 60_000;
    await open({ state });
    await painted();
    await headline().getByText('v7 against v6').waitFor();
  });

  it('says that it reads where it knows nothing yet', async () => {
    services.delay = 700;
    await open({ height: 300 });
    await panel.page.getByRole('status').getByText('Reading runs…').waitFor();
    services.delay = 0;
    await painted();
    assert.equal(await panel.page.getByRole('status').count(), 0);
  });

  it('keeps its numbers when a question fails, and says how old they are', async () => {
    await open();
    await painted();
    services.failure = new EngineError('database.unreachable', 'The PostgreSQL server does not answer.');
    panel.dataChanged();
    const note = panel.page.getByRole('alert');
    await note.waitFor();
    assert.match(await said(note), /does not answer\. Numbers below are from 23 Nov 15:32\./);
    await headline().getByText('v7 against v6').waitFor();
  });

  const states = [
    {
      name: 'one version',
      change: ((run) => (run.version === 7 ? run : null)) satisfies FixtureOptions['change'],
      headline: 'Only v7 ran from 24 Oct to 23 Nov',
    },
    {
      name: 'nothing scored',
      change: ((run) => ({ ...run, success: null })) satisfies FixtureOptions['change'],
      headline: 'No run says whether it was a success',
    },
    {
      name: 'no runs in the period',
      change: ((run) => ({ ...run, executedAt: '2026-03-01T10:00:00.000Z' })) satisfies FixtureOptions['change'],
      headline: `No run of ${prompt} from 24 Oct to 23 Nov`,
    },
    { name: 'never linked', change: (() => null) satisfies FixtureOptions['change'], headline: `No run of ${prompt}` },
  ] as const;
  for (const { name, change, headline: words } of states) {
    it(`has words of its own when there is little to compare: ${name}`, async () => {
      withRuns(change);
      await open({ height: 700 });
      await panel.page.getByRole('heading', { name: words }).first().waitFor();
      await waitUntil(async () => (await panel.page.getByRole('status').count()) === 0);
      await panel.screenshot(`comparison-${name.replaceAll(' ', '-')}`);
      assert.deepEqual(await seriousViolations(panel.page), []);
    });
  }

  it('has words and a way out when the prompt is unknown', async () => {
    await open({ target: { projectId: 'support', prompt: 'gone', versions: [], failures: false }, height: 400 });
    await panel.page.getByRole('heading', { name: 'The database has no prompt gone' }).waitFor();
    await panel.page.getByRole('button', { name: 'Choose a prompt', exact: true }).click();
    await waitUntil(() => services.commands.includes('langfuseMetrics.comparePromptVersions'));
  });

  for (const theme of themeNames) {
    it(`passes axe in the theme ${theme}`, async () => {
      await open({ theme });
      await painted();
      await panel.screenshot(`comparison-${theme}`);
      assert.deepEqual(await seriousViolations(panel.page), []);
    });
  }

  for (const [width, language] of [
    [1280, 'en'],
    [1260, 'fr'],
    [1090, 'en'],
    [882, 'en'],
    [882, 'fr'],
    [810, 'en'],
  ] as const) {
    it(`cuts no figure and no verdict, at ${width} pixels in ${language}`, async () => {
      await open({ width, ...(language === 'fr' ? await french() : {}) });
      await painted();
      // The texts of failing runs may be longer than any panel is wide.
      const cut = await panel.page
        .locator('.table, section:not([data-part="table.failures"]) .table td')
        .evaluateAll((boxes: { scrollWidth: number; clientWidth: number; textContent: string }[]) =>
          boxes.filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.textContent.trim()),
        );
      assert.deepEqual(cut, []);
      await panel.screenshot(`comparison-${width}`);
    });
  }

  it('draws its pictures anew when the panel becomes narrow', async () => {
    await open();
    await painted();
    const picture = section('table.success').locator('svg.interval').first();
    assert.equal(await picture.getAttribute('width'), '270');
    await panel.page.setViewportSize({ width: 800, height: 900 });
    await waitUntil(async () => (await picture.getAttribute('width')) === '180');
  });

  for (const width of [320, 700, 1280]) {
    it(`never scrolls sideways, at ${width} pixels`, async () => {
      await open({ width, height: 900 });
      await painted();
      await panel.screenshot(`comparison-${width}`);
      const overflow = await panel.page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
      assert.ok(overflow <= 0, `${overflow} pixels too wide`);
    });
  }

  it('speaks French', async () => {
    await open(await french());
    await painted();
    await panel.page.getByRole('heading', { name: 'Taux de succès' }).waitFor();
    await panel.screenshot('comparison-french');
  });
});
