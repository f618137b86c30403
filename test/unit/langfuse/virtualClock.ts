import type { Clock } from '../../../src/engine/ports.ts';

/** Time that passes only when told to, or when somebody sleeps: then at once. */
export class VirtualClock implements Clock {
  readonly slept: number[] = [];
  #now = Date.parse('2026-11-22T12:00:00.000Z');

  now(): number {
    return this.#now;
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(milliseconds);
    await new Promise(setImmediate);
    signal?.throwIfAborted();
    this.#now += milliseconds;
  }
}
