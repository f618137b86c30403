import type { Clock } from '../../ports.ts';

/** Share of the time that saves may take. */
const share = 0.05;
/** Saves were measured at 3 to 5 ms a MB. */
const millisecondsPerMegabyte = 5;

/**
 * Says when the next save is due. sql.js saves a database whole, so saving after every page of rows
 * would cost more the longer the history is; what a crash loses is fetched again.
 */
export class SavePacing {
  readonly #clock: Clock;
  #restedSince: number | null = null;
  #lastDuration = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Call when unsaved work begins to pile up. */
  workBegins(): void {
    this.#restedSince ??= this.#clock.now();
  }

  /** @param bytes size of the database */
  isDue(bytes: number): boolean {
    // The last one may have been of a much smaller file, or the disk may be slow.
    const expected = Math.max(this.#lastDuration, (bytes / 1e6) * millisecondsPerMegabyte);
    return this.#clock.now() - (this.#restedSince ?? 0) >= expected * (1 / share - 1);
  }

  saved(milliseconds: number): void {
    this.#lastDuration = milliseconds;
    this.#restedSince = this.#clock.now();
  }
}
