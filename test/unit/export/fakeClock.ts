import type { Clock } from '../../../src/engine/ports.ts';

interface Sleeper {
  readonly wakeAt: number;
  readonly resolve: () => void;
}

/** A clock that moves only when told to. Timers count time awake, as those of a real machine do. */
export class FakeClock implements Clock {
  #wall: number;
  #awake = 0;
  #sleepers: Sleeper[] = [];

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#wall = start;
  }

  now(): number {
    return this.#wall;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const sleeper = { wakeAt: this.#awake + milliseconds, resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason as Error);
      });
    });
  }

  /** Lets time pass, timer by timer, with what each of them sets off. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#awake + milliseconds;
    await settled();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#wall += next.wakeAt - this.#awake;
      this.#awake = next.wakeAt;
      this.#sleepers = this.#sleepers.filter((other) => other !== next);
      next.resolve();
      await settled();
    }
    this.#wall += end - this.#awake;
    this.#awake = end;
    await settled();
  }

  /** The lid is closed: the wall clock goes on, timers do not. Negative: the clock is set back. */
  suspend(milliseconds: number): void {
    this.#wall += milliseconds;
  }

  #next(end: number): Sleeper | undefined {
    return this.#sleepers.filter(({ wakeAt }) => wakeAt <= end).sort((a, b) => a.wakeAt - b.wakeAt)[0];
  }
}

/** Resolves after every promise that could settle has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
