import assert from 'node:assert/strict';
import path from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import * as vscode from 'vscode';
import { showAlert } from '../../../src/extension/alerts/showAlert.ts';
import type { AlertState } from '../../../src/protocol/analytics.ts';
import type { ExportReport } from '../../../src/protocol/engine.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';

const run = async <T>(command: string, ...args: unknown[]): Promise<T | undefined> =>
  vscode.commands.executeCommand<T | undefined>(`langfuseMetrics.${command}`, ...args);

function rows(sql: string, ...values: string[]): Record<string, SQLOutputValue>[] {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'this case opens a folder');
  const file = path.join(folder.uri.fsPath, '.langfuse', 'llm_metrics.db');
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare(sql).all(...values);
  } finally {
    database.close();
  }
}

/** Answers the question that a command asks, as Enter does, until the command has ended. */
async function accepting(command: Promise<unknown>): Promise<void> {
  const pressEnter = setInterval(() => {
    void vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
  }, 200);
  await command.finally(() => clearInterval(pressEnter));
}

const activeText = (): string => vscode.window.activeTextEditor?.document.getText() ?? '';
const activeTab = (): vscode.Tab | undefined => vscode.window.tabGroups.activeTabGroup.activeTab;

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('what the rows of the trees offer', () => {
  let server: LangfuseServer;
  let trace: { readonly projectId: string; readonly traceId: string };

  before(async () => {
    server = await startLangfuseServer({ end: Date.now(), days: 3, observations: 600 });
    await run('stopBackgroundExport');
    const settings = vscode.workspace.getConfiguration('langfuseMetrics');
    await settings.update('export.lookbackHours', 96, vscode.ConfigurationTarget.Workspace);
  });
  after(() => server.close());

  it('rates nothing, and asks for no comment, without keys', async () => {
    // Ends by itself: nothing is asked.
    await run('rateGood', { projectId: 'p', traceId: 't' });
    assert.deepEqual(server.requests, []);
  });

  it('reads a project', async () => {
    const keys = { baseUrl: server.url, publicKey: server.publicKey, secretKey: server.secretKey };
    assert.equal(await run('setKeys', keys), true);
    assert.equal((await run<ExportReport>('export'))?.status, 'completed');
    const [newest] = rows('SELECT project_id, id FROM llm_traces ORDER BY created_at DESC LIMIT 1');
    trace = { projectId: String(newest?.project_id), traceId: String(newest?.id) };
  });

  it('copies an id', async () => {
    await run('copyId', { subject: { ...trace, observationId: null } });
    assert.equal(await vscode.env.clipboard.readText(), trace.traceId);
  });

  it('shows the row that a trace and an observation come from', async () => {
    await run('showSourceRow', trace);
    assert.equal((JSON.parse(activeText()) as { id: string }).id, trace.traceId);
    const [call] = rows('SELECT id, model, cost_usd FROM llm_generations WHERE trace_id = ? LIMIT 1', trace.traceId);
    assert.ok(call);
    await run('showSourceRow', { ...trace, observationId: String(call.id) });
    const shown = JSON.parse(activeText()) as Record<string, unknown>;
    assert.deepEqual([shown.id, shown.model, shown.cost_usd], [call.id, call.model, call.cost_usd]);
  });

  it('says so when the database no longer has a row', async () => {
    await run('showSourceRow', { ...trace, traceId: 'gone' });
    assert.equal(activeText(), 'The database no longer has this row.');
  });

  it('does nothing without a row', async () => {
    for (const command of ['copyId', 'showSourceRow', 'rateGood', 'openPromptTemplate', 'diffPromptVersions']) {
      assert.equal(await run(command), undefined, command);
    }
  });

  it('sends a rating to Langfuse and stores it', async () => {
    const before = server.requests.length;
    await accepting(run('rateGood', trace));
    const sent = server.requests.slice(before).filter(({ path: url }) => url.endsWith('/api/public/ingestion'));
    assert.deepEqual(
      sent.map(({ status }) => status),
      [207],
    );
    const scores = `SELECT name, value, source FROM llm_scores WHERE trace_id = ? AND name = 'user_feedback'`;
    const stored = rows(`${scores} ORDER BY created_at DESC LIMIT 1`, trace.traceId);
    assert.deepEqual({ ...stored[0] }, { name: 'user_feedback', value: 1, source: 'API' });
  });

  it('opens a template, and two versions side by side', async () => {
    const [variant] = rows(
      `SELECT project_id, prompt_name, max(version) AS version FROM prompt_variants
       GROUP BY project_id, prompt_name HAVING count(*) > 1 LIMIT 1`,
    );
    assert.ok(variant);
    const prompt = { projectId: String(variant.project_id), prompt: String(variant.prompt_name) };
    await run('openPromptTemplate', { ...prompt, version: Number(variant.version) });
    assert.ok(activeText().length > 0);
    await accepting(run('diffPromptVersions', { ...prompt, version: Number(variant.version) }));
    const input = activeTab()?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    const versionOf = (uri: vscode.Uri): number => (JSON.parse(uri.query) as [string, string, number])[2];
    assert.equal(versionOf(input.modified), variant.version);
    assert.ok(versionOf(input.original) < versionOf(input.modified));
  });

  it('compares the two versions that are selected without asking', async () => {
    const [variant] = rows(
      `SELECT project_id, prompt_name, min(version) AS first, max(version) AS last FROM prompt_variants
       GROUP BY project_id, prompt_name HAVING count(*) > 2 LIMIT 1`,
    );
    assert.ok(variant);
    const prompt = { projectId: String(variant.project_id), prompt: String(variant.prompt_name) };
    const row = (version: unknown): object => ({ subject: { ...prompt, version: Number(version) } });
    const selection = [row(variant.last), row(variant.first)];
    await vscode.commands.executeCommand('langfuseMetrics.diffPromptVersions', selection[0], selection);
    const input = activeTab()?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    const versionOf = (uri: vscode.Uri): number => (JSON.parse(uri.query) as [string, string, number])[2];
    assert.deepEqual([input.original, input.modified].map(versionOf), [variant.first, variant.last]);
    await vscode.commands.executeCommand('langfuseMetrics.comparePromptVersions', selection[0], selection);
    await until(() => activeTab()?.input instanceof vscode.TabInputWebview, 'no panel is shown');
    assert.match(activeTab()?.label ?? '', /: versions$/);
  });

  it('opens the dashboard at what an alert is about', async () => {
    const range = { start: '2026-11-01T00:00:00.000Z', end: '2026-12-01T00:00:00.000Z' };
    await showAlert({ state: 'firing', title: 'Budget', scope: { range } } as AlertState);
    await until(() => activeTab()?.label === 'LLM metrics', 'no dashboard is shown');
    assert.ok(activeTab()?.input instanceof vscode.TabInputWebview);
  });

  it('rates nothing of a project that the keys are not of', async () => {
    const count = (): unknown => rows('SELECT count(*) AS n FROM llm_scores')[0]?.n;
    const [stored, sent] = [count(), server.requests.length];
    await accepting(run('rateBad', { ...trace, projectId: 'another-project' }));
    assert.equal(count(), stored);
    const ratings = server.requests.slice(sent).filter(({ path: url }) => url.endsWith('/api/public/ingestion'));
    assert.deepEqual(ratings, []);
  });
});
