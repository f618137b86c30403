import { readFileSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { systemClock } from '../ports.ts';
import type { ClockSample } from './clock.ts';
import type { LimiterClock } from './ports.ts';

/** Milliseconds of the machine's monotonic clock, the same in all of its processes, those of other languages too. */
function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + Math.floor(nanoseconds / 1_000_000);
}

/** Linux is the one system whose monotonic clock stops while the machine sleeps, and its uptime does not. */
const slept =
  process.platform === 'linux' ? (): number => Math.floor(os.uptime() * 1000) - monotonic() : (): number => 0;

/** Other systems than Linux name their runs only to native code. */
function boot(): string {
  if (process.platform !== 'linux') {
    return '';
  }
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

export const machineClock: LimiterClock = {
  ...systemClock,
  sample: (): ClockSample => ({ wall: Date.now(), monotonic: monotonic(), slept, boot }),
};
