import * as l10n from '@vscode/l10n';
import type { ExportCounts, ExportWindow } from '../../protocol/engine.ts';

/** Numbers never part from their unit at a line's end. */
const narrowNoBreakSpace = '\u202f';
/** Day before month and 24 hours, which plain English formats do not give. */
const britishEnglish = 'en-GB';

/** How this product writes numbers, durations and times, in the editor's language and the user's time zone. */
export class Format {
  readonly #timeZone: string | undefined;
  readonly #locale: string;
  #numbers: Intl.NumberFormat | null = null;

  /**
   * @param language the editor's display language, such as `en` or `fr`
   * @param timeZone an IANA name; the system's when left out
   */
  constructor(language: string, timeZone?: string) {
    this.#locale = language.startsWith('en') ? britishEnglish : language;
    this.#timeZone = timeZone;
  }

  count(value: number): string {
    // Loading a language's number data takes 15 ms: too long for a constructor that runs at activation.
    this.#numbers ??= new Intl.NumberFormat(this.#locale);
    return this.#numbers.format(Math.round(value));
  }

  percent(fraction: number): string {
    return `${this.count(Math.floor(fraction * 100))}${narrowNoBreakSpace}%`;
  }

  /** `840 ms`, `4.8 s`, `2 min 08 s`, `2 h 05 min`. */
  duration(seconds: number): string {
    if (seconds < 1) {
      return this.#unit(Math.round(seconds * 1000), 'ms');
    }
    if (seconds < 10) {
      return this.#unit(new Intl.NumberFormat(this.#locale, { maximumFractionDigits: 1 }).format(seconds), 's');
    }
    return this.wholeSeconds(seconds);
  }

  /** As `duration`, without fractions: for what is only estimated or counts down. */
  wholeSeconds(seconds: number): string {
    const total = Math.ceil(seconds);
    if (total < 60) {
      return this.#unit(total, 's');
    }
    const minutes = Math.floor(total / 60);
    if (minutes < 60) {
      return `${this.#unit(minutes, 'min')} ${this.#unit(twoDigits(total % 60), 's')}`;
    }
    const hours = this.count(Math.floor(minutes / 60));
    return `${this.#unit(hours, 'h')} ${this.#unit(twoDigits(minutes % 60), 'min')}`;
  }

  /** Local time: `14:21` today, else `23 Nov 14:21`, with the year when it is not this one. */
  time(instant: string | number, now: number): string {
    const date = new Date(instant);
    const clock = this.#dateTime({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(date);
    const day = this.#dateTime({ dateStyle: 'short' });
    if (day.format(date) === day.format(now)) {
      return clock;
    }
    const year = this.#dateTime({ year: 'numeric' });
    const sameYear = year.format(date) === year.format(now);
    const text = this.#dateTime({ day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) });
    return `${text.format(date)} ${clock}`;
  }

  /** Both ends in local time. */
  window({ start, end }: ExportWindow, now: number): string {
    return l10n.t('{0} to {1}', this.time(start, now), this.time(end, now));
  }

  /** How long ago or how long until, in the largest unit that says enough: `5 min`; at least a minute. */
  span(milliseconds: number): string {
    const minutes = Math.max(1, Math.round(milliseconds / 60_000));
    if (minutes < 60) {
      return this.#unit(minutes, 'min');
    }
    const hours = Math.round(minutes / 60);
    return hours < 48 ? this.#unit(hours, 'h') : this.#unit(this.count(hours / 24), l10n.t('d'));
  }

  #unit(value: number | string, unit: string): string {
    return `${value}${narrowNoBreakSpace}${unit}`;
  }

  #dateTime(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    return new Intl.DateTimeFormat(this.#locale, {
      ...options,
      ...(this.#timeZone === undefined ? {} : { timeZone: this.#timeZone }),
    });
  }
}

/** Rows of every kind that a run wrote or confirmed. */
export function rowsOf(counts: ExportCounts): number {
  return counts.traces + counts.generations + counts.spans + counts.events + counts.scores + counts.prompts;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
