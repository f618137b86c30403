import { spawn, spawnSync, type SpawnOptions } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout that these tools belong to. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A failure whose message tells the reader what to do: shown without a stack trace. */
export class ToolError extends Error {}

let interrupt = (): void => {
  process.exit(130);
};

/** Resolves at Ctrl+C or a polite kill, which until this is called ends a tool at once. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    interrupt = resolve;
  });
}

/**
 * Runs the main function of a tool; its result is the exit code. Signals end the tool by way of
 * process.exit, so that "exit" listeners end the servers it started.
 */
export async function runTool(main: () => Promise<number>): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interrupt();
    });
  }
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof ToolError)) {
      throw error;
    }
    say(error.message);
    process.exitCode = 1;
  }
}

export interface Outcome {
  /** 128 + the signal's number when a signal ended the process, as shells count. */
  readonly exitCode: number;
  /** What it wrote to standard output, when that was captured. */
  readonly output: string;
}

/** Progress of the tools goes to stderr: stdout belongs to the tests and programs they run. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

type RunOptions = SpawnOptions & {
  /** Keeps standard output for the caller instead of showing it. */
  readonly capture?: boolean;
};

/** Runs a program to its end, its output on ours. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const { capture = false, ...rest } = options;
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', capture ? 'pipe' : 'inherit', 'inherit'],
    ...rest,
  });
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve({ exitCode: code ?? 128, output });
    });
  });
}

/** A program of node_modules/.bin under the Node that runs this. */
export function runPackageBin(name: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const suffix = process.platform === 'win32' ? '.cmd' : '';
  const program = path.join(root, 'node_modules', '.bin', `${name}${suffix}`);
  return run(program, args, { shell: suffix !== '', ...options });
}

/** Runs npm, its output on stderr. */
export async function npm(args: readonly string[], cwd: string): Promise<boolean> {
  const script = process.env.npm_execpath;
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const stdio: SpawnOptions['stdio'] = ['ignore', 2, 2];
  const { exitCode } = script?.endsWith('.js')
    ? await run(process.execPath, [script, ...args, ...quiet], { cwd, stdio })
    : await run('npm', [...args, ...quiet], { cwd, stdio, shell: process.platform === 'win32' });
  return exitCode === 0;
}

/** True when `program` runs: being found is not enough, some systems ship stubs. */
export function runs(program: string, args: readonly string[] = ['--version']): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}
