const halfDayMs = 43_200_000;

/**
 * The first moment of the next day in a time zone.
 * @param wall milliseconds since the Unix epoch
 * @param timeZone an IANA name
 */
export function nextMidnight(wall: number, timeZone: string): number {
  const today = localParts(wall, timeZone);
  const midnight = Date.UTC(today.year, today.month - 1, today.day + 1);
  // Clocks may change at midnight itself: then it is skipped, or comes twice.
  const offsets = [-halfDayMs, halfDayMs].map((around) =>
    offsetAt(midnight - offsetAt(wall, timeZone) + around, timeZone),
  );
  const [earlier = 0, later = 0] = offsets.map((offset) => midnight - offset).sort((a, b) => a - b);
  return localParts(earlier, timeZone).day === today.day ? later : earlier;
}

interface LocalParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Milliseconds that local time is ahead of UTC. */
function offsetAt(wall: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localParts(wall, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(wall / 1000) * 1000;
}

function localParts(wall: number, timeZone: string): LocalParts {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = Object.fromEntries(format.formatToParts(wall).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return { year, month, day, hour, minute, second };
}
