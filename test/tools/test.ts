/**
 * `npm test`: every suite, one after another. `npm test -- --only unit,host` runs some,
 * `--grep TEXT` some tests of the mocha suites. The last line is "N passed, N failed".
 */
import { existsSync } from 'node:fs';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cleanEnvironment } from './cleanEnvironment.ts';
import { ensurePython, ensureSqliteShell } from './editor/systemPrograms.ts';
import { runHostSuite } from './host/browserHost.ts';
import type { Counts } from './mochaRun.ts';
import { packageExtension } from './vsix.ts';
import { root, run, runPackageBin, runTool, say, ToolError, type Outcome } from './shell.ts';

interface Suite {
  readonly name: string;
  /** Suites that must have run before. */
  readonly needs?: readonly string[];
  /** Null when there is nothing to run in this checkout. */
  run(grep: string | null): Promise<Counts | null>;
}

const langfuseFacts = path.join(root, '..', 'shared', 'langfuse');

/** A program that passes or fails as a whole counts as one. */
const check = (name: string, program: () => Promise<Outcome>): Suite => ({
  name,
  run: async () => {
    const { exitCode } = await program();
    return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  },
});

const suites: readonly Suite[] = [
  check('types', () => runPackageBin('tsc', ['--noEmit'])),
  check('types-web', () => runPackageBin('tsc', ['--noEmit', '-p', 'webview'])),
  check('types-webtest', () => runPackageBin('tsc', ['--noEmit', '-p', 'test/unit/webview'])),
  check('lint', () => runPackageBin('eslint', ['.'])),
  check('unused', () => runPackageBin('knip', ['--no-config-hints'])),
  check('format', () => runPackageBin('prettier', ['--check', '--log-level', 'warn', '.'])),
  check('build', () => run(process.execPath, ['esbuild.mjs', '--production'])),
  { name: 'package', needs: ['build'], run: () => packageCounts() },
  { name: 'unit', run: (grep) => mochaSuite('unit', 20_000, grep) },
  { name: 'integration', needs: ['build'], run: (grep) => mochaSuite('integration', 120_000, grep, 2) },
  { name: 'contract', run: contractSuite },
  { name: 'host', needs: ['build'], run: runHostSuite },
  { name: 'ui', needs: ['build'], run: (grep) => mochaSuite('ui', 120_000, grep) },
];

async function packageCounts(): Promise<Counts> {
  await packageExtension();
  return { passed: 1, failed: 0 };
}

async function contractSuite(grep: string | null): Promise<Counts | null> {
  if (!existsSync(langfuseFacts)) {
    say('Left out: recordings and the OpenAPI file of a Langfuse server are not beside this checkout.');
    return null;
  }
  return mochaSuite('contract', 120_000, grep);
}

/**
 * Runs test/NAME in processes of their own, side by side: much of what integration tests do is waiting.
 * The output of all but the first is shown when they have ended.
 */
async function mochaSuite(
  name: string,
  timeoutMilliseconds: number,
  grep: string | null,
  processes = 1,
): Promise<Counts> {
  const files: string[] = [];
  for await (const file of glob(`test/${name}/**/*.test.ts`, { cwd: root })) {
    files.push(path.join(root, file));
  }
  files.sort();
  if (name === 'integration') {
    await ensureSqliteShell();
    await ensurePython();
  }
  const options = ['--timeout', String(timeoutMilliseconds), ...(grep === null ? [] : ['--grep', grep])];
  const parts = Array.from({ length: processes }, (_, part) =>
    mochaProcess(
      files.filter((_, index) => index % processes === part),
      options,
      part > 0,
    ),
  );
  const counts = await Promise.all(parts);
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** A process that dies or hangs at the end is one failure more. */
async function mochaProcess(files: readonly string[], options: readonly string[], capture: boolean): Promise<Counts> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'langfuse-metrics-test-'));
  try {
    const results = path.join(folder, 'results.json');
    const program = path.join(root, 'test', 'tools', 'nodeSuite.ts');
    const { exitCode, output } = await run(
      process.execPath,
      ['--import', 'tsx', program, '--results', results, ...options, ...files],
      { env: cleanEnvironment(), capture },
    );
    process.stdout.write(output);
    const counts = await readFile(results, 'utf8').then(
      (text) => JSON.parse(text) as Counts,
      () => ({ passed: 0, failed: 0 }),
    );
    return exitCode === 0 || counts.failed > 0 ? counts : { ...counts, failed: counts.failed + 1 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A suite that finds no tests has lost them: that is a failure, unless `--grep` chose none of it. */
async function runSuite(suite: Suite, grep: string | null): Promise<Counts> {
  say(`\n── ${suite.name} ${'─'.repeat(70 - suite.name.length)}`);
  const startedAt = performance.now();
  const counts = await suite.run(grep).catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    return { passed: 0, failed: 1 };
  });
  if (counts === null) {
    return { passed: 0, failed: 0 };
  }
  const empty = counts.passed + counts.failed === 0 && grep === null;
  if (empty) {
    say(`The suite "${suite.name}" ran no tests.`);
  }
  const failed = empty ? 1 : counts.failed;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`${suite.name}: ${counts.passed} passed, ${failed} failed in ${seconds} s`);
  return { passed: counts.passed, failed };
}

function chosenSuites(only: string | undefined): readonly Suite[] {
  if (only === undefined) {
    return suites;
  }
  const names = new Set(only.split(','));
  const unknown = [...names].filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    throw new ToolError(`No suite ${unknown.join(', ')}. There are: ${suites.map((suite) => suite.name).join(', ')}.`);
  }
  for (const suite of suites) {
    if (names.has(suite.name)) {
      suite.needs?.forEach((name) => names.add(name));
    }
  }
  return suites.filter((suite) => names.has(suite.name));
}

await runTool(async () => {
  const { values } = parseArgs({ options: { only: { type: 'string' }, grep: { type: 'string' } } });
  const summary: string[] = [];
  let passed = 0;
  let failed = 0;
  for (const suite of chosenSuites(values.only)) {
    const counts = await runSuite(suite, values.grep ?? null);
    summary.push(`${suite.name.padEnd(12)}${counts.passed} passed, ${counts.failed} failed`);
    passed += counts.passed;
    failed += counts.failed;
  }
  console.log(`\n${summary.join('\n')}\n\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
