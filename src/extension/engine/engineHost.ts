interface Closable {
  close(): Promise<void>;
}

interface OpenEngine<E> {
  readonly key: string;
  readonly engine: E;
  readonly calls: Set<Promise<unknown>>;
}

/**
 * Keeps one engine (or limiter) open for the settings last used. When a call brings other settings, the engine
 * before it finishes the calls that it has and is closed.
 */
export class EngineHost<C, E extends Closable> {
  readonly #open: (config: C) => E;
  readonly #engines = new Set<OpenEngine<E>>();
  #current: OpenEngine<E> | null = null;

  constructor(open: (config: C) => E) {
    this.#open = open;
  }

  /** Runs one call on the engine with these settings. @throws what opening or `work` throws */
  async run<T>(config: C, work: (engine: E) => Promise<T>): Promise<T> {
    const entry = this.#entry(config);
    const call = work(entry.engine);
    entry.calls.add(call);
    try {
      return await call;
    } finally {
      entry.calls.delete(call);
      await this.#closeRetired();
    }
  }

  /** Closes every engine once its calls have ended; who wants that soon aborts them first. */
  async close(): Promise<void> {
    const entries = [...this.#engines];
    this.#engines.clear();
    this.#current = null;
    await Promise.allSettled(entries.flatMap(({ calls }) => [...calls]));
    await Promise.all(entries.map(({ engine }) => engine.close()));
  }

  #entry(config: C): OpenEngine<E> {
    const key = JSON.stringify(config);
    if (this.#current?.key !== key) {
      this.#current = { key, engine: this.#open(config), calls: new Set() };
      this.#engines.add(this.#current);
    }
    return this.#current;
  }

  async #closeRetired(): Promise<void> {
    const retired = [...this.#engines].filter((entry) => entry !== this.#current && entry.calls.size === 0);
    for (const entry of retired) {
      this.#engines.delete(entry);
      await entry.engine.close();
    }
  }
}
