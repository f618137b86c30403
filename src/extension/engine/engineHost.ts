import type { EngineConfigInput } from '../../engine/config/config.ts';
import type { Engine } from '../../protocol/engine.ts';

interface OpenEngine {
  readonly key: string;
  readonly engine: Engine;
  readonly calls: Set<Promise<unknown>>;
}

/**
 * Keeps one engine open for the settings last used. When a call brings other settings, the engine
 * before it finishes the calls that it has and is closed.
 */
export class EngineHost {
  readonly #open: (config: EngineConfigInput) => Engine;
  readonly #engines = new Set<OpenEngine>();
  #current: OpenEngine | null = null;

  constructor(open: (config: EngineConfigInput) => Engine) {
    this.#open = open;
  }

  /** Runs one call on the engine with these settings. @throws what opening or `work` throws */
  async run<T>(config: EngineConfigInput, work: (engine: Engine) => Promise<T>): Promise<T> {
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

  #entry(config: EngineConfigInput): OpenEngine {
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
