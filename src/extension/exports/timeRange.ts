import * as l10n from '@vscode/l10n';

export interface TimeRange {
  /** UTC ISO-8601. */
  readonly start: string;
  /** Null: now. */
  readonly end: string | null;
}

const hour = 3_600_000;

/** The range from so many hours ago to now. */
export function lastHours(hours: number, now: number): TimeRange {
  return { start: new Date(now - hours * hour).toISOString(), end: null };
}

const isoTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Reads an ISO-8601 date or time as a person types it. Without a zone it is local time, and a date
 * alone is its local midnight, as on the command line.
 * @returns milliseconds since the Unix epoch, or null when it is no such time
 */
export function parseTime(text: string): number | null {
  const trimmed = text.trim();
  if (!isoTime.test(trimmed)) {
    return null;
  }
  // A date alone would be read as UTC, and a time after a space is not read the same way everywhere.
  const time = trimmed.includes(':') ? trimmed.replace(' ', 'T') : `${trimmed}T00:00`;
  const milliseconds = Date.parse(time);
  return Number.isNaN(milliseconds) || !sameDay(trimmed, time) ? null : milliseconds;
}

/** What is wrong with the start of a range, for the person who types it; null when nothing is. */
export function startProblem(text: string, now: number): string | null {
  const start = parseTime(text);
  if (start === null) {
    return expectedForm();
  }
  return start < now ? null : l10n.t('The start lies in the future.');
}

/** What is wrong with the end of a range; empty text means now. */
export function endProblem(text: string, start: number): string | null {
  if (text.trim() === '') {
    return null;
  }
  const end = parseTime(text);
  if (end === null) {
    return expectedForm();
  }
  return end > start ? null : l10n.t('The end must be after the start.');
}

function expectedForm(): string {
  return l10n.t('Enter a date such as 2026-11-23, or a time such as 2026-11-23T14:30 or 2026-11-23T14:30Z.');
}

/** Date.parse moves 31 February to March; nobody means that. */
function sameDay(text: string, time: string): boolean {
  const day = text.slice(0, 10);
  const calendar = new Date(`${day}T00:00:00Z`);
  return time.startsWith(day) && !Number.isNaN(calendar.getTime()) && calendar.toISOString().startsWith(day);
}
