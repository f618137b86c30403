/**
 * The rate limiter against bare SQLite transactions, side by side, and its command line against an
 * empty Node: what one reservation costs in one process and in eight, with one caller in each and with
 * several, an `acquire` on the command line, a request to `serve --stdio`. Then the storm of the tests
 * with a million attempts. BENCH_ATTEMPTS changes that number.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { storm } from '../integration/limiter/storm.ts';
import { bundleProcess } from '../tools/processBundle.ts';
import type { Cost } from './limiter/costChild.ts';

const attempts = Number(process.env.BENCH_ATTEMPTS ?? 1_000_000);
const rounds = 7;
const leastRatio = 0.4;
const processes = 8;
/** Calls that a script has under way at the same time. */
const callers = 16;
const aimPerSecond = 15_000;
/** With eight processes, most of the time of either is spent on waiting for the lock. */
const leastSharedRatio = 0.3;
const mostExtraMs = 80;
const mostAnswerMs = 1;

const cli = path.join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const folder = mkdtempSync(path.join(os.tmpdir(), 'langfuse-metrics-bench-'));

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

function verdict(holds: boolean): string {
  if (!holds) {
    process.exitCode = 1;
  }
  return holds ? '' : '  ✗';
}

/** What the processes run. */
async function bundle(name: 'costChild' | 'limiterChild'): Promise<string> {
  const outfile = path.join(folder, `${name}.mjs`);
  await bundleProcess(path.join(import.meta.dirname, 'limiter', `${name}.ts`), outfile);
  return outfile;
}

/** What a process prints. */
async function output(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return text;
}

async function oneProcess(): Promise<void> {
  const args = [await bundle('costChild'), path.join(folder, 'one'), String(rounds)];
  const costs = JSON.parse(await output(args)) as readonly Cost[];
  const ratio = median(costs.map(({ ours, theirs }) => theirs / ours));
  const [ours, theirs] = [median(costs.map((cost) => cost.ours)), median(costs.map((cost) => cost.theirs))];
  console.log(
    `one process: ${ours.toFixed(0)} µs a reservation, bare ${theirs.toFixed(0)} µs, ` +
      `ratio ${ratio.toFixed(2)} (at least ${leastRatio})${verdict(ratio >= leastRatio)}`,
  );
}

/** Reservations a second of eight processes together, each with so many callers at the same time. */
async function together(kind: 'limiter' | 'bare', each: number, child: string): Promise<number> {
  const seconds = 3;
  const from = Date.now() + 2500;
  const args = [child, kind, path.join(folder, 'eight'), String(from), String(from + seconds * 1000), String(each)];
  const counts = await Promise.all(Array.from({ length: processes }, async () => Number(await output(args))));
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
}

async function eightProcesses(): Promise<void> {
  const child = await bundle('limiterChild');
  const runs: { bare: number; one: number; many: number }[] = [];
  for (let round = 0; round < 3; round += 1) {
    runs.push({
      bare: await together('bare', 1, child),
      one: await together('limiter', 1, child),
      many: await together('limiter', callers, child),
    });
  }
  const best = (kind: 'bare' | 'one' | 'many'): number => Math.max(...runs.map((run) => run[kind]));
  const ratio = median(runs.map(({ one, bare }) => one / bare));
  console.log(
    `${processes} processes, one caller in each: ${best('one').toFixed(0)} reservations/s together, ` +
      `bare ${best('bare').toFixed(0)}, ratio ${ratio.toFixed(2)} ` +
      `(at least ${leastSharedRatio})${verdict(ratio >= leastSharedRatio)}`,
  );
  const manyRatio = median(runs.map(({ many, bare }) => many / bare));
  // Where eight bare transactions do not reach it, the machine has too little to give, or others use it.
  const least = Math.min(aimPerSecond, best('bare'));
  console.log(
    `${processes} processes, ${callers} callers in each: ${best('many').toFixed(0)} reservations/s together ` +
      `(at least ${aimPerSecond}, or as many as bare ones), ${manyRatio.toFixed(2)} times the bare` +
      verdict(best('many') >= least),
  );
}

function milliseconds(args: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(stderr);
  }
  return performance.now() - began;
}

function commandLine(): void {
  const workspace = path.join(folder, 'cli');
  mkdirSync(path.join(workspace, '.langfuse'), { recursive: true });
  writeFileSync(
    path.join(workspace, '.langfuse', 'rate-limits.json'),
    '{"limits":[{"provider":"openai","model":"gpt-4o-mini","requests":{"minute":100000}}]}',
  );
  const acquire = ['rate-limit', 'acquire', '--provider', 'openai', '--model', 'gpt-4o-mini', '--json'];
  const args = [cli, ...acquire, '--workspace', workspace];
  milliseconds(args);
  const pairs = Array.from({ length: 15 }, () => ({ ours: milliseconds(args), empty: milliseconds(['-e', '0']) }));
  const extra = median(pairs.map(({ ours, empty }) => ours - empty));
  const empty = median(pairs.map((pair) => pair.empty));
  console.log(
    `acquire on the command line: ${extra.toFixed(0)} ms more than node -e 0, which takes ${empty.toFixed(0)} ms ` +
      `(at most ${mostExtraMs})${verdict(extra <= mostExtraMs)}`,
  );
}

async function stdio(): Promise<void> {
  const args = [cli, 'rate-limit', 'serve', '--stdio', '--workspace', path.join(folder, 'cli')];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const times: number[] = [];
  for (let id = 0; id < 3000; id += 1) {
    const began = performance.now();
    child.stdin.write(`{"id":${id},"op":"acquire","provider":"openai","model":"gpt-4o-mini","tokens":900}\n`);
    await answers.next();
    times.push(performance.now() - began);
  }
  child.stdin.end();
  await once(child, 'close');
  const answer = median(times);
  console.log(
    `serve --stdio: ${answer.toFixed(2)} ms an answer (at most ${mostAnswerMs})${verdict(answer <= mostAnswerMs)}`,
  );
}

async function manyAttempts(): Promise<void> {
  const began = performance.now();
  const { grants, kills, fullest, used, ...told } = await storm({ attempts, speed: 20, killEveryMs: 3000 });
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `storm: ${told.attempts} attempts of 8 processes in ${seconds.toFixed(0)} s, ${kills} killed, ${grants} granted; ` +
      `the fullest minute held ${(100 * fullest).toFixed(2)} % (at most 100), ` +
      `${(100 * used).toFixed(1)} % of the limits was used (at least 98)${verdict(fullest <= 1 && used >= 0.98)}`,
  );
}

try {
  await oneProcess();
  await eightProcesses();
  commandLine();
  await stdio();
  await manyAttempts();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
