import type { ExportPhase, ExportProgress, ExportWaiting } from '../../protocol/engine.ts';
import type { LangfuseSource, TimeWindow } from '../langfuse/records.ts';
import type { Clock } from '../ports.ts';
import { isoTime } from './intervals.ts';

/** Hosts draw progress; oftener than this nobody sees the difference. */
const reportEvery = 200;

type Countable = 'traces' | 'generations' | 'spans' | 'events' | 'scores' | 'prompts';

/** Counts what an export has received so far, and tells its host at a bearable rate. */
export class ProgressTracker {
  readonly #clock: Clock;
  readonly #onProgress: (progress: ExportProgress) => void;
  readonly #startedAt: number;
  readonly #counts: Record<Countable, number> = {
    traces: 0,
    generations: 0,
    spans: 0,
    events: 0,
    scores: 0,
    prompts: 0,
  };
  #window: TimeWindow = { from: 0, to: 0 };
  #phase: ExportPhase = 'connecting';
  #waiting: ExportWaiting | null = null;
  #source: LangfuseSource | null = null;
  #expectedRows: number | null = null;
  #pageSize = 1;
  #received = 0;
  #walkedUntil = 0;
  #setAside = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, onProgress: (progress: ExportProgress) => void) {
    this.#clock = clock;
    this.#onProgress = onProgress;
    this.#startedAt = clock.now();
  }

  /** @param expectedRows observations in the window by the server's count; null when unknown */
  begin(source: LangfuseSource, window: TimeWindow, pageSize: number, expectedRows: number | null): void {
    this.#source = source;
    this.#window = window;
    this.#walkedUntil = window.from;
    this.#pageSize = pageSize;
    this.#expectedRows = expectedRows;
  }

  phase(phase: ExportPhase): void {
    this.#phase = phase;
    this.#report(true);
  }

  waiting(waiting: ExportWaiting | null): void {
    this.#waiting = waiting;
    this.#report(true);
  }

  add(kind: Countable, rows: number): void {
    this.#counts[kind] += rows;
  }

  /** One page of observations has been stored. */
  page(received: number, setAside: number): void {
    this.#received += received;
    this.#setAside += setAside;
    this.#report(false);
  }

  /** All observations before this time have been walked. */
  walkedUntil(time: number): void {
    this.#walkedUntil = time;
    this.#report(false);
  }

  #fraction(): number {
    if (this.#phase !== 'observations' && this.#phase !== 'connecting') {
      return 1;
    }
    if (this.#expectedRows !== null && this.#expectedRows > 0) {
      return Math.min(1, this.#received / this.#expectedRows);
    }
    const length = this.#window.to - this.#window.from;
    return length <= 0 ? 0 : (this.#walkedUntil - this.#window.from) / length;
  }

  /** The slower of two bounds: the pace so far, and the organisation's request quota. */
  #eta(fraction: number, elapsedSeconds: number): number | null {
    if (this.#phase !== 'observations' || fraction <= 0) {
      return null;
    }
    const byPace = (elapsedSeconds * (1 - fraction)) / fraction;
    const rowsLeft = (this.#received * (1 - fraction)) / fraction;
    const byQuota = this.#source?.estimateSeconds(Math.ceil(rowsLeft / this.#pageSize)) ?? 0;
    return Math.max(byPace, byQuota);
  }

  #report(always: boolean): void {
    const now = this.#clock.now();
    if (!always && now - this.#reportedAt < reportEvery) {
      return;
    }
    this.#reportedAt = now;
    const elapsedSeconds = Math.max(0.001, (now - this.#startedAt) / 1000);
    const fraction = this.#fraction();
    this.#onProgress({
      phase: this.#phase,
      window: { start: isoTime(this.#window.from), end: isoTime(this.#window.to) },
      counts: { ...this.#counts },
      fraction,
      rowsPerSecond: this.#received / elapsedSeconds,
      requests: this.#source?.requests ?? 0,
      setAside: this.#setAside,
      waiting: this.#waiting,
      etaSeconds: this.#eta(fraction, elapsedSeconds),
    });
  }
}
