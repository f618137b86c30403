import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';

const script = path.join(import.meta.dirname, 'storeChild.ts');

/** A running storeChild.ts with what it has told so far. */
export class StoreProcess {
  readonly messages: unknown[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #errors = '';

  /** @param shell a prefix for the command line, such as a limit; "" for none */
  constructor(args: readonly string[], shell = '') {
    const command = [process.execPath, '--import', 'tsx', script, ...args].map((word) => `'${word}'`).join(' ');
    this.#child = spawn('sh', ['-c', `${shell}exec ${command}`], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child.stderr?.on('data', (text: Buffer) => (this.#errors += text.toString()));
    this.#child.on('message', (message) => this.messages.push(message));
    this.#exited = once(this.#child, 'close');
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when the child has told `count` things. */
  async told(count: number): Promise<void> {
    while (this.messages.length < count) {
      const ended = await Promise.race([once(this.#child, 'message').then(() => false), this.#exited.then(() => true)]);
      if (ended && this.messages.length < count) {
        throw new Error(`The child ended early: ${this.#errors}`);
      }
    }
  }

  async ended(): Promise<void> {
    await this.#exited;
  }

  /** As abruptly as a process can end. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
