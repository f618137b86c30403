const steps = [250, 50, 10, 1] as const;
const goodPagesToGrow = 5;
const goodPagesToForget = 50;

/**
 * How many rows to ask for. Shrinks when pages are too large or too slow for the server (Langfuse
 * Cloud refuses answers over 5 MB) and grows back, but stays below a size that failed for a while:
 * trying it again and again would cost more requests than it saves.
 */
export class PageSize {
  readonly #wanted: number;
  #current: number;
  /** The largest size not known to fail. */
  #ceiling: number;
  /** A size that failed for a reason that may have been another; it is tried once more. */
  #suspect: number | null = null;
  #goodPages = 0;
  #goodPagesUnderCeiling = 0;
  #patience = goodPagesToForget;

  constructor(wanted: number) {
    this.#wanted = wanted;
    this.#current = wanted;
    this.#ceiling = wanted;
  }

  get current(): number {
    return this.#current;
  }

  /**
   * @param cause tooLarge: the server says so; fault: it failed repeatedly, which a short outage does too
   * @returns false when the page cannot be any smaller
   */
  shrink(cause: 'tooLarge' | 'fault'): boolean {
    const smaller = steps.find((step) => step < this.#current);
    if (smaller === undefined) {
      return false;
    }
    if (cause === 'tooLarge' || this.#suspect === this.#current) {
      this.#blame();
    } else {
      this.#suspect ??= this.#current;
    }
    this.#current = smaller;
    this.#goodPages = 0;
    return true;
  }

  succeeded(): void {
    if (this.#suspect !== null) {
      this.#retrySuspect(this.#suspect);
      return;
    }
    if (this.#current >= this.#wanted) {
      return;
    }
    this.#goodPages += 1;
    this.#goodPagesUnderCeiling += 1;
    if (this.#goodPages < goodPagesToGrow) {
      return;
    }
    const larger = Math.min(this.#current * 2, this.#wanted);
    if (larger <= this.#ceiling || this.#goodPagesUnderCeiling >= this.#patience) {
      this.#current = larger;
      this.#goodPages = 0;
    }
  }

  /** The present size is at fault: it is left alone for a time, longer with each relapse. */
  #blame(): void {
    this.#patience *= this.#current > this.#ceiling ? 2 : 1;
    this.#ceiling = this.#current - 1;
    this.#goodPagesUnderCeiling = 0;
    this.#suspect = null;
  }

  /** After one smaller page the suspect's turn comes again; when it succeeds, the fault was another. */
  #retrySuspect(suspect: number): void {
    if (this.#current >= suspect) {
      this.#suspect = null;
      return;
    }
    this.#current = suspect;
  }
}
