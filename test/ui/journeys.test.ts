import assert from 'node:assert/strict';
import { cp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Frame, Locator } from 'playwright-core';
import type { Workbench } from '../tools/editor/workbench.ts';
import { root } from '../tools/shell.ts';
import { seriousViolations } from './axe.ts';
import { collectComplaints } from './complaints.ts';
import { exportedFolder } from './exportedFolder.ts';
import { openWorkbench } from './harness.ts';
import { panelFrame } from '../tools/editor/panelFrame.ts';

/** What is in a panel once it is painted with figures. */
const painted = {
  dashboard: '[data-part="table.models"] tbody tr',
  trace: '.step.selected',
  comparison: '[data-part="table.success"] tbody tr',
  sql: '.rows-pane [role=grid]',
} as const;

const draft = `from langfuse import get_client

langfuse = get_client()
prompt = langfuse.get_prompt("support/no-such-prompt")
`;

describe('a day with the extension', () => {
  let folder: string;
  let workbench: Workbench;
  let complaints: readonly string[];

  before(async () => {
    folder = await exportedFolder();
    await cp(path.join(root, 'test', 'demo', 'workspace'), folder, { recursive: true });
    await writeFile(path.join(folder, 'support', 'draft.py'), draft);
    workbench = await openWorkbench({
      workspace: folder,
      settings: {
        'langfuseMetrics.export.background': false,
        'workbench.colorTheme': 'Default Dark Modern',
        'workbench.editor.enablePreview': false,
      },
    });
    complaints = collectComplaints(workbench.page);
    await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await workbench.activity('Langfuse Metrics').click();
    await rows('Traces').nth(1).waitFor({ timeout: 30_000 });
  });
  after(async () => {
    await workbench.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    assert.deepEqual(complaints, []);
  });

  const rows = (view: string, text: string | RegExp = ''): Locator =>
    workbench.treeRows(view).filter({ hasText: text });
  const tab = (text: string | RegExp): Locator => workbench.page.locator('.tab').filter({ hasText: text });
  const lens = (text: string | RegExp): Locator =>
    workbench.page.locator('.codelens-decoration a').filter({ hasText: text });
  const panel = (kind: keyof typeof painted): Promise<Frame> => panelFrame(workbench.page, painted[kind]);
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) {
      await workbench.page.keyboard.press(key);
    }
  };

  /** Puts the keyboard into a view, which it unfolds. */
  const focusView = async (name: string): Promise<void> => {
    await workbench.runCommand(`Langfuse Metrics: Focus on ${name} View`);
    await workbench.treeRows(name).first().waitFor();
    await workbench.page.getByRole('tree', { name }).focus();
    await press('Home');
  };

  /** The editor ignores a click on a menu that has only just opened. */
  const chooseFromMenu = async (row: Locator, label: string): Promise<void> => {
    const menu = workbench.page.locator('.monaco-menu');
    await row.click({ button: 'right' });
    await menu.waitFor();
    await workbench.page.waitForTimeout(500);
    await menu.locator('.action-label', { hasText: label }).click();
    await menu.waitFor({ state: 'detached' });
  };

  const openFile = async (name: string): Promise<void> => {
    await workbench.runCommand('Go to File...');
    await workbench.quickInputBox.fill(name);
    await workbench.quickPick(name).first().click();
    await tab(name).waitFor();
  };

  /** What the database holds, by another SQLite than that of the engine. */
  const query = (sql: string, ...values: readonly string[]): readonly Record<string, unknown>[] => {
    const file = path.join(workbench.workspace ?? '', '.langfuse', 'llm_metrics.db');
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      return database.prepare(sql).all(...values);
    } finally {
      database.close();
    }
  };

  it('opens the dashboard from the palette and turns it by single keys', async () => {
    await workbench.runCommand('Langfuse Metrics: Open the dashboard');
    const dashboard = await panel('dashboard');
    await dashboard.locator('.figures b', { hasText: '$' }).waitFor();
    const body = dashboard.locator('body');
    for (const [key, period] of [
      ['1', '24 h'],
      ['2', '7 d'],
      ['3', '30 d'],
    ] as const) {
      await body.press(key);
      await dashboard.getByRole('radio', { name: period, checked: true }).waitFor();
    }
    await body.press('t');
    await dashboard.locator('[data-part="chart.stack"] table tbody tr').first().waitFor();
    await body.press('t');
    await body.press('c');
    await dashboard.getByRole('checkbox', { checked: false }).waitFor();
    await body.press('c');
    await body.press('f');
    await workbench.quickPick('gpt-4o').first().waitFor();
    await workbench.screenshot('journey-dashboard-filter');
    await press('Escape');
    await dashboard.getByText('expected', { exact: false }).first().waitFor();
    await workbench.screenshot('journey-dashboard');
    assert.deepEqual(await seriousViolations(dashboard), []);
  });

  it('leads from a bar to the traces behind it, and back to all', async () => {
    const dashboard = await panel('dashboard');
    const canvas = dashboard.locator('[data-part="chart.stack"] canvas');
    const box = await canvas.boundingBox();
    assert.ok(box);
    // Above the stack: the day, of all models.
    await canvas.click({ position: { x: box.width * 0.6, y: 8 } });
    const all = dashboard.getByRole('button', { name: /^All [\d,]+ traces/ });
    await dashboard.getByRole('radio', { name: '30 d', checked: false }).waitFor();
    await workbench.screenshot('journey-dashboard-bar');
    await all.click();
    await rows('Traces', /^\d+ \w+ 00:00 – \d+ \w+ 00:00/).waitFor();
    const group = rows('Traces', /^\d+ \w{3,4}[\d,]+ traces/);
    await group.waitFor();
    await workbench.screenshot('journey-traces-of-a-bar');
    assert.equal(await group.count(), 1);
    const shown = await group.getAttribute('aria-label');
    const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
    const counts = new Map<string, number>();
    for (const { created_at } of query('SELECT created_at FROM llm_traces')) {
      const key = day.format(new Date(String(created_at)));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const name = /^\d+ \w+/.exec(shown ?? '')?.[0] ?? '';
    assert.ok(shown?.includes(`${counts.get(name)} traces`), `${shown} is not ${counts.get(name)}`);
    await rows('Traces').first().hover();
    await rows('Traces').first().getByRole('button', { name: 'Remove the filter' }).click();
    await rows('Traces', 'Today').waitFor();
  });

  it('walks from a day to a trace to its steps without a mouse', async () => {
    await focusView('Traces');
    await press('Home');
    if ((await rows('Traces').first().getAttribute('aria-expanded')) === 'false') {
      await press('ArrowRight');
    }
    await press('ArrowDown', 'ArrowRight');
    await workbench.page.locator('[role=treeitem][aria-level="3"]').first().waitFor();
    await press('ArrowDown');
    await workbench.page.locator('[role=treeitem][aria-level="3"].focused').waitFor();
    await workbench.screenshot('journey-traces-keyboard');
  });

  it('groups and filters the traces, and opens one that failed', async () => {
    await workbench.runCommand('Langfuse Metrics: Group traces by…');
    await workbench.quickPick('Agent').click();
    await rows('Traces', /^triage_agent\d+ traces/).waitFor();
    await workbench.runCommand('Langfuse Metrics: Filter traces…');
    await workbench.quickPick('Status').click();
    await workbench.quickPick('with errors').click();
    await rows('Traces', /^with errors/).waitFor();
    await workbench.screenshot('journey-traces-filtered');
    const failed = query('SELECT count(*) AS n FROM llm_traces WHERE error_count > 0')[0]?.n;
    const groups = await rows('Traces', /traces? ·/).allInnerTexts();
    const sum = groups.reduce((total, text) => total + Number(/(\d+) traces? ·/.exec(text)?.[1]), 0);
    assert.equal(sum, failed);
    await rows('Traces', 'triage_agent').nth(1).click();
    const trace = await panel('trace');
    await trace.locator('.detail [data-section=input]').waitFor();
    await trace.locator('body').press('F8');
    await trace.locator('.step.selected[title*="error"]').waitFor();
    await trace.locator('.detail').getByText('Error:').waitFor();
    await workbench.screenshot('journey-trace');
    assert.deepEqual(await seriousViolations(trace), []);
  });

  it('finds within a trace, takes it away as Markdown, and goes back', async () => {
    const trace = await panel('trace');
    await trace.locator('body').press('Control+f');
    await workbench.page.keyboard.type('llm-call');
    await trace.getByText(/^\d+ of \d+$|^\d+ found$/).waitFor();
    await press('Enter');
    await trace.locator('.step.selected', { hasText: 'llm-call' }).waitFor();
    await workbench.screenshot('journey-trace-found');
    await press('Escape');
    await trace.locator('body').press('Shift+C');
    let copied = '';
    for (let tries = 0; tries < 100 && !copied.startsWith('# '); tries += 1) {
      await workbench.page.waitForTimeout(50);
      copied = await workbench.page.evaluate<string>('navigator.clipboard.readText()');
    }
    assert.match(copied, /^# triage\\_agent\n[^]*llm-call/);
    await workbench.runCommand('Go Back');
    await panel('dashboard');
  });

  it('compares the versions of a prompt, swaps them, and opens a run that failed', async () => {
    await focusView('Prompts');
    await press('ArrowRight');
    await rows('Prompts', 'find-bugs').click();
    await press('ArrowRight');
    await chooseFromMenu(rows('Prompts', /^v\d+.*production/).first(), 'Compare prompt versions');
    const comparison = await panel('comparison');
    const verdict = comparison.locator('h1');
    const before = await verdict.innerText();
    assert.match(before, /v\d+/);
    await comparison.locator('[data-part="text"] .line').first().waitFor();
    await workbench.screenshot('journey-comparison');
    assert.deepEqual(await seriousViolations(comparison), []);
    const pair = comparison.getByRole('toolbar').locator('.versions');
    const [subject, baseline] = (await pair.locator('b').allInnerTexts()) as [string, string];
    await comparison.locator('body').press('x');
    await pair.locator('b').first().filter({ hasText: baseline }).waitFor();
    assert.deepEqual(await pair.locator('b').allInnerTexts(), [baseline, subject]);
    await comparison.locator('[data-part="table.failures"] tbody tr').first().click();
    const trace = await panel('trace');
    await trace.locator('.trace-head').waitFor();
    await workbench.screenshot('journey-comparison-failure');
  });

  it('shows two versions in the editor’s own diff', async () => {
    await chooseFromMenu(rows('Prompts', /^v\d+.*production/).first(), 'Compare texts…');
    await workbench.quickPick(/^v\d+/).first().click();
    await tab(/: v\d+ to v\d+/).waitFor();
    await workbench.page.locator('.monaco-diff-editor .modified .view-line').first().waitFor();
    await workbench.screenshot('journey-prompt-diff');
  });

  it('says beside the code how its prompts do, in Python and in TypeScript', async () => {
    await openFile('answer.py');
    await lens(/support-chat · production v\d+ · .*\d+ d/).waitFor();
    const name = workbench.page
      .locator('.view-line', { hasText: 'get_prompt("support-chat"' })
      .locator('span span', { hasText: 'support-chat' });
    await name.last().hover();
    const hover = workbench.page.locator('.monaco-hover', { hasText: 'production is v' });
    await hover.getByText('Failing runs').waitFor();
    await workbench.screenshot('journey-lens-hover');
    await workbench.page.mouse.move(900, 700);
    await openFile('findBugs.ts');
    await lens('code-review/find-bugs · production v').click();
    await tab('find-bugs: versions').and(workbench.page.locator('.active')).waitFor();
    await panel('comparison');
  });

  it('reports a prompt that Langfuse does not have', async () => {
    await openFile('draft.py');
    // Nothing follows a click on it, so it is no link.
    await workbench.page.locator('.codelens-decoration', { hasText: 'not in Langfuse' }).waitFor();
    await workbench.runCommand('View: Toggle Problems');
    await workbench.page
      .locator('.markers-panel')
      .getByText('Langfuse has no prompt support/no-such-prompt.')
      .waitFor();
    await workbench.screenshot('journey-problem');
    await workbench.runCommand('View: Toggle Problems');
  });

  it('answers SQL in a grid and a chart, and marks what is wrong', async () => {
    await workbench.runCommand('View: Close All Editors');
    await workbench.runCommand('Langfuse Metrics: New SQL query');
    await workbench.page.locator('.monaco-editor .view-line', { hasText: 'FROM llm_generations' }).waitFor();
    await press('Control+Enter');
    const sql = await panel('sql');
    const chart = sql.getByRole('button', { name: 'Chart' });
    if ((await chart.getAttribute('aria-pressed')) !== 'true') {
      await chart.click();
    }
    await sql.locator('[data-part="chart.result"] canvas').waitFor();
    const models = query('SELECT count(DISTINCT coalesce(model, char(0))) AS n FROM llm_generations')[0]?.n;
    await sql
      .getByText(`${String(models)} rows`)
      .first()
      .waitFor();
    await workbench.screenshot('journey-sql');
    assert.deepEqual(await seriousViolations(sql), []);
    await chart.click();
    await sql.locator('[data-part="chart.result"]').waitFor({ state: 'detached' });
    await workbench.runCommand('View: Focus First Editor Group');
    await press('Control+a');
    await workbench.page.keyboard.type('SELECT modell FROM llm_generations');
    await press('Escape', 'Control+Enter');
    await sql.getByRole('alert').filter({ hasText: 'modell' }).waitFor();
    await workbench.page.locator('.squiggly-error').waitFor();
    await workbench.screenshot('journey-sql-error');
  });

  it('runs a query by its name', async () => {
    await workbench.runCommand('Langfuse Metrics: Run a named query…');
    await workbench.quickPick('Cost by model').click();
    await workbench.quickInput.getByText('How many days back?').waitFor();
    await press('Enter');
    await tab('Results: Cost by model').waitFor();
    await panel('sql');
    await workbench.screenshot('journey-sql-named');
  });

  it('shows agents with their failures first, exports, and gauges of the limits', async () => {
    await focusView('Agents');
    await press('ArrowRight');
    await rows('Agents', 'Without a task type').first().click();
    const task = rows('Agents', /\d\d:\d\d/).first();
    await task.waitFor();
    assert.match((await task.getAttribute('aria-label')) ?? '', /failed/);
    await focusView('Rate limits');
    await rows('Rate limits', 'openai').waitFor();
    await press('End', 'ArrowRight');
    const gauge = rows('Rate limits', /0 \/ 1,000 req/);
    for (let tries = 0; tries < 20 && !(await gauge.isVisible()); tries += 1) {
      await workbench.page.waitForTimeout(200);
      await press('ArrowDown');
    }
    await gauge.waitFor();
    await rows('Exports').first().click();
    await rows('Exports', 'Generations').waitFor();
    await workbench.screenshot('journey-sidebar');
  });

  for (const theme of ['Light Modern', 'Dark High Contrast'] as const) {
    it(`reads as well in ${theme}`, async () => {
      const name = theme.replaceAll(' ', '-').toLowerCase();
      // Results stand beside their query: the panels get the whole width back.
      await workbench.runCommand('View: Join All Editor Groups');
      await workbench.runCommand('Preferences: Color Theme');
      await workbench.quickInputBox.fill(theme);
      await workbench.quickPick(theme).first().waitFor();
      await press('Enter');
      const look = async (kind: keyof typeof painted): Promise<void> => {
        const frame = await panel(kind);
        await workbench.page.waitForTimeout(300);
        await workbench.screenshot(`journey-${kind}-${name}`);
        assert.deepEqual(await seriousViolations(frame), [], kind);
      };
      await workbench.runCommand('Langfuse Metrics: Open the dashboard');
      await look('dashboard');
      await rows('Traces', 'triage_agent').nth(1).click();
      await look('trace');
      await openFile('findBugs.ts');
      await workbench.screenshot(`journey-lens-${name}`);
      await lens('code-review/find-bugs · production v').click();
      await look('comparison');
      await workbench.runCommand('Langfuse Metrics: Run a named query…');
      await workbench.quickInputBox.fill('Cost by day and model');
      await workbench.quickPick('Cost by day and model').click();
      await workbench.quickInput.getByText('How many days back?').waitFor();
      await press('Enter');
      await look('sql');
    });
  }
});
