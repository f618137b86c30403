import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { openLimiter } from '../../../src/engine/limiter/openLimiter.ts';
import { silentLog } from '../../../src/engine/ports.ts';
import { CrowdClock, type CrowdTime } from './crowdClock.ts';
import { clientFolder, requirePython } from './limiterProcess.ts';
import { bundleProcess } from '../../tools/processBundle.ts';

/** What a process of the crowd is to do; the same for all but for the log. */
export interface CrowdTask extends CrowdTime {
  readonly job: 'storm' | 'line' | 'work';
  readonly database: string;
  readonly log: string;
  /** Tokens of each call of `work`, before and after. */
  readonly estimate: number;
  readonly used: number;
  readonly leaseSeconds: number;
}

/** Processes that use one rate limit database at the same time, half of them Node and half Python. */
export class Crowd {
  readonly folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'limiter-crowd-')), '.langfuse');
  readonly #task: Omit<CrowdTask, 'log'>;
  readonly #logs: string[] = [];
  readonly #failures: string[] = [];
  #children: ChildProcess[] = [];

  constructor(task: Pick<CrowdTask, 'job'> & Partial<CrowdTask>) {
    mkdirSync(this.folder);
    const database = path.join(this.folder, 'rate_limits.db');
    const given = { began: Date.UTC(2026, 10, 23, 12), speed: 1, estimate: 0, used: 0, leaseSeconds: 600, ...task };
    this.#task = { ...given, database, beganNs: String(process.hrtime.bigint()) };
  }

  get database(): string {
    return this.#task.database;
  }

  limit(...limits: readonly object[]): void {
    writeFileSync(path.join(this.folder, 'rate-limits.json'), JSON.stringify({ limits }));
  }

  /** Starts `count` processes and waits until each of them has begun. */
  async start(count: number): Promise<void> {
    await bundleProcess(path.join(import.meta.dirname, 'crowdChild.ts'), this.#bundle);
    this.#children = Array.from({ length: count }, (_, index) => this.#spawn(index));
    while (this.lines('ready').length < count) {
      this.#requireNoFailure();
      await pause(20);
    }
  }

  /** Kills one, wherever it may be in its work, and starts another in its place. */
  killOne(): void {
    const index = Math.floor(Math.random() * this.#children.length);
    this.#children[index]?.kill('SIGKILL');
    this.#children[index] = this.#spawn(index);
  }

  /** Lets all of them finish. @throws when one failed by itself */
  async end(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        child.stdin?.end();
        if (child.exitCode === null && child.signalCode === null) {
          await once(child, 'exit');
        }
      }),
    );
    this.#requireNoFailure();
  }

  /** What the processes have logged under a word, without it, for each process ever started. */
  linesByProcess(word: string): string[][][] {
    return this.#logs.map((log) =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith(`${word} `) || line === word)
        .map((line) => line.split(' ').slice(1)),
    );
  }

  lines(word: string): string[][] {
    return this.linesByProcess(word).flat();
  }

  /** Fills the queue. */
  async schedule(items: number, tokens: number): Promise<void> {
    const limiter = await openLimiter({ path: this.database, log: silentLog, clock: new CrowdClock(this.#task) });
    for (let item = 0; item < items; item += 1) {
      await limiter.schedule({ provider: 'acme', model: 'queued', id: `item-${item}`, tokens, maxAttempts: 100 });
    }
    await limiter.close();
  }

  /** Runs SQL as any other program would. */
  sql(statement: string): Record<string, unknown>[] {
    using database = new DatabaseSync(this.database, { timeout: 20_000 });
    return database.prepare(statement).all();
  }

  remove(): void {
    this.#children.forEach((child) => child.kill('SIGKILL'));
    rmSync(path.dirname(this.folder), { recursive: true, force: true, maxRetries: 5 });
  }

  get #bundle(): string {
    return path.join(path.dirname(this.folder), 'crowdChild.mjs');
  }

  #spawn(index: number): ChildProcess {
    const log = path.join(this.folder, `crowd-${this.#logs.length}.log`);
    writeFileSync(log, '');
    this.#logs.push(log);
    const task = JSON.stringify({ ...this.#task, log });
    const [program, ...args] =
      index % 2 === 0
        ? [process.execPath, this.#bundle, task]
        : [requirePython(), path.join(import.meta.dirname, 'crowdChild.py'), clientFolder, task];
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    let errors = '';
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    child.on('close', (code) => {
      if (code !== 0 && code !== null) {
        this.#failures.push(`${path.basename(program)}: ${errors}`);
      }
    });
    return child;
  }

  #requireNoFailure(): void {
    if (this.#failures.length > 0) {
      throw new Error(this.#failures.join('\n'));
    }
  }
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
