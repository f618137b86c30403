import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve('.');

describe('the packed extension', () => {
  let folder: string;
  let files: readonly string[];
  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'langfuse-metrics-package-'));
    const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
    const { stdout } = spawnSync(process.execPath, [vsce, 'ls', '--no-dependencies'], { cwd: root, encoding: 'utf8' });
    files = stdout.trim().split('\n');
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('holds what runs and what is read in the editor, and nothing else', () => {
    const wanted =
      /^(dist\/[\w-]+\.(js|json|wasm)|dist\/webview\/(chunks\/)?[\w-]+\.(js|css)|media\/.+|package\.json|package\.nls(\.\w+)?\.json|(README|CHANGELOG)\.md|LICENSE)$/;
    assert.deepEqual(
      files.filter((file) => !wanted.test(file)),
      [],
    );
    for (const file of [
      'dist/extension.js',
      'dist/worker.js',
      'dist/pageWorker.js',
      'dist/cli.js',
      'dist/sql-wasm.wasm',
      'package.nls.fr.json',
    ]) {
      assert.ok(files.includes(file), `${file} is missing`);
    }
  });

  it('runs its command line where no package is installed', () => {
    const installed = path.join(folder, 'extension');
    for (const file of files) {
      mkdirSync(path.dirname(path.join(installed, file)), { recursive: true });
      cpSync(path.join(root, file), path.join(installed, file));
    }
    const workspace = path.join(folder, 'workspace');
    mkdirSync(workspace);
    const cli = path.join(installed, 'dist', 'cli.js');
    const { status, stderr } = spawnSync(process.execPath, [cli, 'setup', '--workspace', workspace], {
      cwd: workspace,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.ok(existsSync(path.join(workspace, '.langfuse', 'llm_metrics.db')));
  });
});
