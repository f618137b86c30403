import type { Scope } from '../../protocol/scope.ts';

const dayMilliseconds = 86_400_000;

/** Everything of the last days. @param now milliseconds since the epoch */
export function recentScope(now: number, days: number): Scope {
  // To the end of the present minute, so that equal questions within it are equal.
  const end = Math.ceil((now + 1) / 60_000) * 60_000;
  return { range: { start: new Date(end - days * dayMilliseconds).toISOString(), end: new Date(end).toISOString() } };
}
