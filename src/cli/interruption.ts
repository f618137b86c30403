import { exitCodes } from './exitCodes.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;
/** One Ctrl+C reaches a process twice when npm or npx started it: from the terminal and passed on. */
const sameInterruptionMilliseconds = 500;

/**
 * Runs `work` with a signal that the first SIGINT or SIGTERM aborts. A second one ends the process
 * at once, which the database survives.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let firstAt = 0;
  const interrupt = (): void => {
    if (!controller.signal.aborted) {
      firstAt = Date.now();
      controller.abort();
    } else if (Date.now() - firstAt > sameInterruptionMilliseconds) {
      process.exit(exitCodes.interrupted);
    }
  };
  signals.forEach((name) => process.on(name, interrupt));
  try {
    return await work(controller.signal);
  } finally {
    signals.forEach((name) => process.off(name, interrupt));
  }
}
