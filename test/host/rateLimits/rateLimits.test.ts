import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { AcquireResult, LimiterStatus, ReportResult } from '../../../src/protocol/limiter.ts';

const run = async <T>(command: string, ...args: unknown[]): Promise<T> =>
  vscode.commands.executeCommand<T>(`langfuseMetrics.rateLimit.${command}`, ...args);

const folder = (): string => {
  const first = vscode.workspace.workspaceFolders?.[0];
  assert.ok(first, 'this case opens a folder');
  return first.uri.fsPath;
};
const home = (...names: string[]): string => path.join(folder(), '.langfuse', ...names);
const limits = async (text: string): Promise<void> => {
  await mkdir(home(), { recursive: true });
  await writeFile(home('rate-limits.json'), text);
};
const gpt = { provider: 'openai', model: 'gpt-4o' };

async function until<T>(look: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) {
      return found;
    }
    await sleep(50);
  }
}

/** Runs a line in a terminal of the editor, as a person would. @returns what it printed */
async function inTerminal(line: string): Promise<string> {
  const script = path.join(folder(), `line-${Date.now()}`);
  const output = `${script}.txt`;
  await writeFile(script, `${line}\n`);
  const terminal = vscode.window.createTerminal({ name: 'test', cwd: folder() });
  try {
    terminal.sendText(`sh ${script} > ${output}.part 2>&1; mv ${output}.part ${output}`);
    await until(() => existsSync(output));
    return await readFile(output, 'utf8');
  } finally {
    terminal.dispose();
    await rm(script);
    await rm(output, { force: true });
  }
}

describe('rate limits for other extensions and tasks', () => {
  before(() => vscode.extensions.getExtension('langfuse-metrics.langfuse-metrics')?.activate());
  beforeEach(() =>
    limits('{"limits":[{"provider":"openai","model":"gpt-4o","requests":{"minute":2},"tokens":{"minute":1000}}]}'),
  );
  afterEach(() => run('reset', gpt));

  it('takes a call, reports it and says what is left', async () => {
    const granted = await run<AcquireResult>('acquire', { ...gpt, tokens: 900 });
    assert.ok(granted.granted);
    assert.deepEqual(granted.remaining, { requests: { minute: 1 }, tokens: { minute: 100 } });
    const report = await run<ReportResult>('report', { reservation: granted.reservation, tokens: 400 });
    assert.deepEqual([report.settled, report.remaining.tokens], ['now', { minute: 600 }]);
  });

  it('refuses a call beyond the limits with what stands in its way', async () => {
    await run('acquire', gpt);
    await run('acquire', gpt);
    const refused = await run<AcquireResult>('acquire', gpt);
    assert.deepEqual(refused.granted ? null : refused.limitedBy, { dimension: 'requests', window: 'minute', limit: 2 });
  });

  it('tells the caller what is wrong with an argument or can never be', async () => {
    await assert.rejects(run('acquire', { provider: 'openai' }), /model/);
    await assert.rejects(run('acquire', { ...gpt, tokens: 1001 }), /1001|1,001|never/);
    await assert.rejects(run('report', { reservation: 'nobody' }));
  });

  it('counts in the file that scripts share', async () => {
    await run('acquire', { ...gpt, tokens: 5 });
    const { pools } = await run<LimiterStatus>('status', { provider: 'openai' });
    const used = pools[0]?.windows.find(({ dimension, window }) => dimension === 'tokens' && window === 'minute')?.used;
    assert.equal(used, 5);
    const database = new DatabaseSync(home('rate_limits.db'), { readOnly: true });
    const counters = database.prepare('SELECT count(*) AS n FROM rate_limit_counters').get();
    database.close();
    assert.ok(Number(counters?.n) > 0);
  });

  it('pauses a provider and lets it pass again', async () => {
    await run('acquire', gpt);
    await run('pause', { provider: 'openai' });
    const paused = await run<AcquireResult>('acquire', gpt);
    assert.equal(paused.granted ? null : paused.limitedBy.dimension, 'pause');
    await run('resume', { provider: 'openai' });
    assert.equal((await run<AcquireResult>('acquire', gpt)).granted, true);
  });

  it('copies a snippet for the model that is named', async () => {
    const snippet = await run<string>('copySnippet', { ...gpt, language: 'shell' });
    assert.match(snippet, /--provider 'openai' --model 'gpt-4o'/);
  });
});

describe('the limits file in the editor', () => {
  it('is made where there is none, and opened', async () => {
    await rm(home('rate-limits.json'), { force: true });
    const file = await run<string>('editLimits');
    assert.equal(vscode.window.activeTextEditor?.document.uri.fsPath, file);
    assert.match(await readFile(home('rate-limits.json'), 'utf8'), /"tier": "tier1"/);
    assert.equal(vscode.window.activeTextEditor.document.languageId, 'jsonc');
  });

  it('shows where it is wrong as it is typed, while the last good limits stay in force', async () => {
    await limits('{"limits":[{"provider":"openai","model":"gpt-4o","requests":{"minute":1}}]}');
    await run('reset', gpt);
    assert.equal((await run<AcquireResult>('acquire', gpt)).granted, true);
    await limits('{\n  "limits": [{ "provider": "openai", "tokns": 1 }]\n}');
    const uri = vscode.Uri.file(home('rate-limits.json'));
    const document = await vscode.workspace.openTextDocument(uri);
    // The editor has had it open, and reads what another program wrote when it hears of it.
    await until(() => document.getText().includes('tokns'));
    await run('editLimits', { line: 2, column: 3 });
    assert.deepEqual(vscode.window.activeTextEditor?.selection.start, new vscode.Position(1, 2));
    const ours = (): vscode.Diagnostic | undefined =>
      vscode.languages.getDiagnostics(uri).find(({ source }) => source === 'Langfuse Metrics');
    const diagnostic = await until(ours);
    assert.deepEqual(diagnostic.range.start, new vscode.Position(1, 37));
    assert.match(diagnostic.message, /tokns.*last good limits stay in force/);
    assert.equal((await run<AcquireResult>('acquire', gpt)).granted, false);
    const { problem } = await run<LimiterStatus>('status');
    assert.equal(problem?.line, 2);

    const edit = new vscode.WorkspaceEdit();
    edit.replace(uri, new vscode.Range(0, 0, 3, 0), '{ "limits": [] }\n');
    await vscode.workspace.applyEdit(edit);
    await until(() => ours() === undefined);
    await vscode.workspace.save(uri);
  });
});

describe('a terminal of the editor', () => {
  it('has the command line on PATH, for the limits that the view shows', async () => {
    await limits('{"limits":[{"provider":"openai","model":"gpt-4o","requests":{"minute":9}}]}');
    await run('reset', gpt);
    await run('acquire', gpt);
    const printed = await inTerminal('langfuse-metrics rate-limit status --provider openai --json');
    assert.deepEqual(
      (JSON.parse(printed) as LimiterStatus).pools.map(({ model, windows }) => [model, windows[0]?.used]),
      (await run<LimiterStatus>('status', { provider: 'openai' })).pools.map(({ model, windows }) => [
        model,
        windows[0]?.used,
      ]),
    );
    assert.equal((await inTerminal('echo "$LANGFUSE_METRICS_RATE_LIMITS_PATH"')).trim(), home('rate_limits.db'));
  });

  it('leaves terminals alone when the setting says so', async () => {
    const configuration = vscode.workspace.getConfiguration('langfuseMetrics');
    await configuration.update('terminal.helper', false, vscode.ConfigurationTarget.Workspace);
    await until(async () => (await inTerminal('echo "[$LANGFUSE_METRICS_RATE_LIMITS_PATH]"')).trim() === '[]');
    await configuration.update('terminal.helper', undefined, vscode.ConfigurationTarget.Workspace);
  });
});
