import vm from 'node:vm';

const script = new vm.Script('work()');

/**
 * Bounds work that nothing else can stop. A sql.js step is one synchronous call, and the build has no
 * sqlite3_progress_handler; the runtime's watchdog thread ends it wherever it is, in WebAssembly too.
 * What it was working on is then in no state to be used again.
 */
export class TimeLimit {
  readonly #endsAt: number;
  readonly #context = vm.createContext({});
  #exceeded = false;

  constructor(seconds: number) {
    this.#endsAt = performance.now() + seconds * 1000;
  }

  /** True once work was broken off. */
  get exceeded(): boolean {
    return this.#exceeded;
  }

  /** @throws what `work` throws, or the runtime's ERR_SCRIPT_EXECUTION_TIMEOUT when the time is over */
  run<T>(work: () => T): T {
    this.#context.work = work;
    const timeout = Math.max(1, Math.ceil(this.#endsAt - performance.now()));
    try {
      return script.runInContext(this.#context, { timeout }) as T;
    } catch (error) {
      // Made in another context, it is no instance of this one's Error.
      this.#exceeded = (error as NodeJS.ErrnoException | null)?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
      throw error;
    }
  }
}
