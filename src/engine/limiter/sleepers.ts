import type { Clock } from '../ports.ts';

/** Waiters look by themselves once in a while, should a wake-up be lost. */
const longestSleepMs = 1000;

/** Sleeps of this process that can be ended together. */
export class Sleepers {
  readonly #clock: Clock;
  readonly #sleeping = new Set<AbortController>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves after `milliseconds`, a second, or at the next `wake`, whichever is first. @throws the signal's reason */
  async sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const woken = new AbortController();
    this.#sleeping.add(woken);
    const ends = signal === undefined ? woken.signal : AbortSignal.any([woken.signal, signal]);
    try {
      await this.#clock.sleep(Math.min(milliseconds, longestSleepMs), ends);
    } catch (error) {
      signal?.throwIfAborted();
      if (!woken.signal.aborted) {
        throw error;
      }
    } finally {
      this.#sleeping.delete(woken);
    }
  }

  wake(): void {
    for (const sleeper of this.#sleeping) {
      sleeper.abort();
    }
  }
}
