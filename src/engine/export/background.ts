import type { ExportReport } from '../../protocol/engine.ts';
import type { ErrorData } from '../../protocol/errors.ts';
import { EngineError, isCancellation } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** How the last run ended. Times are milliseconds since the Unix epoch. */
export type BackgroundRun =
  | { readonly outcome: 'finished'; readonly endedAt: number; readonly report: ExportReport }
  | { readonly outcome: 'cancelled'; readonly endedAt: number }
  /** Another process was exporting; nothing is wrong. */
  | { readonly outcome: 'elsewhere'; readonly endedAt: number; readonly error: ErrorData }
  /** `first`: the failure is news; it is false while a row of failures goes on, so that a user is told once. */
  | { readonly outcome: 'failed'; readonly endedAt: number; readonly error: ErrorData; readonly first: boolean };

/** Every change is told through `onState`, once. Times are milliseconds since the Unix epoch. */
export type BackgroundState =
  | { readonly kind: 'stopped'; readonly lastRun: BackgroundRun | null }
  | {
      readonly kind: 'waiting';
      readonly nextAt: number;
      readonly lastRun: BackgroundRun | null;
      /** Failures in a row. */
      readonly failures: number;
    }
  | { readonly kind: 'running'; readonly since: number }
  /** The keys were refused: trying again by itself would only be refused again. `runNow` or `start` goes on. */
  | { readonly kind: 'paused'; readonly error: ErrorData };

export interface BackgroundOptions {
  readonly clock: Clock;
  readonly intervalMinutes: number;
  /** One export. Must settle soon after its signal is aborted. */
  readonly run: (signal: AbortSignal) => Promise<ExportReport>;
  readonly onState: (state: BackgroundState) => void;
  /** Pause between `start` and the first run; 0 unless given. */
  readonly firstRunAfterMilliseconds?: number;
  /** 0 to 1; spreads the retries of many machines after an outage. */
  readonly random?: () => number;
}

/** Timers stand still while a machine sleeps, so the wall clock is looked at this often. */
const checkMilliseconds = 30_000;
/** Found this long overdue, the machine has slept. */
const sleptMilliseconds = 2 * checkMilliseconds;
/** A machine that wakes has no network at once, and a run without one would count as a failure. */
const settleMilliseconds = 10_000;
const longestBackoff = 8;
const jitter = 0.1;

/**
 * Runs an export every interval, counted from start to start: never two at once, never a burst of
 * missed runs, longer pauses while runs fail (2, 4, then 8 intervals after the failed run's end).
 */
export class BackgroundExport {
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #run: BackgroundOptions['run'];
  readonly #onState: BackgroundOptions['onState'];
  readonly #firstRunAfter: number;
  readonly #random: () => number;

  #state: BackgroundState = { kind: 'stopped', lastRun: null };
  #stopping: AbortController | null = null;
  #wakeUp = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  /** When the next run is due; null while paused. */
  #nextAt: number | null = null;
  #lastRun: BackgroundRun | null = null;
  #failures = 0;

  constructor(options: BackgroundOptions) {
    this.#clock = options.clock;
    this.#interval = options.intervalMinutes * 60_000;
    this.#run = options.run;
    this.#onState = options.onState;
    this.#firstRunAfter = options.firstRunAfterMilliseconds ?? 0;
    this.#random = options.random ?? Math.random;
  }

  get state(): BackgroundState {
    return this.#state;
  }

  /** Begins, or goes on after a pause. No effect while it waits or runs. */
  start(): void {
    if (this.#active()) {
      if (this.#state.kind === 'paused') {
        this.runNow();
      }
      return;
    }
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#nextAt = this.#clock.now() + this.#firstRunAfter;
    // A run that is still being stopped ends first.
    this.#ended = this.#ended.then(() => this.#loop(stopping.signal));
  }

  /** Makes the next run due at once. No effect while one runs or while stopped. */
  runNow(): void {
    if (!this.#active() || this.#state.kind === 'running') {
      return;
    }
    this.#nextAt = this.#clock.now();
    this.#wakeUp.abort();
  }

  /** Aborts a running export; resolves when it has ended and the state is "stopped". */
  stop(): Promise<void> {
    this.#stopping?.abort();
    this.#wakeUp.abort();
    return this.#ended;
  }

  #active(): boolean {
    return this.#stopping !== null && !this.#stopping.signal.aborted;
  }

  async #loop(stop: AbortSignal): Promise<void> {
    this.#failures = 0;
    this.#lastRun = null;
    this.#tellWhatIsNext();
    while (!stop.aborted) {
      if (this.#isDue()) {
        await this.#runOnce(stop);
      } else {
        await this.#doze(stop);
      }
    }
    this.#tell({ kind: 'stopped', lastRun: this.#lastRun });
  }

  /** Also moves a time that has lost its meaning: the machine slept, or its clock was set back. */
  #isDue(): boolean {
    if (this.#nextAt === null) {
      return false;
    }
    const now = this.#clock.now();
    const late = now - this.#nextAt;
    if (late >= sleptMilliseconds) {
      this.#postpone(now + settleMilliseconds);
      return false;
    }
    const longestWait = Math.max(this.#firstRunAfter, this.#interval * longestBackoff * (1 + jitter));
    if (-late > longestWait) {
      this.#postpone(now + this.#interval);
      return false;
    }
    return late >= 0;
  }

  async #doze(stop: AbortSignal): Promise<void> {
    if (stop.aborted) {
      return;
    }
    const left = this.#nextAt === null ? checkMilliseconds : this.#nextAt - this.#clock.now();
    this.#wakeUp = new AbortController();
    try {
      await this.#clock.sleep(Math.min(Math.max(left, 0), checkMilliseconds), this.#wakeUp.signal);
    } catch (error) {
      if (!isCancellation(error)) {
        throw error;
      }
    }
  }

  async #runOnce(stop: AbortSignal): Promise<void> {
    const since = this.#clock.now();
    this.#tell({ kind: 'running', since });
    this.#lastRun = await this.#outcome(stop);
    if (stop.aborted) {
      return;
    }
    if (this.#lastRun.outcome !== 'failed') {
      this.#schedule(Math.max(since + this.#interval, this.#clock.now()));
      return;
    }
    const refused = this.#lastRun.error.code.startsWith('auth.');
    this.#schedule(refused ? null : this.#clock.now() + this.#backoff());
  }

  async #outcome(stop: AbortSignal): Promise<BackgroundRun> {
    try {
      const report = await this.#run(stop);
      if (report.status === 'completed') {
        this.#failures = 0;
      }
      return { outcome: 'finished', endedAt: this.#clock.now(), report };
    } catch (error) {
      const endedAt = this.#clock.now();
      if (isCancellation(error)) {
        return { outcome: 'cancelled', endedAt };
      }
      const data = errorData(error);
      if (data.code === 'export.alreadyRunning') {
        return { outcome: 'elsewhere', endedAt, error: data };
      }
      this.#failures += 1;
      return { outcome: 'failed', endedAt, error: data, first: this.#failures === 1 };
    }
  }

  #backoff(): number {
    const factor = Math.min(2 ** this.#failures, longestBackoff);
    return this.#interval * factor * (1 + jitter * this.#random());
  }

  /** Another time for the same wait; the failure before it is no longer news. */
  #postpone(at: number): void {
    if (this.#lastRun?.outcome === 'failed') {
      this.#lastRun = { ...this.#lastRun, first: false };
    }
    this.#schedule(at);
  }

  #schedule(at: number | null): void {
    this.#nextAt = at;
    this.#tellWhatIsNext();
  }

  #tellWhatIsNext(): void {
    const lastRun = this.#lastRun;
    if (this.#nextAt !== null) {
      this.#tell({ kind: 'waiting', nextAt: this.#nextAt, lastRun, failures: this.#failures });
    } else if (lastRun?.outcome === 'failed') {
      this.#tell({ kind: 'paused', error: lastRun.error });
    }
  }

  #tell(state: BackgroundState): void {
    this.#state = state;
    this.#onState(state);
  }
}

function errorData(error: unknown): ErrorData {
  if (error instanceof EngineError) {
    return error.toData();
  }
  return { code: 'engine.crashed', message: error instanceof Error ? error.message : String(error), hint: null };
}
