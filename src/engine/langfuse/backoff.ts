const baseMilliseconds = 500;
const capMilliseconds = 60_000;

/**
 * Exponential backoff with full jitter (0 to 0.5 s after the first failure, at most 60 s), so that
 * clients cut off together do not come back together.
 * @param failures consecutive failures so far, 1 or more
 * @param random a number in [0, 1)
 */
export function backoffMilliseconds(failures: number, random: () => number): number {
  return Math.round(random() * Math.min(capMilliseconds, baseMilliseconds * 2 ** (failures - 1)));
}

/**
 * How long a Retry-After header asks to wait: seconds or an HTTP date. Null when it is absent or unreadable.
 * @param now milliseconds since the epoch
 */
export function retryAfterMilliseconds(header: string | null, now: number): number | null {
  const value = header?.trim() ?? '';
  if (value === '') {
    return null;
  }
  if (/^\d+(\.\d+)?$/.test(value)) {
    return Math.ceil(Number(value) * 1000);
  }
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
