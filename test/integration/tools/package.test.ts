import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve('.');

describe('the packed extension', () => {
  let folder: string;
  let files: readonly string[];
  before(function () {
    this.timeout(120_000);
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
      /^(dist\/(extension\/)?[\w-]+\.(js|json|wasm)|dist\/types\/\w+\/\w+\.d\.ts|dist\/webview\/[\w-]+\.(js|css)|media\/.+|package\.json|package\.nls(\.\w+)?\.json|(README|CHANGELOG)\.md|LICENSE)$/;
    assert.deepEqual(
      files.filter((file) => !wanted.test(file)),
      [],
    );
    for (const file of [
      'dist/extension.js',
      'dist/worker.js',
      'dist/pageWorker.js',
      'dist/cli.js',
      'dist/limiterWorker.js',
      'dist/rateLimit.js',
      'dist/types/client/rateLimit.d.ts',
      'dist/sql-wasm.wasm',
      'media/python/langfuse_rate_limit.py',
      'package.nls.fr.json',
    ]) {
      assert.ok(files.includes(file), `${file} is missing`);
    }
  });

  it('reads neither zod, Kysely, sql.js nor an SDK in the editor’s own process', () => {
    const texts = (wanted: RegExp): string[] =>
      files.filter((file) => wanted.test(file)).map((file) => readFileSync(path.join(root, file), 'utf8'));
    const [worker = ''] = texts(/^dist\/worker\.js$/);
    const extension = texts(/^dist\/(extension\/.+|extension)\.js$/);
    for (const mark of ['"ZodError"', 'kysely_migration', 'sql-wasm.js', 'X-Langfuse-Sdk']) {
      assert.ok(worker.includes(mark), `${mark} tells nothing`);
      assert.ok(!extension.some((text) => text.includes(mark)), mark);
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

  it('is a package that scripts import the rate limiter from, with its types', function () {
    this.timeout(120_000);
    const project = path.join(folder, 'project');
    const installed = path.join(project, 'node_modules', 'langfuse-metrics');
    for (const file of files) {
      mkdirSync(path.dirname(path.join(installed, file)), { recursive: true });
      cpSync(path.join(root, file), path.join(installed, file));
    }
    const script = path.join(project, 'script.mts');
    writeFileSync(
      script,
      `import { openRateLimiter } from 'langfuse-metrics/rate-limit';
const limiter = await openRateLimiter({ path: 'limits.db' });
const call = await limiter.acquire({ provider: 'p', model: 'm', tokens: 5 });
const left: number | undefined = call.granted ? call.remaining.tokens?.minute : call.retryAfterMs;
// @ts-expect-error: the types know what a call has
console.log(call.granted, left, call.nothing);
await limiter.close();
`,
    );
    const program = ts.createProgram([script], {
      module: ts.ModuleKind.NodeNext,
      target: ts.ScriptTarget.ESNext,
      strict: true,
      noEmit: true,
      types: ['node'],
      typeRoots: [path.join(root, 'node_modules', '@types')],
    });
    const messages = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
    assert.deepEqual(messages, []);
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], { cwd: project, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal(stdout, 'true undefined undefined\n');
    assert.ok(existsSync(path.join(project, 'limits.db')));
  });
});
