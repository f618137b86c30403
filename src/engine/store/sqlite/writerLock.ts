import { throwIfAborted } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import type { OnLockWait } from '../store.ts';
import { describeOwner, FileLock } from './fileLock.ts';

const pollMilliseconds = 50;

/**
 * The right to write the database file, handed over fairly. Whoever wants it passes a turnstile
 * first and stays in it while waiting; so a process that saves and at once wants to write again
 * queues behind those that already wait.
 */
export class WriterLock {
  readonly #writer: FileLock;
  readonly #turnstile: FileLock;
  readonly #clock: Clock;
  readonly #onWait: OnLockWait;

  constructor(databasePath: string, purpose: string, clock: Clock, onWait: OnLockWait) {
    this.#writer = new FileLock(`${databasePath}.lock`, purpose, clock);
    this.#turnstile = new FileLock(`${databasePath}.queue.lock`, null, clock);
    this.#clock = clock;
    this.#onWait = onWait;
  }

  get held(): boolean {
    return this.#writer.held;
  }

  /** Whether another process waits for it. Only for the holder. */
  get wanted(): boolean {
    const free = this.#turnstile.tryAcquire();
    this.#turnstile.release();
    return !free;
  }

  /** Waits for as long as another process writes. @throws the signal's reason when it is aborted meanwhile */
  async acquire(signal: AbortSignal | undefined): Promise<void> {
    if (this.held) {
      return;
    }
    let waited = false;
    try {
      while (!this.#turnstile.tryAcquire() || !this.#writer.tryAcquire()) {
        throwIfAborted(signal);
        if (!waited) {
          waited = true;
          this.#onWait(describeOwner(this.#writer.owner()));
        }
        await this.#clock.sleep(pollMilliseconds, signal);
      }
    } catch (error) {
      this.#writer.release();
      throw error;
    } finally {
      this.#turnstile.release();
      if (waited) {
        this.#onWait(null);
      }
    }
  }

  release(): void {
    this.#writer.release();
  }
}
