import type { RunSqlAnswer, RunSqlParams } from '../../src/protocol/sql.ts';
import { HostError, isAbort, type Host } from '../shared/host.ts';

/** Where a statement stands. `stopped`: by the person, nothing came of it. */
export type RunState =
  | { readonly kind: 'idle' | 'stopped' }
  | { readonly kind: 'running'; readonly since: number }
  | { readonly kind: 'failed'; readonly error: HostError };

/** Milliseconds between two looks at how long it has been running. */
const tick = 100;

/** Runs one statement after another: a new one ends the one before. */
export class StatementRun {
  readonly #host: Pick<Host, 'runSql'>;
  readonly #changed: () => void;
  #state: RunState = { kind: 'idle' };
  #controller: AbortController | null = null;

  constructor(host: Pick<Host, 'runSql'>, changed: () => void) {
    this.#host = host;
    this.#changed = changed;
  }

  get state(): RunState {
    return this.#state;
  }

  /** Its answer; null when it failed, was stopped, or another one was started. */
  async run(params: RunSqlParams): Promise<RunSqlAnswer | null> {
    this.#controller?.abort();
    const controller = new AbortController();
    this.#controller = controller;
    this.#set({ kind: 'running', since: performance.now() });
    const clock = setInterval(this.#changed, tick);
    try {
      const answer = await this.#unlessStopped(this.#host.runSql(params, controller.signal), controller.signal);
      return this.#end(controller, { kind: 'idle' }) ? answer : null;
    } catch (error) {
      this.#end(controller, isAbort(error) ? { kind: 'stopped' } : { kind: 'failed', error: toHostError(error) });
      return null;
    } finally {
      clearInterval(clock);
    }
  }

  stop(): void {
    this.#controller?.abort();
  }

  /** One long step of the database cannot be broken off by it: the person need not wait for that. */
  #unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new DOMException('Stopped', 'AbortError')), { once: true });
    });
    return Promise.race([work, stopped]);
  }

  /** False when another statement was started meanwhile. */
  #end(controller: AbortController, state: RunState): boolean {
    if (this.#controller !== controller) {
      return false;
    }
    this.#controller = null;
    this.#set(state);
    return true;
  }

  #set(state: RunState): void {
    this.#state = state;
    this.#changed();
  }
}

function toHostError(error: unknown): HostError {
  return error instanceof HostError
    ? error
    : new HostError(error instanceof Error ? error.message : String(error), null);
}
