import type { Clock, Log } from '../../ports.ts';
import { isConnectionLost, isSerializationFailure, isStartingUp } from './postgresErrors.ts';

/** How long a server may be away, as in a restart, before what was under way fails. */
const patienceMilliseconds = 60_000;
const firstPauseMilliseconds = 100;
const longestPauseMilliseconds = 5_000;

export interface RerunOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** For the log. */
  readonly location: string;
  /** Whether the server has ever answered: one that never did is reported at once. */
  readonly isKnown: () => boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs `work` again, from its beginning, while the server is away and after a deadlock, with growing
 * pauses. Only for work that leaves nothing behind when it fails.
 * @throws the last failure, the first that is of another kind, or the signal's reason
 */
export async function rerun<T>(options: RerunOptions, work: () => Promise<T>): Promise<T> {
  const { clock, log, signal } = options;
  let failingSince: number | null = null;
  for (let pause = firstPauseMilliseconds; ; pause = Math.min(2 * pause, longestPauseMilliseconds)) {
    try {
      return await work();
    } catch (error) {
      const repeatable =
        isSerializationFailure(error) || isStartingUp(error) || (isConnectionLost(error) && options.isKnown());
      failingSince ??= clock.now();
      if (!repeatable || clock.now() - failingSince >= patienceMilliseconds) {
        throw error;
      }
      log.warn(`${options.location}: ${(error as Error).message}; trying again in ${pause} ms`);
      // Half of it at random: those who failed together shall not all come back together.
      await clock.sleep(pause * (0.5 + 0.5 * Math.random()), signal);
    }
  }
}
