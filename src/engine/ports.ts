/**
 * What the engine needs from the outside world. Hosts (the extension's worker, the CLI, tests)
 * hand these in, so that no engine file reads a clock, a network or a console by itself.
 */

/** Wall clock and timers. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Resolves after `milliseconds`.
   * @throws the signal's reason when `signal` is aborted before or during the wait.
   */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** Structured enough for VS Code's LogOutputChannel and for a CLI's stderr. Never receives secrets. */
export interface Log {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** The network's edge: the platform's `fetch`. Tests may replace it, nothing else does. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The runtime's own, as every thread has it. */
export const runtimeFetch: Fetch = (url, init) => fetch(url, init);

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const finish = (): void => {
        signal?.removeEventListener('abort', cancel);
        resolve();
      };
      const timer = setTimeout(finish, milliseconds);
      const cancel = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', cancel, { once: true });
    }),
};

export const silentLog: Log = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
