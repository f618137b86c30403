import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type { Mean, Rate } from '../../protocol/figures.ts';
import type { TimeBucket } from '../../protocol/scope.ts';

/** Under so many a percentage says more than is known. */
const leastForShare = 20;

/** How figures stand in the cells of a report. Missing ones say so and are never 0. */
export class Cells {
  readonly #numbers: Numbers;
  readonly #times: Times;
  readonly #now: number;

  /** @param now milliseconds since the epoch; times of other years carry theirs */
  constructor(numbers: Numbers, times: Times, now: number) {
    this.#numbers = numbers;
    this.#times = times;
    this.#now = now;
  }

  /** Where a bucket of time begins, local. */
  time(start: string, bucket: TimeBucket): string {
    return bucket === 'day' || bucket === 'week'
      ? this.#times.day(start, this.#now)
      : this.#times.moment(start, this.#now);
  }

  count(value: number | null): string {
    return value === null ? '–' : this.#numbers.count(value);
  }

  tokens(value: number | null): string {
    return value === null ? '–' : this.#numbers.tokens(value);
  }

  money(value: number | null): string {
    return value === null ? l10n.t('no price') : this.#numbers.money(value);
  }

  duration(value: number | null | undefined): string {
    return value === null || value === undefined ? '–' : this.#numbers.duration(value);
  }

  /** A part of a whole. */
  share(value: number | null): string {
    return value === null ? '–' : this.#numbers.share(value);
  }

  /** `98.9 %`; few are given as counts. */
  rate({ value, count, n }: Rate): string {
    if (value === null) {
      return '–';
    }
    return n < leastForShare
      ? l10n.t('{0} of {1}', this.#numbers.count(count), this.#numbers.count(n))
      : this.#numbers.share(value);
  }

  /** The 95 % interval of a rate: `85 to 93 %`. */
  interval({ low, high }: Rate): string {
    return low === null || high === null
      ? '–'
      : l10n.t('{0} to {1}', this.#numbers.decimal(low * 100, 1), this.#numbers.share(high));
  }

  mean({ value, n }: Mean): string {
    return value === null ? '–' : l10n.t('{0} (n = {1})', this.#numbers.decimal(value), this.#numbers.count(n));
  }
}
