const minute = 60_000;
const hour = 60 * minute;
/** Clocks differ from UTC by at most 14 hours, and shift by at most a day where the date line moved. */
const furthest = 38 * hour;

/** A local day of some zone, half-open, milliseconds since the epoch. */
export interface LocalDay {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly start: number;
  readonly end: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

/**
 * Days, weeks and months as a zone's wall clocks begin them, to the minute: days of 23 and 25 hours,
 * zones that are half an hour off, and days that begin at 01:00 because clocks were put forward at
 * midnight.
 */
export class LocalCalendar {
  readonly #format: Intl.DateTimeFormat;

  /** @param timeZone an IANA name */
  constructor(timeZone: string) {
    // Sweden writes dates as ISO 8601 does.
    this.#format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  }

  /** The local date of a moment, YYYY-MM-DD. */
  dateOf(moment: number): string {
    return this.#format.format(moment);
  }

  /** The first moment of a local date. */
  startOf(date: string): number {
    const midnight = Date.parse(`${date}T00:00:00Z`);
    let [before, from] = [midnight - furthest, midnight + furthest];
    while (from - before > minute) {
      const middle = before + Math.floor((from - before) / 2 / minute) * minute;
      if (this.dateOf(middle) < date) {
        before = middle;
      } else {
        from = middle;
      }
    }
    return from;
  }

  /** The local days from that of `from` to that of `to`, both included. */
  days(from: string, to: string): LocalDay[] {
    const days: LocalDay[] = [];
    for (let date = from, start = this.startOf(from); date <= to;) {
      const next = addDays(date, 1);
      const end = this.startOf(next);
      // A day that the date line took has no moment.
      if (end > start) {
        days.push({ date, start, end, weekday: new Date(`${date}T00:00:00Z`).getUTCDay() });
      }
      [date, start] = [next, end];
    }
    return days;
  }

  /** The day, week (from Monday) or month that a moment lies in. */
  period(moment: number, unit: 'day' | 'week' | 'month'): { readonly start: number; readonly end: number } {
    const date = this.dateOf(moment);
    const [first, next] = periodDates(date, unit);
    return { start: this.startOf(first), end: this.startOf(next) };
  }
}

/** First date of the period that holds `date`, and of the one after it. */
function periodDates(date: string, unit: 'day' | 'week' | 'month'): readonly [string, string] {
  switch (unit) {
    case 'day':
      return [date, addDays(date, 1)];
    case 'week': {
      const sinceMonday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
      const monday = addDays(date, -sinceMonday);
      return [monday, addDays(monday, 7)];
    }
    case 'month': {
      const first = `${date.slice(0, 7)}-01`;
      return [first, `${addDays(first, 31).slice(0, 7)}-01`];
    }
  }
}

export function addDays(date: string, days: number): string {
  const moment = new Date(`${date}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}
