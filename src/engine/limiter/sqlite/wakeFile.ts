import { watch, writeFileSync, type FSWatcher } from 'node:fs';
import type { Clock } from '../../ports.ts';

/** Waiters look by themselves once in a while, should a system or a file share not tell of changes. */
const longestSleepMs = 1000;

/**
 * A file that is touched when capacity becomes free earlier than those who wait could know. Its
 * contents mean nothing.
 */
export class WakeFile {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #sleepers = new Set<AbortController>();
  #watcher: FSWatcher | null = null;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** Ends the sleep of all processes. */
  wake(): void {
    try {
      writeFileSync(this.#path, '.');
    } catch {
      // They wake by themselves a little later.
    }
  }

  /** Resolves after `milliseconds`, a second, or at a call of `wake` anywhere, whichever is first. @throws the signal's reason */
  async sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    this.#watch();
    const woken = new AbortController();
    this.#sleepers.add(woken);
    const ends = signal === undefined ? woken.signal : AbortSignal.any([woken.signal, signal]);
    try {
      await this.#clock.sleep(Math.min(milliseconds, longestSleepMs), ends);
    } catch (error) {
      signal?.throwIfAborted();
      if (!woken.signal.aborted) {
        throw error;
      }
    } finally {
      this.#sleepers.delete(woken);
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
  }

  #watch(): void {
    if (this.#watcher !== null) {
      return;
    }
    try {
      writeFileSync(this.#path, '.', { flag: 'a' });
      this.#watcher = watch(this.#path, { persistent: false }, (event) => this.#onChange(event));
      this.#watcher.on('error', () => this.close());
    } catch {
      // Without a watcher the longest sleep holds.
    }
  }

  #onChange(event: string): void {
    if (event === 'rename') {
      // Deleted: the next sleep makes it anew.
      this.close();
    }
    for (const sleeper of this.#sleepers) {
      sleeper.abort();
    }
  }
}
