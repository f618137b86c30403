import process from 'node:process';
import type { LimiterClock } from '../../../src/engine/limiter/ports.ts';
import { systemClock } from '../../../src/engine/ports.ts';

/** A time that all processes of a crowd agree on, and that may pass faster than the machine's. */
export interface CrowdTime {
  /** The crowd's time at `beganNs` of the machine's monotonic clock. */
  readonly began: number;
  readonly beganNs: string;
  readonly speed: number;
}

/** That time as the clock of a process whose wall clock may be set. */
export class CrowdClock implements LimiterClock {
  readonly #time: CrowdTime;
  /** What it said last. */
  lastRead = 0;
  /** By how much the wall clock is wrong. */
  setBy = 0;

  constructor(time: CrowdTime) {
    this.#time = time;
  }

  monotonic(): number {
    const passed = process.hrtime.bigint() - BigInt(this.#time.beganNs);
    return this.#time.began + Number((passed * BigInt(this.#time.speed)) / 1_000_000n);
  }

  now(): number {
    return this.monotonic() + this.setBy;
  }

  sample(): ReturnType<LimiterClock['sample']> {
    this.lastRead = this.monotonic();
    return { wall: this.lastRead + this.setBy, monotonic: this.lastRead, slept: () => 0, boot: () => '' };
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(milliseconds / this.#time.speed, signal);
  }
}
