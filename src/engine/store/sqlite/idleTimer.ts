import type { Clock } from '../../ports.ts';

/** Does something once nothing has happened for a while. */
export class IdleTimer {
  readonly #clock: Clock;
  #waiting: AbortController | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `work` after `milliseconds` unless stopped or started anew before. `work` must not throw. */
  start(milliseconds: number, work: () => Promise<void>): void {
    this.stop();
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#clock.sleep(milliseconds, waiting.signal).then(work, () => undefined);
  }

  stop(): void {
    this.#waiting?.abort();
    this.#waiting = null;
  }
}
