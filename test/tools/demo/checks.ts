import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import type { Locator } from 'playwright-core';
import type { Workbench } from '../editor/workbench.ts';
import { panelFrame } from '../editor/panelFrame.ts';
import { say } from '../shell.ts';
import type { CompletedRun } from './firstExport.ts';
import { limitedScripts } from './limitedScripts.ts';
import { countObservations, type StandIn } from './standIn.ts';

/** Calls that may leave the shown period between two looks at the clock. */
const tolerance = 5;

/** Looks at the demo as a visitor would; says what holds and what does not. True when all holds. */
export async function checkDemo(workbench: Workbench, run: CompletedRun, standIn: StandIn): Promise<boolean> {
  const checks: readonly (readonly [string, () => Promise<string> | string])[] = [
    ['a message says what was exported', () => endMessage(workbench)],
    ['the Exports view shows the completed run', () => treeOfRuns(workbench)],
    ['the status bar says what today cost, and when the last export was', () => statusBar(workbench)],
    ['a trace opens from its view', () => trace(workbench)],
    ['the views show what was exported', () => views(workbench)],
    ['the dashboard shows what the database holds', () => dashboard(workbench, run)],
    ['a prompt has figures beside the code, which lead to its versions', () => promptInCode(workbench)],
    ['the log tells about the export', () => log(workbench)],
    ['the database holds what the server counts', () => database(run, standIn)],
    ['the sample scripts run under the rate limits, and the view shows it', () => limitedScripts(workbench)],
  ];
  let holds = true;
  for (const [name, check] of checks) {
    try {
      say(`ok    ${name}: ${await check()}`);
    } catch (error) {
      holds = false;
      say(`FAIL  ${name}: ${error instanceof Error ? error.message : String(error)}`);
      say(`      ${await workbench.screenshot(`demo-failed-${name}`)}`);
    }
  }
  console.log(holds ? 'The demo works.' : 'The demo is broken; see above.');
  return holds;
}

async function endMessage(workbench: Workbench): Promise<string> {
  const message = workbench.notification(/^Exported /);
  await message.waitFor({ timeout: 20_000 });
  await workbench.screenshot('demo-1-exported');
  return (await message.locator('.notification-list-item-message').innerText()).trim();
}

async function treeOfRuns(workbench: Workbench): Promise<string> {
  await workbench.activity('Langfuse Metrics').click();
  const row = workbench.treeRows('Exports').first();
  await row.waitFor({ timeout: 20_000 });
  const text = (await row.getAttribute('aria-label')) ?? '';
  assert.match(text, /completed/i);
  await row.click();
  await workbench.screenshot('demo-2-exports-view');
  return text;
}

async function statusBar(workbench: Workbench): Promise<string> {
  const item = workbench.statusBarItem(/ today|Exported /);
  await item.waitFor({ timeout: 20_000 });
  await showTooltip(workbench, item);
  await workbench.screenshot('demo-3-status-bar');
  return (await item.innerText()).trim();
}

/** The editor drops a tooltip when the item is drawn anew under the pointer, so it may take a second try. */
async function showTooltip(workbench: Workbench, item: Locator): Promise<void> {
  const tooltip = workbench.page.locator('.monaco-hover').filter({ hasText: 'Last export' });
  for (let tries = 1; ; tries += 1) {
    await item.hover();
    try {
      await tooltip.waitFor({ timeout: 4_000 });
      return;
    } catch (error) {
      if (tries === 3) {
        throw error;
      }
      await workbench.page.mouse.move(640, 300);
    }
  }
}

async function views(workbench: Workbench): Promise<string> {
  const seen: string[] = [];
  for (const view of ['Traces', 'Prompts', 'Agents']) {
    await workbench.runCommand(`Langfuse Metrics: Focus on ${view} View`);
    const row = workbench.treeRows(view).filter({ hasText: /\d/ }).first();
    await row.waitFor({ timeout: 20_000 });
    seen.push(`${view}: ${(await row.getAttribute('aria-label')) ?? ''}`);
  }
  await workbench.screenshot('demo-7-views');
  return seen.join('; ');
}

/** Compares the calls of the last 30 days with a count by the runtime's own SQLite. */
async function dashboard(workbench: Workbench, run: CompletedRun): Promise<string> {
  await workbench.runCommand('Langfuse Metrics: Open the dashboard');
  const frame = await panelFrame(workbench.page, '[data-part="table.models"] tbody tr');
  await frame.locator('body').press('3');
  await frame.getByRole('radio', { name: '30 d', checked: true }).waitFor();
  const connection = new DatabaseSync(run.database, { readOnly: true });
  const since = new Date(Date.now() - 30 * 86_400_000).toISOString();
  const sql = 'SELECT count(*) AS n FROM llm_generations WHERE created_at >= ?';
  const calls = (connection.prepare(sql).get(since) as { n: number }).n;
  connection.close();
  const figures = frame.locator('.figures b');
  const shown = async (): Promise<number> => Number((await figures.nth(1).innerText()).replaceAll(/\D/g, ''));
  for (let tries = 0; tries < 100 && Math.abs((await shown()) - calls) > tolerance; tries += 1) {
    await workbench.page.waitForTimeout(100);
  }
  assert.ok(Math.abs((await shown()) - calls) <= tolerance, `${await shown()} calls shown, ${calls} in the database`);
  await frame.locator('[data-part="chart.budget"] b').waitFor();
  await workbench.screenshot('demo-8-dashboard');
  return `${await figures.nth(0).innerText()} for ${await figures.nth(1).innerText()} calls`;
}

async function trace(workbench: Workbench): Promise<string> {
  await workbench.runCommand('Langfuse Metrics: Focus on Traces View');
  const agent = workbench.treeRows('Traces').filter({ hasText: '_agent' }).first();
  const yesterday = workbench.treeRows('Traces').filter({ hasText: 'Yesterday' });
  await agent.or(yesterday).first().waitFor();
  // Soon after midnight no agent has worked today.
  if (!(await agent.isVisible())) {
    await yesterday.click();
  }
  await agent.click();
  const frame = await panelFrame(workbench.page, '.step.selected');
  await frame.locator('.detail [data-section=input]').waitFor();
  await workbench.screenshot('demo-6-trace');
  return `${await frame.getByRole('treeitem').count()} steps`;
}

async function promptInCode(workbench: Workbench): Promise<string> {
  const { page } = workbench;
  await workbench.runCommand('Go to File...');
  await workbench.quickInputBox.fill('answer.py');
  await workbench.quickPick('answer.py').first().waitFor();
  await page.keyboard.press('Enter');
  const lens = page.locator('.codelens-decoration a').filter({ hasText: /support-chat · production v\d+ · .*\d/ });
  await lens.waitFor({ timeout: 20_000 });
  const text = await lens.innerText();
  const name = page.locator('.view-line', { hasText: 'get_prompt("support-chat"' });
  await name.locator('span span', { hasText: 'support-chat' }).last().hover();
  const hover = page.locator('.monaco-hover', { hasText: 'Failing runs' });
  await hover.waitFor();
  await workbench.screenshot('demo-9-lens');
  // It lies over the lens.
  await page.mouse.move(640, 700);
  await hover.waitFor({ state: 'hidden' });
  await lens.click();
  const comparison = await panelFrame(page, '[data-part="table.success"] tbody tr');
  await comparison.locator('[data-part="text"] .line').first().waitFor();
  await workbench.screenshot('demo-10-comparison');
  return `${text}; ${await comparison.locator('h1').innerText()}`;
}

async function log(workbench: Workbench): Promise<string> {
  await workbench.runCommand('Langfuse Metrics: Show log');
  const line = workbench.page
    .locator('.part.panel .view-line')
    .filter({ hasText: /\[info\]/ })
    .first();
  await line.waitFor({ timeout: 20_000 });
  await workbench.screenshot('demo-4-log');
  return (await line.innerText()).trim();
}

/** The server counts by its metrics endpoint, which the export does not read rows from. */
async function database(run: CompletedRun, standIn: StandIn): Promise<string> {
  const connection = new DatabaseSync(run.database, { readOnly: true });
  try {
    const count = (table: string): number =>
      (connection.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
    const stored = count('llm_generations') + count('llm_spans') + count('llm_events');
    const served = await countObservations(standIn, run.start, run.end);
    assert.equal(stored, served, `${stored} observations in the database, ${served} on the server`);
    for (const table of ['llm_traces', 'llm_scores', 'prompt_variants', 'prompt_executions', 'agent_task_results']) {
      assert.ok(count(table) > 0, `${table} is empty`);
    }
    return `${stored} observations from ${run.start} to ${run.end}`;
  } finally {
    connection.close();
  }
}
