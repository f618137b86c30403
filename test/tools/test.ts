/**
 * `npm test`: every suite, one after another. `npm test -- --only unit,host` runs some,
 * `--grep TEXT` some tests of the mocha suites. The last line is "N passed, N failed".
 */
import { existsSync } from 'node:fs';
import { glob, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cleanEnvironment } from './cleanEnvironment.ts';
import { failedOnce, passedOnce, readCounts, sum, type Counts } from './counts.ts';
import { ensurePython, ensureSqliteShell } from './editor/systemPrograms.ts';
import { runHostSuite } from './host/browserHost.ts';
import { intoLanes } from './lanes.ts';
import { packageExtension } from './vsix.ts';
import { root, run, runPackageBin, runTool, say, ToolError, type Outcome } from './shell.ts';

interface Suite {
  readonly name: string;
  /** Runs beside the others of its kind, two at a time; what it prints is shown when it has ended. */
  readonly beside?: boolean;
  /** Suites that must have run before. */
  readonly needs?: readonly string[];
  /** Null when there is nothing to run in this checkout. */
  run(grep: string | null): Promise<Counts | null>;
}

const langfuseFacts = path.join(root, '..', 'shared', 'langfuse');

/** Characters of what a program says at its end. */
const longestOutput = 4_000;

/** A program that passes or fails as a whole counts as one. */
const check = (name: string, program: () => Promise<Outcome>): Suite => ({
  name,
  beside: true,
  run: async () => {
    const { exitCode, output } = await program();
    process.stdout.write(output);
    return exitCode === 0
      ? passedOnce
      : failedOnce(`${name}: what it says of it stands above.\n${output.slice(-longestOutput)}`.trimEnd());
  },
});

const packageBin = (name: string, ...args: readonly string[]): Promise<Outcome> =>
  runPackageBin(name, args, { capture: true });

const suites: readonly Suite[] = [
  // The longest first, beside which the others run.
  check('lint', () => packageBin('eslint', '.')),
  check('types', () => packageBin('tsc', '--noEmit')),
  check('types-web', () => packageBin('tsc', '--noEmit', '-p', 'webview')),
  check('types-webtest', () => packageBin('tsc', '--noEmit', '-p', 'test/unit/webview')),
  check('unused', () => packageBin('knip', '--no-config-hints')),
  check('format', () => packageBin('prettier', '--check', '--log-level', 'warn', '.')),
  check('build', () => run(process.execPath, ['esbuild.mjs', '--production'], { capture: true })),
  { name: 'package', needs: ['build'], run: () => packageCounts() },
  { name: 'unit', run: (grep) => mochaSuite('unit', { timeout: 20_000, grep, lanes: 1 }) },
  // Much of what these do is waiting.
  {
    name: 'integration',
    needs: ['build'],
    run: (grep) => mochaSuite('integration', { timeout: 120_000, grep, lanes: 4 }),
  },
  { name: 'contract', run: contractSuite },
  { name: 'host', needs: ['build'], run: runHostSuite },
  { name: 'ui', needs: ['build'], run: (grep) => mochaSuite('ui', { timeout: 120_000, grep, lanes: 2 }) },
];

async function packageCounts(): Promise<Counts> {
  await packageExtension();
  return passedOnce;
}

async function contractSuite(grep: string | null): Promise<Counts | null> {
  if (!existsSync(langfuseFacts)) {
    say('Left out: recordings and the OpenAPI file of a Langfuse server are not beside this checkout.');
    return null;
  }
  return mochaSuite('contract', { timeout: 120_000, grep, lanes: 1 });
}

interface MochaSuiteOptions {
  /** Milliseconds for a test. */
  readonly timeout: number;
  readonly grep: string | null;
  /** Processes that run side by side. */
  readonly lanes: number;
}

/** Runs test/NAME in processes of their own. The output of all but the first is shown when they have ended. */
async function mochaSuite(name: string, { timeout, grep, lanes }: MochaSuiteOptions): Promise<Counts> {
  const files: string[] = [];
  for await (const file of glob(`test/${name}/**/*.test.ts`, { cwd: root })) {
    files.push(path.join(root, file));
  }
  if (name === 'integration') {
    await ensureSqliteShell();
    await ensurePython();
  }
  const options = ['--timeout', String(timeout), ...(grep === null ? [] : ['--grep', grep])];
  return sum(await Promise.all(intoLanes(files, lanes).map((lane, index) => mochaProcess(lane, options, index > 0))));
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
    const counts = await readCounts(results);
    const lingered = exitCode !== 0 && counts.failed === 0;
    return lingered ? sum([counts, failedOnce('A process of tests did not end by itself.')]) : counts;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A suite that finds no tests has lost them: that is a failure, unless `--grep` chose none of it. */
async function runSuite(suite: Suite, grep: string | null): Promise<Counts> {
  if (suite.beside !== true) {
    say(`\n── ${suite.name} ${'─'.repeat(70 - suite.name.length)}`);
  }
  const startedAt = performance.now();
  const counts = await suite.run(grep).catch((error: unknown) => {
    return failedOnce(`${suite.name}: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (counts === null) {
    return sum([]);
  }
  const empty = counts.passed + counts.failed === 0 && grep === null;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const ended = empty ? failedOnce(`The suite "${suite.name}" ran no tests.`) : counts;
  say(`${suite.name}: ${ended.passed} passed, ${ended.failed} failed in ${seconds} s`);
  return ended;
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

/** Suites in their order; those that run beside each other, two at a time. */
async function runSuites(chosen: readonly Suite[], grep: string | null): Promise<ReadonlyMap<Suite, Counts>> {
  const counts = new Map<Suite, Counts>();
  const work = async (queue: Suite[]): Promise<void> => {
    for (let suite = queue.shift(); suite !== undefined; suite = queue.shift()) {
      counts.set(suite, await runSuite(suite, grep));
    }
  };
  const checks = chosen.filter(({ beside }) => beside === true);
  await Promise.all([work(checks), work(checks)]);
  await work(chosen.filter(({ beside }) => beside !== true));
  return counts;
}

await runTool(async () => {
  const { values } = parseArgs({ options: { only: { type: 'string' }, grep: { type: 'string' } } });
  const counts = await runSuites(chosenSuites(values.only), values.grep ?? null);
  const summary = Array.from(
    counts,
    ([{ name }, { passed, failed }]) => `${name.padEnd(14)}${passed} passed, ${failed} failed`,
  );
  const { passed, failed, failures } = sum([...counts.values()]);
  console.log(`\n${[...failures, summary.join('\n')].join('\n\n')}\n\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
