import type { Rate } from '../../../../src/protocol/figures.ts';

/**
 * How figures are written in English, after the guide of this product's look and with `Intl` alone: what
 * the product's own writing is compared with. Narrow and plain blanks count as the same.
 */

const decimals = (value: number, digits: number): string =>
  new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

export const count = (value: number): string => decimals(value, 0);

/** `13.9 M`, `412.3 k`. */
export function tokens(value: number): string {
  const whole = Math.round(value);
  if (whole < 1000) {
    return count(whole);
  }
  return whole < 999_950 ? `${decimals(value / 1e3, 1)} k` : `${decimals(value / 1e6, 1)} M`;
}

/** Decimals that two significant digits take; cents from $1, none from $1,000. */
function digitsOf(usd: number): number {
  if (usd === 0) {
    return 2;
  }
  const shown = Number(usd.toPrecision(2));
  if (shown >= 1) {
    return usd >= 999.995 ? 0 : 2;
  }
  return 1 - Math.floor(Math.log10(shown));
}

const dollars = (usd: number, digits: number): string => `$${decimals(usd, digits)}`;

export function money(usd: number): string {
  return usd > 0 && usd < 0.0001 ? '<$0.0001' : dollars(usd, digitsOf(usd));
}

/** One amount of a column, all of whose amounts have as many decimals as the smallest needs; four at most. */
export function moneyOf(column: readonly (number | null)[], usd: number): string {
  const known = column.filter((amount) => amount !== null && amount !== 0) as readonly number[];
  if (usd > 0 && usd < 0.0001) {
    return '<$0.0001';
  }
  return dollars(usd, known.length === 0 ? 2 : Math.min(5, digitsOf(Math.max(0.0001, Math.min(...known)))));
}

export function share(value: number): string {
  if (value > 0 && value < 0.001) {
    return '<0.1 %';
  }
  return value < 1 && value > 0.999 ? '>99.9 %' : `${decimals(value * 100, 1)} %`;
}

/** `88 %`. */
export function wholeShare(value: number): string {
  const percent = Math.round(value * 100);
  const isPart = value > 0 && value < 1;
  return `${isPart ? Math.max(1, Math.min(99, percent)) : percent} %`;
}

/** `840 ms`, `4.82 s`, `2 min 08 s`, `2 h 05 min`. */
export function duration(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000);
  if (milliseconds < 1000) {
    return `${milliseconds} ms`;
  }
  if (Math.round(milliseconds / 10) < 6000) {
    return `${decimals(Math.round(milliseconds / 10) / 100, 2)} s`;
  }
  const whole = Math.round(milliseconds / 1000);
  const two = (part: number): string => String(part).padStart(2, '0');
  if (whole < 3600) {
    return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  }
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

function arrow(difference: number, unit: string): string {
  const size = decimals(Math.abs(difference), 1);
  return size === '0.0' ? `${size} ${unit}` : `${difference > 0 ? '▲' : '▼'} ${size} ${unit}`;
}

/** `▲ 12.4 %`. */
export const change = (now: number, before: number): string => arrow((now / before - 1) * 100, '%');

/** `▲ 0.5 pt`. */
export const points = (difference: number): string => arrow(difference * 100, 'pt');

export const number = decimals;

/** What is known of a rate; null bounds are not written. */
export function interval({ count: counted, n, low, high }: Rate): string {
  return low === null || high === null
    ? ''
    : `${count(counted)} of ${count(n)}, 95 % CI ${share(low)} to ${share(high)}`;
}

/** `90.0 %`; `14 of 17` below 20. */
export function rate({ value, count: counted, n }: Rate): string {
  if (value === null) {
    return 'none';
  }
  return n < 20 ? `${count(counted)} of ${count(n)}` : share(value);
}

const withSign = (value: number, size: string, sign: boolean): string => {
  const plus = sign ? '+' : '';
  return Number(size) === 0 ? size : `${value < 0 ? '−' : plus}${size}`;
};

/** A difference of rates in points: whole ones; below one point one significant digit. */
export function difference(value: number, sign = false): string {
  const points = Math.abs(value * 100);
  const digits = points >= 0.95 || points < 0.0005 ? 0 : Math.min(3, Math.ceil(-Math.log10(points)));
  return withSign(value, decimals(points, digits), sign);
}

/** `+16 %`; one decimal below one percent. */
export function percentChange(value: number): string {
  const percent = Math.abs(value * 100);
  return `${withSign(value, decimals(percent, percent < 0.95 && percent >= 0.05 ? 1 : 0), true)} %`;
}

/** `p = 0.013`, `p < 0.001`. */
export const pValue = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${decimals(p, p < 0.1 ? 3 : 2)}`);

export const or = <T>(value: T | null | undefined, write: (value: T) => string, missing: string): string =>
  value == null ? missing : write(value);

export const lines = (...parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join('\n');

/** How far down a line of this height ends: from its greatest value to its least over all but two pixels above and below. */
export function lineEnd(values: readonly (number | null)[], height: number): string {
  const known = values.filter((value) => value !== null);
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const down = most === least ? 0.5 : (most - (known.at(-1) ?? least)) / (most - least);
  return String(Math.round((2 + down * (height - 4)) * 10) / 10);
}

/** An instant by the wall clock of a zone, with its offset from UTC: `2026-11-20T13:00:00.000+01:00`. */
export function localIso(instant: string, timeZone: string): string {
  const offset = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(new Date(instant))
    .find(({ type }) => type === 'timeZoneName')
    ?.value.replace('GMT', '');
  const [, hours = '0', minutes = '0'] = /^([+-]\d\d):(\d\d)$/.exec(offset ?? '') ?? [];
  const minutesAhead = Number(hours) * 60 + Math.sign(Number(hours)) * Number(minutes);
  return new Date(Date.parse(instant) + minutesAhead * 60_000).toISOString().replace('Z', offset ?? '');
}

/** `23 Nov 14:21` and its parts, in one time zone. */
export function moments(timeZone: string): {
  readonly day: (instant: string | number) => string;
  readonly clock: (instant: string | number) => string;
  readonly moment: (instant: string | number) => string;
} {
  const day = new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'short' });
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  return {
    day: (instant) => day.format(new Date(instant)),
    clock: (instant) => clock.format(new Date(instant)),
    moment: (instant) => `${day.format(new Date(instant))} ${clock.format(new Date(instant))}`,
  };
}
