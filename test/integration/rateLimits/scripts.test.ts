import assert from 'node:assert/strict';
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { rateLimitSnippet } from '../../../src/extension/rateLimits/rateLimitSnippets.ts';
import { writeLaunchers } from '../../../src/extension/terminal/launchers.ts';
import { clientVariables, pathVariable } from '../../../src/protocol/scripts.ts';
import { cliBundle } from '../cli/bundle.ts';
import { clientFolder, requirePython } from '../limiter/limiterProcess.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');

interface Status {
  readonly pools: readonly {
    readonly provider: string;
    readonly model: string;
    readonly open: number;
    readonly windows: readonly { readonly dimension: string; readonly window: string; readonly used: number }[];
  }[];
}

describe('a script in a terminal of the editor', () => {
  let folder: string;
  let bin: string;
  let environment: NodeJS.ProcessEnv;

  before(async function () {
    this.timeout(60_000);
    // What shells treat as special, as folders of people may be called.
    folder = mkdtempSync(path.join(os.tmpdir(), "lfm it's $HOME "));
    bin = path.join(folder, 'global storage', 'bin');
    await writeLaunchers(bin, { runtime: process.execPath, script: await cliBundle() });
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => {
    const workspace = mkdtempSync(path.join(folder, 'workspace '));
    mkdirSync(path.join(workspace, '.langfuse'));
    environment = {
      // No Node among them.
      PATH: [bin, '/usr/bin', '/bin'].join(path.delimiter),
      HOME: folder,
      [pathVariable]: path.join(workspace, '.langfuse', 'rate_limits.db'),
      [clientVariables.python]: clientFolder,
      [clientVariables.node]: pathToFileURL(path.join(root, 'src', 'client', 'rateLimit.ts')).href,
    };
  });

  const run = (program: string, args: readonly string[], env = environment): SpawnSyncReturns<string> =>
    spawnSync(program, args, { cwd: folder, env, encoding: 'utf8' });
  const used = (): Record<string, number> => {
    const { stdout, stderr } = run('langfuse-metrics', ['rate-limit', 'status', '--json']);
    assert.equal(stderr, '');
    const [pool] = (JSON.parse(stdout) as Status).pools;
    assert.deepEqual([pool?.provider, pool?.model, pool?.open], ["o'ai", 'm "1"', 0]);
    const minute = pool?.windows.filter(({ window }) => window === 'minute') ?? [];
    return Object.fromEntries(minute.map(({ dimension, used: amount }) => [dimension, amount]));
  };

  it('finds the command line on PATH, with its arguments and its exit code as they are', () => {
    const acquired = run('langfuse-metrics', ['rate-limit', 'acquire', '--provider', 'a b', '--model', '$m', '--json']);
    assert.equal(acquired.status, 0, acquired.stderr);
    assert.equal((JSON.parse(acquired.stdout) as { granted: boolean }).granted, true);
    assert.equal(run('langfuse-metrics', ['rate-limit', 'acquire']).status, 2);
  });

  it('starts programs under the limits that do not inherit what makes the editor a Node', () => {
    const args = ['rate-limit', 'run', '--provider', 'p', '--model', 'm', '--', 'env'];
    const { stdout, status } = run('langfuse-metrics', args);
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`^${pathVariable}=`, 'm'));
    assert.doesNotMatch(stdout, /ELECTRON_RUN_AS_NODE/);
  });

  it('keeps a launcher that is right, and replaces one of another version', async () => {
    const launcher = path.join(bin, 'langfuse-metrics');
    const { ino } = statSync(launcher);
    await writeLaunchers(bin, { runtime: process.execPath, script: await cliBundle() });
    assert.equal(statSync(launcher).ino, ino);
    const other = path.join(folder, 'other.cjs');
    writeFileSync(other, 'console.log("other", process.argv[2])');
    await writeLaunchers(bin, { runtime: process.execPath, script: other });
    assert.equal(run('langfuse-metrics', ['x']).stdout, 'other x\n');
    await writeLaunchers(bin, { runtime: process.execPath, script: await cliBundle() });
  });

  it('is limited by the Python snippet as it is copied', () => {
    const script = path.join(folder, 'snippet.py');
    writeFileSync(script, `ask = lambda: 321\n${rateLimitSnippet('python', "o'ai", 'm "1"')}`);
    const { status, stderr } = run(requirePython(), [script], { ...environment, PATH: process.env.PATH });
    assert.equal(status, 0, stderr);
    assert.deepEqual([used().requests, used().tokens], [1, 321]);
  });

  it('is limited by the TypeScript snippet as it is copied', () => {
    const script = path.join(folder, 'snippet.mts');
    writeFileSync(script, `const ask = async () => 321;\n${rateLimitSnippet('typescript', "o'ai", 'm "1"')}`);
    const tsx = pathToFileURL(path.join(root, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;
    const { status, stderr } = run(process.execPath, ['--import', tsx, script]);
    assert.equal(status, 0, stderr);
    assert.deepEqual([used().requests, used().tokens], [1, 321]);
  });

  it('is limited by the shell snippet as it is copied', () => {
    const ask = path.join(folder, 'ask.sh');
    writeFileSync(ask, '#!/bin/sh\necho \'{"usage": {"total_tokens": 321}}\'\n');
    chmodSync(ask, 0o755);
    const { status, stderr } = run('/bin/sh', ['-c', rateLimitSnippet('shell', "o'ai", 'm "1"')]);
    assert.equal(status, 0, stderr);
    assert.deepEqual([used().requests, used().tokens], [1, 321]);
  });
});
