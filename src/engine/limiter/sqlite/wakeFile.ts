import { watch, writeFileSync, type FSWatcher } from 'node:fs';
import type { Clock } from '../../ports.ts';
import { Sleepers } from '../sleepers.ts';

/**
 * A file that is touched when capacity becomes free earlier than those who wait could know. Its
 * contents mean nothing.
 */
export class WakeFile {
  readonly #path: string;
  readonly #sleepers: Sleepers;
  #watcher: FSWatcher | null = null;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#sleepers = new Sleepers(clock);
  }

  /** Ends the sleep of all processes. */
  wake(): void {
    try {
      writeFileSync(this.#path, '.');
    } catch {
      // They wake by themselves a little later.
    }
  }

  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    this.#watch();
    return this.#sleepers.sleep(milliseconds, signal);
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
    this.#sleepers.wake();
  }
}
