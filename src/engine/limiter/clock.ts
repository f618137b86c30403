/** One reading of a machine's clocks, in milliseconds. */
export interface ClockSample {
  /** Since the Unix epoch; may be set, forward and back. */
  readonly wall: number;
  /** Since some moment that all processes of the machine share, until it restarts. Never set. */
  readonly monotonic: number;
  /** How long the machine has slept since then, where `monotonic` leaves sleep out; else 0. Costs a system call. */
  readonly slept: () => number;
  /** Tells one run of the machine from the next; '' where that is not known. Costs a look at a file. */
  readonly boot: () => string;
}

/** A pool's own time, and the reading that it was last told by. */
export interface PoolClock {
  /** What all windows are measured in: milliseconds that never go back nor leap. Began as the wall clock's. */
  readonly time: number;
  readonly wall: number;
  readonly monotonic: number;
  readonly slept: number;
  readonly boot: string;
}

/** How far two clocks may drift apart before one of them must have been set: a second, and a thousandth of the time passed. */
const toleranceMs = 1000;
const toleranceShare = 0.001;

export function startClock(sample: ClockSample): PoolClock {
  return {
    time: sample.wall,
    wall: sample.wall,
    monotonic: sample.monotonic,
    slept: sample.slept(),
    boot: sample.boot(),
  };
}

/**
 * The pool's time at a later reading. A wall clock that was set forward must not free a window, and
 * one that was set back must not stop the time; both are told by the monotonic clock. After a restart
 * of the machine, and between processes that count differently, there is only the wall clock.
 */
export function advance(clock: PoolClock, sample: ClockSample): PoolClock {
  const ticked = sample.monotonic - clock.monotonic;
  const passed = sample.wall - clock.wall;
  const tolerance = toleranceMs + toleranceShare * Math.abs(ticked);
  if (ticked >= 0 && Math.abs(passed - ticked) <= tolerance) {
    return { ...clock, time: clock.time + ticked, wall: sample.wall, monotonic: sample.monotonic };
  }
  const now = startClock(sample);
  if (ticked < 0 || now.boot !== clock.boot) {
    return { ...now, time: clock.time + Math.max(passed, 0) };
  }
  if (passed > ticked) {
    const asleep = Math.max(now.slept - clock.slept, 0);
    return { ...now, time: clock.time + Math.min(ticked + asleep, passed) };
  }
  // Set back; or the last reading was of a clock that leaves sleep out and this one is not.
  return { ...now, time: clock.time + (passed < 0 ? ticked : passed) };
}
