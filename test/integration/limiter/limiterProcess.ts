import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

const root = path.join(import.meta.dirname, '..', '..', '..');
export const clientFolder = path.join(root, 'media', 'python');

/** @throws when this machine has no Python that the client supports */
export function requirePython(): string {
  const found = spawnSync('python3', ['-c', 'import sys, sqlite3; print(sys.version_info >= (3, 8))'], {
    encoding: 'utf8',
  });
  if (found.stdout.trim() !== 'True') {
    throw new Error(`python3 of at least 3.8 with sqlite3 is needed: npm run bootstrap. ${found.stderr}`);
  }
  return 'python3';
}

/** A process that runs one operation of the limiter for each JSON line. */
export class LimiterProcess {
  readonly kind: 'python' | 'core';
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #answers: AsyncIterator<string>;
  #errors = '';

  constructor(kind: 'python' | 'core', database: string) {
    this.kind = kind;
    const [program, ...args] =
      kind === 'python'
        ? [requirePython(), path.join(import.meta.dirname, 'pythonChild.py'), clientFolder, database]
        : [process.execPath, '--import', 'tsx', path.join(import.meta.dirname, 'coreChild.ts'), database];
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.on('data', (text: Buffer) => (this.#errors += text.toString()));
    // A killed child cannot be written to any more; whoever asks it learns so below.
    this.#child.stdin.on('error', () => undefined);
    this.#answers = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Null when the process ended before it answered. */
  async ask<T>(request: object): Promise<T | null> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = await this.#answers.next();
    if (answer.done !== true) {
      return JSON.parse(answer.value) as T;
    }
    if (this.#child.signalCode === 'SIGKILL' || this.#child.killed) {
      return null;
    }
    throw new Error(`The ${this.kind} process ended: ${this.#errors}`);
  }

  /** As abruptly as a process can end. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async end(): Promise<void> {
    const exited = once(this.#child, 'close');
    this.#child.stdin.end();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await exited;
    }
  }
}
