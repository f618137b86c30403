import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as vscode from 'vscode';
import type { ExportReport } from '../../../src/protocol/engine.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';

const run = async <T>(command: string, ...args: unknown[]): Promise<T | undefined> =>
  vscode.commands.executeCommand<T | undefined>(`langfuseMetrics.${command}`, ...args);

const folder = (): string => {
  const first = vscode.workspace.workspaceFolders?.[0];
  assert.ok(first, 'this case opens a folder');
  return first.uri.fsPath;
};
const databaseFile = (): string => path.join(folder(), '.langfuse', 'llm_metrics.db');

function readNumber(sql: string): number {
  const database = new DatabaseSync(databaseFile(), { readOnly: true });
  try {
    return Number(Object.values(database.prepare(sql).get() ?? {})[0]);
  } finally {
    database.close();
  }
}

const setting = (name: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration('langfuseMetrics').update(name, value, vscode.ConfigurationTarget.Workspace);

describe('an export from the editor', () => {
  let server: LangfuseServer;
  let other: LangfuseServer;
  const keys = (): Record<string, string> => ({
    baseUrl: server.url,
    publicKey: server.publicKey,
    secretKey: server.secretKey,
  });

  before(async () => {
    server = await startLangfuseServer({ end: Date.now(), days: 3, observations: 3000 });
    other = await startLangfuseServer({ end: Date.now(), days: 3, observations: 10 });
    await run('stopBackgroundExport');
    await setting('export.lookbackHours', 96);
  });
  after(async () => {
    await server.close();
    await other.close();
  });

  it('does nothing without keys', async () => {
    assert.equal(await run('export'), undefined);
    assert.equal(server.requests.length, 0);
  });

  it('does not store keys that the server refuses', async () => {
    assert.equal(await run('setKeys', { ...keys(), secretKey: 'sk-lf-wrong' }), undefined);
    const tried = server.requests.length;
    assert.ok(tried > 0);
    assert.equal(await run('export'), undefined);
    assert.equal(server.requests.length, tried);
  });

  it('does not take keys that are incomplete', async () => {
    assert.equal(await run('setKeys', { baseUrl: server.url, publicKey: 'pk-lf-x' }), undefined);
    assert.equal(await run('setKeys', { ...keys(), baseUrl: 'file:///etc' }), undefined);
  });

  it('writes the rows of the server into the database of the folder', async () => {
    assert.equal(await run('setKeys', keys()), true);
    const report = await run<ExportReport>('export');
    assert.equal(report?.status, 'completed');
    const expected = server.dataset.totals();
    assert.equal(readNumber('SELECT count(*) FROM llm_traces'), expected.traces);
    assert.equal(readNumber('SELECT count(*) FROM llm_generations'), expected.generations);
    assert.equal(readNumber('SELECT count(*) FROM llm_spans'), expected.spans);
    assert.equal(readNumber('SELECT count(*) FROM llm_events'), expected.events);
    assert.equal(readNumber('SELECT count(*) FROM llm_scores'), expected.scores);
    const cost = readNumber('SELECT sum(cost_usd) FROM llm_generations');
    assert.ok(Math.abs(cost - expected.costUsd) < 1e-6, `${cost} USD, expected ${expected.costUsd}`);
  });

  it('sends the keys nowhere else, whatever files and settings of the workspace say', async () => {
    const env = `LANGFUSE_BASE_URL=${other.url}\nLANGFUSE_HOST=${other.url}\n`;
    await writeFile(path.join(folder(), '.env'), env);
    await mkdir(path.join(folder(), '.vscode'), { recursive: true });
    await setting('export.plan', 'selfHosted');
    const before = server.requests.length;
    assert.equal((await run<ExportReport>('export'))?.status, 'completed');
    assert.ok(server.requests.length > before);
    assert.equal(other.requests.length, 0);
    await rm(path.join(folder(), '.env'));
  });

  it('names the setting that is wrong', async () => {
    await setting('export.overlapHours', -1);
    assert.equal(await run('export'), undefined);
    await setting('export.overlapHours', undefined);
  });

  it('is cancelled by command, keeps what it has, and goes on later', async () => {
    await rm(path.join(folder(), '.langfuse'), { recursive: true });
    server.setFaults([{ kind: 'hang', path: '/api/public/v3/scores', every: 1 }]);
    const running = run<ExportReport>('export');
    await until(() => server.requests.some(({ path: url, status }) => url.endsWith('/v3/scores') && status === 0));
    await run('cancelExport');
    assert.equal((await running)?.status, 'cancelled');
    server.setFaults([]);
    assert.equal((await run<ExportReport>('export'))?.status, 'completed');
    assert.equal(readNumber('SELECT count(*) FROM llm_generations'), server.dataset.totals().generations);
  });

  it('runs once at a time: a second command joins the first', async () => {
    const [first, second] = await Promise.all([run<ExportReport>('export'), run<ExportReport>('export')]);
    assert.equal(first?.status, 'completed');
    assert.equal(second?.runId, first.runId);
  });

  it('opens the details of a run as a document', async () => {
    const report = await run<ExportReport>('export');
    await run('showRunDetails', report?.runId);
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /State: Completed/);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
