/** Day before month and 24 hours, which plain English formats do not give. */
const britishEnglish = 'en-GB';

/**
 * How this product writes moments: local, 24 hours, in one language. Moments are ISO-8601 texts or
 * milliseconds since the epoch.
 */
export class Times {
  readonly #locale: string;
  #timeZone: string | undefined;
  /** A table of moments needs the same formats hundreds of times, and making one takes long. */
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  /**
   * @param language BCP 47, such as `en` or `fr`
   * @param timeZone an IANA name; the system's when left out
   */
  constructor(language: string, timeZone?: string) {
    this.#locale = language.startsWith('en') ? britishEnglish : language;
    this.#timeZone = timeZone;
  }

  /** Whose days are shown, an IANA name. Looked up when first asked for: that takes 20 ms at an editor's start. */
  get timeZone(): string {
    this.#timeZone ??= new Intl.DateTimeFormat().resolvedOptions().timeZone;
    return this.#timeZone;
  }

  /** `23 Nov 14:21`, with the year when it is not the year of `now`. */
  moment(instant: string | number, now: number): string {
    return `${this.day(instant, now)} ${this.clock(instant)}`;
  }

  /** As `moment`, without its day when that is today: `14:21`. */
  recent(instant: string | number, now: number): string {
    const date = this.#format({ dateStyle: 'short' });
    const today = date.format(new Date(instant)) === date.format(now);
    return today ? this.clock(instant) : this.moment(instant, now);
  }

  /** `23 Nov`, with the year when it is not the year of `now`. */
  day(instant: string | number, now: number): string {
    const date = new Date(instant);
    const year = this.#format({ year: 'numeric' });
    const sameYear = year.format(date) === year.format(now);
    return this.#format({ day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) }).format(date);
  }

  /** `14:21`. */
  clock(instant: string | number): string {
    return this.#format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(instant));
  }

  /** `14:21:07`. */
  second(instant: string | number): string {
    return this.#format({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(
      new Date(instant),
    );
  }

  /** `Tue 17`. */
  weekday(instant: string | number): string {
    return this.#format({ weekday: 'short', day: 'numeric' }).format(new Date(instant));
  }

  /** Local time with its offset, for tooltips and copies: `2026-11-23T14:21:07.250+01:00`. */
  iso(instant: string | number): string {
    const date = new Date(instant);
    const parts = this.#format({ timeZoneName: 'longOffset' }, 'en-US').formatToParts(date);
    const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    const [, sign = '+', hours = '00', minutes = '00'] = /^GMT([+-])(\d\d):?(\d\d)?/.exec(name) ?? [];
    const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
    const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
    return `${local}${sign}${hours}:${minutes}`;
  }

  #format(options: Intl.DateTimeFormatOptions, locale = this.#locale): Intl.DateTimeFormat {
    const key = JSON.stringify(options) + locale;
    const format = this.#formats.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: this.#timeZone });
    this.#formats.set(key, format);
    return format;
  }
}
