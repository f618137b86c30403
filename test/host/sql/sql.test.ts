import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';

const run = async (command: string, ...args: unknown[]): Promise<unknown> =>
  vscode.commands.executeCommand(`langfuseMetrics.${command}`, ...args);

async function until<T>(read: () => T | Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await read();
    if (wanted(value)) {
      return value;
    }
    assert.ok(Date.now() < deadline, `still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Titles of all open tabs of our results. */
const resultTabs = (): string[] =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('langfuseMetrics.sql'))
    .map(({ label }) => label);

function editor(): vscode.TextEditor {
  const active = vscode.window.activeTextEditor;
  assert.ok(active, 'an editor has the focus');
  return active;
}

async function type(text: string): Promise<vscode.TextDocument> {
  const { document } = editor();
  const all = new vscode.Range(document.positionAt(0), document.positionAt(document.getText().length));
  assert.ok(await editor().edit((edit) => edit.replace(all, text)));
  return document;
}

async function invoke(name: string, input: object): Promise<string> {
  const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
}

describe('SQL on the metrics database', () => {
  let server: LangfuseServer;

  before(async () => {
    server = await startLangfuseServer({ end: Date.now(), days: 2, observations: 600 });
    await run('stopBackgroundExport');
    await run('setKeys', { baseUrl: server.url, publicKey: server.publicKey, secretKey: server.secretKey });
    await run('export');
  });
  after(() => server.close());
  afterEach(async () => {
    // An unsaved document would ask whether it may be closed.
    for (const document of vscode.workspace.textDocuments.filter(({ isUntitled }) => isUntitled)) {
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    }
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    // The next unsaved document would get the name, and the text, of one that is still being closed.
    await until(
      () => vscode.workspace.textDocuments.filter(({ isUntitled }) => isUntitled).length,
      (open) => open === 0,
    );
  });

  it('begins with a document of its own, whose statements can be run', async () => {
    await run('newQuery');
    const { document } = editor();
    assert.equal(document.languageId, 'sql');
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      10,
    );
    const commands = lenses.map(({ command }) => command?.command);
    assert.ok(commands.includes('langfuseMetrics.runStatement'), JSON.stringify(commands));
    await run('runStatement');
    await until(resultTabs, (tabs) => tabs.length === 1);
    assert.equal(editor().document, document, 'the focus stays where one types');
  });

  it('leaves SQL documents of others alone', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(folder);
    const file = path.join(folder, 'report.sql');
    await writeFile(file, 'SELECT 1');
    const document = await vscode.workspace.openTextDocument(file);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
    );
    assert.deepEqual(
      lenses.filter(({ command }) => command?.command === 'langfuseMetrics.runStatement'),
      [],
    );
  });

  it('marks what is wrong with a statement at its place, until it is changed', async () => {
    await run('newQuery');
    const document = await type('SELECT 1;\nSELECT id, missing_one\nFROM llm_traces;');
    editor().selection = new vscode.Selection(1, 3, 1, 3);
    await run('runStatement');
    const [problem] = await until(
      () => vscode.languages.getDiagnostics(document.uri),
      (problems) => problems.length === 1,
    );
    assert.match(problem?.message ?? '', /no such column: missing_one/);
    assert.equal(document.getText(problem?.range), 'missing_one');
    await type('SELECT 1');
    assert.deepEqual(vscode.languages.getDiagnostics(document.uri), []);
  });

  it('completes the columns of the table that a name stands for', async () => {
    await run('newQuery');
    const text = 'SELECT t. FROM llm_traces AS t';
    const document = await type(text);
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      new vscode.Position(0, 'SELECT t.'.length),
    );
    const names = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(names.includes('total_cost_usd'), names.join());
  });

  it('runs a named query in a document that shows its SQL', async () => {
    await run('runNamedQuery', 'cost-by-model');
    const text = editor().document.getText();
    assert.match(text, /^-- Langfuse metrics: /);
    assert.match(text, /FROM llm_generations/);
    const tabs = await until(resultTabs, (titles) => titles.length === 1);
    assert.match(tabs[0] ?? '', /^Results: /);
  });

  it('takes what another panel hands over, and runs it', async () => {
    await run('newQuery', { sql: 'SELECT count(*) FROM llm_traces' });
    const shown = (): string => vscode.window.visibleTextEditors.map(({ document }) => document.getText()).join('\n');
    await until(shown, (text) => text.includes('SELECT count(*) FROM llm_traces;'));
    await until(resultTabs, (titles) => titles.length === 1);
  });

  it('knows a saved query by its first line', async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
    assert.ok(folder);
    const file = path.join(folder, '.langfuse', 'queries', 'mine.sql');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, '-- Langfuse metrics: Mine\nSELECT 1 AS n;\n');
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file));
    await run('runStatement');
    const tabs = await until(resultTabs, (titles) => titles.length === 1);
    assert.deepEqual(tabs, ['Results: Mine']);
  });
});

describe('The tools of language models', () => {
  it('are known to the editor, each with what a model needs to choose it', () => {
    const ours = vscode.lm.tools.filter(({ name }) => name.startsWith('langfuse_'));
    assert.deepEqual(ours.map(({ name }) => name).sort(), [
      'langfuse_get_figures',
      'langfuse_get_schema',
      'langfuse_run_sql',
    ]);
    assert.ok(ours.every(({ description, inputSchema }) => description.length > 100 && inputSchema !== undefined));
  });

  it('say which model costs what, beside the period before', async () => {
    const text = await invoke('langfuse_get_figures', { topic: 'models', period: '7d' });
    const head = text.split('\n').find((line) => line.startsWith('provider\t')) ?? '';
    assert.match(head, /cost USD\tcost USD in the period before\tcost per 1000 calls USD/);
    const dearest = await invoke('langfuse_run_sql', {
      sql: 'SELECT model FROM llm_generations GROUP BY model ORDER BY sum(cost_usd) DESC LIMIT 1',
    });
    const model = dearest.split('\n').at(-1) ?? '';
    const first = text.split('\n')[text.split('\n').indexOf(head) + 1] ?? '';
    assert.equal(first.split('\t')[1], model);
    assert.match(text, /Exported until \d{4}-/);
  });

  it('answer every topic, and say what is wrong with a question', async () => {
    for (const topic of ['costs', 'prompts', 'agents', 'fallbacks', 'summary']) {
      assert.match(await invoke('langfuse_get_figures', { topic }), new RegExp(`^${topic}, \\d{4}-`));
    }
    await assert.rejects(invoke('langfuse_get_figures', { topic: 'prompt_comparison' }), /needs `prompt`/);
    await assert.rejects(
      invoke('langfuse_run_sql', { sql: 'DELETE FROM llm_traces' }),
      /Only a single statement that reads/,
    );
  });

  it('name the tables and their columns', async () => {
    assert.match(await invoke('langfuse_get_schema', {}), /llm_traces\tOne row a trace/);
    const one = await invoke('langfuse_get_schema', { tables: ['llm_scores'] });
    assert.match(one, /^SQLite\./);
    assert.doesNotMatch(one, /llm_generations\t/);
  });

  it('keep to the budget of tokens that they are given', async () => {
    const { content } = await vscode.lm.invokeTool('langfuse_run_sql', {
      input: { sql: 'SELECT id, name FROM llm_generations', maxRows: 200 },
      toolInvocationToken: undefined,
      tokenizationOptions: { tokenBudget: 500, countTokens: (text) => Promise.resolve(text.length) },
    });
    const [part] = content;
    assert.ok(part instanceof vscode.LanguageModelTextPart);
    assert.ok(part.value.length <= 500);
    assert.match(part.value, /more rows left out/);
  });
});
