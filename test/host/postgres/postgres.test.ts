import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import type { Readable, Writable } from 'node:stream';
import pg from 'pg';
import * as vscode from 'vscode';
import type { ExportReport, MoveReport } from '../../../src/protocol/engine.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';

const run = async <T>(command: string, ...args: unknown[]): Promise<T | undefined> =>
  vscode.commands.executeCommand<T | undefined>(`langfuseMetrics.${command}`, ...args);

const setting = (name: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration('langfuseMetrics').update(name, value, vscode.ConfigurationTarget.Workspace);

interface Connection {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

interface Postgres {
  readonly connection: Connection;
  /** What a client of its own answers, past everything of the product. */
  sql(statement: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

async function startPostgres(): Promise<Postgres> {
  const root = process.env.HOST_TEST_ROOT ?? '';
  const script = path.join(root, 'test/integration/postgres/serverChild.ts');
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    process.env.HOST_TEST_NODE ?? 'node',
    ['--import', 'tsx', script],
    { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const connection = JSON.parse(line) as Connection;
  return {
    connection,
    sql: async (statement) => {
      const client = new pg.Client({ ...connection });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(statement)).rows;
      } finally {
        await client.end();
      }
    },
    stop: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

describe('PostgreSQL as the database of a folder', function () {
  this.timeout(120_000);
  let langfuse: LangfuseServer;
  let postgres: Postgres;
  const tables = (): Promise<Record<string, unknown>[]> =>
    postgres.sql(`SELECT 1 FROM pg_tables WHERE tablename LIKE 'llm%'`);
  const count = async (table: string): Promise<number> =>
    Number((await postgres.sql(`SELECT count(*) AS n FROM ${table}`))[0]?.n);

  before(async () => {
    langfuse = await startLangfuseServer({ end: Date.now(), days: 3, observations: 1000 });
    postgres = await startPostgres();
    await run('stopBackgroundExport');
    await setting('export.lookbackHours', 96);
    await setting('database.backend', 'postgres');
  });
  after(async () => {
    await run('cancelExport');
    await langfuse.close();
    await postgres.stop();
  });

  it('takes Langfuse keys before it is connected, and exports nowhere until it is', async () => {
    const { url: baseUrl, publicKey, secretKey } = langfuse;
    assert.equal(await run('setKeys', { baseUrl, publicKey, secretKey }), true);
    const asked = langfuse.requests.length;
    assert.equal(await run('export'), undefined);
    assert.equal(langfuse.requests.length, asked);
  });

  it('does not keep a connection that is refused or incomplete', async () => {
    assert.equal(await run('connectPostgres', { ...postgres.connection, password: 'wrong' }), undefined);
    assert.equal(await run('connectPostgres', { host: '127.0.0.1' }), undefined);
    assert.equal(await run('connectPostgres', { connectionString: 'http://127.0.0.1' }), undefined);
    assert.equal(await run('export'), undefined);
    assert.equal((await tables()).length, 0);
  });

  it('is connected once its tables are made, and gets the rows of the server', async () => {
    assert.equal(await run('connectPostgres', postgres.connection), true);
    assert.ok((await tables()).length > 0);
    assert.equal((await run<ExportReport>('export'))?.status, 'completed');
    const expected = langfuse.dataset.totals();
    assert.equal(await count('llm_traces'), expected.traces);
    assert.equal(await count('llm_generations'), expected.generations);
    assert.equal(await count('llm_scores'), expected.scores);
  });

  it('leaves no file in the folder, and no password in its settings', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file('/');
    assert.equal(existsSync(path.join(folder.fsPath, '.langfuse', 'llm_metrics.db')), false);
    const settings = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, '.vscode', 'settings.json'));
    assert.doesNotMatch(Buffer.from(settings).toString(), /password|s3cret|127\.0\.0\.1/);
  });

  it('moves what it holds to the file, and back, with nothing lost', async () => {
    const toFile = await run<MoveReport>('moveToSqlite', { days: null });
    assert.equal(toFile?.status, 'completed');
    const file = path.join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', '.langfuse', 'llm_metrics.db');
    const local = new DatabaseSync(file, { readOnly: true });
    const row = local.prepare('SELECT count(*) AS n, sum(cost_usd) AS cost FROM llm_generations').get();
    local.close();
    const expected = langfuse.dataset.totals();
    assert.equal(row?.n, expected.generations);
    assert.ok(Math.abs(Number(row.cost) - expected.costUsd) < 1e-6);
    await postgres.sql(`DELETE FROM llm_generations WHERE id IN (SELECT id FROM llm_generations LIMIT 5)`);
    const back = await run<MoveReport>('moveToPostgres', { days: null });
    assert.equal(back?.status, 'completed');
    assert.equal(await count('llm_generations'), expected.generations);
  });

  it('shows its runs, and goes back to a file when the setting does', async () => {
    const report = await run<ExportReport>('export');
    await run('showRunDetails', report?.runId);
    assert.match(vscode.window.activeTextEditor?.document.getText() ?? '', /State: Completed/);
    const before = await count('export_metadata');
    await setting('database.backend', 'sqlite');
    assert.equal((await run<ExportReport>('export'))?.status, 'completed');
    assert.equal(await count('export_metadata'), before);
  });
});
