import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { threadMilliseconds } from '../../tools/host/threadTime.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';

const run = async <T>(command: string, ...args: unknown[]): Promise<T | undefined> =>
  vscode.commands.executeCommand<T | undefined>(`langfuseMetrics.${command}`, ...args);

const setting = (name: string, value: unknown): Thenable<void> =>
  vscode.workspace.getConfiguration('langfuseMetrics').update(name, value, vscode.ConfigurationTarget.Workspace);

function fileUri(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'this case opens a folder');
  return vscode.Uri.joinPath(folder.uri, name);
}

async function open(name: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(fileUri(name)));
}

/** Lines and titles, as the editor would draw them; narrow spaces as plain ones. */
async function lenses(uri: vscode.Uri): Promise<[number, string][]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', uri, 100);
  return found
    .map(({ range, command }): [number, string] => [range.start.line, (command?.title ?? '').replaceAll('\u202f', ' ')])
    .toSorted(([a], [b]) => a - b);
}

async function until<T>(read: () => T | Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const value = await read();
    if (wanted(value)) {
      return value;
    }
    assert.ok(Date.now() < deadline, `still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** For lenses of a file of 5,000 lines. */
const mostMilliseconds = 15;

/** A wrapper without a label. */
const withoutLabel = 'def load_prompt(name):\n    return get_client().get_prompt(name)\n';

describe('lenses on prompts', () => {
  let server: LangfuseServer;

  before(async () => {
    server = await startLangfuseServer({ end: Date.now(), days: 3, observations: 3000 });
    await run('stopBackgroundExport');
    await setting('export.lookbackHours', 96);
  });
  after(() => server.close());

  it('stand above the uses before anything was exported, and say that', async () => {
    const { document } = await open('app.py');
    const shown = await until(
      () => lenses(document.uri),
      (found) => found.length === 4,
    );
    assert.deepEqual(shown, [
      [7, 'code-review/find-bugs · not synced yet'],
      [12, 'nobody-made-this · not synced yet'],
      [12, 'sql-writer · not synced yet'],
      [16, 'support-chat · not synced yet'],
    ]);
  });

  it('say how the prompts do once they are exported', async () => {
    await run('setKeys', { baseUrl: server.url, publicKey: server.publicKey, secretKey: server.secretKey });
    await run('export');
    const uri = fileUri('app.py');
    const shown = await until(
      () => lenses(uri),
      ([first]) => first !== undefined && !first[1].includes('not synced'),
    );
    assert.match(
      shown[0]?.[1] ?? '',
      /^code-review\/find-bugs · production v5 · (\d+ % ok.* \(\d+\/\d+, 7 d\)|\d+ of \d+ ok \(7 d\))( · \$[\d.]+ a call)?$/,
    );
    assert.deepEqual(shown.slice(1), [
      [12, 'nobody-made-this · not in Langfuse'],
      [12, 'sql-writer · no version 99'],
      [16, 'support-chat · label tenant-7 not set'],
    ]);
  });

  it('list what Langfuse does not have as information, not as a mistake', async () => {
    const problems = await until(
      () => vscode.languages.getDiagnostics(fileUri('app.py')),
      (found) => found.length === 3,
    );
    assert.deepEqual(
      problems.map(({ message, severity, range }) => [range.start.line, message, severity]),
      [
        [12, 'Langfuse has no prompt nobody-made-this.', vscode.DiagnosticSeverity.Information],
        [12, 'The prompt sql-writer has no version 99.', vscode.DiagnosticSeverity.Information],
        [16, 'No version of the prompt support-chat has the label tenant-7.', vscode.DiagnosticSeverity.Information],
      ],
    );
  });

  it('show the versions and the template when the pointer rests on a name', async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      fileUri('app.py'),
      new vscode.Position(7, 40),
    );
    const text = hovers
      .flatMap(({ contents }) => contents.map((part) => (part as vscode.MarkdownString).value))
      .join('');
    assert.match(text, /production is v5/);
    assert.match(text, /You review \{\{language\}\} code/);
    assert.match(text, /\| v5 production \|/);
    assert.match(text, /comparePromptVersions/);
  });

  it('move with the text at once, and stay while it does not parse', async () => {
    const editor = await open('app.py');
    const { document } = editor;
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '# one\n# two\n'));
    assert.deepEqual(
      (await lenses(document.uri)).map(([line]) => line),
      [9, 14, 14, 18],
    );
    await editor.edit((edit) => edit.insert(new vscode.Position(2, 0), 'def broken(:\n    x = (\n'));
    for (let round = 0; round < 12; round += 1) {
      assert.equal((await lenses(document.uri)).length, 4);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await editor.edit((edit) => edit.delete(new vscode.Range(0, 0, 4, 0)));
    await document.save();
  });

  it('follow a wrapper whose file changes', async () => {
    const wrapper = await open('lib/load.py');
    await wrapper.edit((edit) => edit.replace(new vscode.Range(3, 0, 4, 100), withoutLabel));
    await wrapper.document.save();
    const { document } = await open('app.py');
    await until(
      () => lenses(document.uri),
      (found) => (found[3]?.[1] ?? '').includes('support-chat · production v2'),
    );
  });

  it('delay nobody who types in a long file that is known', async () => {
    const uri = fileUri('long.py');
    const filler = Array.from(
      { length: 1000 },
      (_, index) => `def f${index}(a):\n    b = a + ${index}\n    return b\n\n`,
    );
    const text = `from langfuse import get_client\n\nlangfuse = get_client()\n${filler.join('\n')}\nlangfuse.get_prompt("translate")\n`;
    await writeFile(uri.fsPath, text);
    const editor = await open('long.py');
    const { document } = editor;
    assert.ok(document.lineCount >= 5000);
    await until(
      () => lenses(uri),
      (found) => found.length === 1,
    );
    const line = document.lineCount - 2;
    const spent: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      await editor.edit((edit) => edit.insert(new vscode.Position(3, 0), '# typed\n'));
      const before = threadMilliseconds();
      const found = await lenses(uri);
      spent.push(threadMilliseconds() - before);
      assert.deepEqual(
        found.map(([at]) => at),
        [line + round + 1],
      );
    }
    // Of the whole extension host, the editor's own part of the question included.
    const least = Math.min(...spent);
    console.log(`      ${document.lineCount} lines: ${least.toFixed(1)} ms of CPU time`);
    assert.ok(least < mostMilliseconds, `${spent.map((milliseconds) => milliseconds.toFixed(1)).join(', ')} ms`);
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  it('stand in the cells of a notebook, where the cells above count', async () => {
    const code = (text: string): vscode.NotebookCellData =>
      new vscode.NotebookCellData(vscode.NotebookCellKind.Code, text, 'python');
    const notebook = await vscode.workspace.openNotebookDocument(
      'jupyter-notebook',
      new vscode.NotebookData([
        code('%pip install langfuse\nfrom langfuse import Langfuse\nlf = Langfuse()'),
        code('# the prompt\nlf.get_prompt("translate")'),
      ]),
    );
    const cell = notebook.cellAt(1).document.uri;
    await vscode.window.showNotebookDocument(notebook);
    await vscode.workspace.openTextDocument(cell);
    const shown = await until(
      () => lenses(cell),
      (found) => found.length === 1,
    );
    assert.deepEqual(
      shown.map(([line, title]) => [line, title.split(' · ')[0]]),
      [[1, 'translate']],
    );
  });

  it('disappear by the setting, for one prompt or for all', async () => {
    const { document } = await open('app.py');
    await run('hidePromptLens', { prompt: 'sql-writer' });
    await until(
      () => lenses(document.uri),
      (found) => found.length === 3,
    );
    await setting('codeLens.enabled', false);
    await until(
      () => lenses(document.uri),
      (found) => found.length === 0,
    );
    await setting('codeLens.enabled', undefined);
    await until(
      () => lenses(document.uri),
      (found) => found.length === 3,
    );
  });

  it('are found all over the workspace by a command', async () => {
    assert.equal(await run('findPromptUses'), 5);
    assert.equal(await run('findPromptUses', { prompt: 'translate' }), 1);
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  });
});
