import * as l10n from '@vscode/l10n';
import { EngineError } from '../errors.ts';

/** A value that a caller gave, under the caller's name for it. */
type Given = readonly [name: string, value: number | undefined];

/** Sums of what is counted stay exact in a double. */
const largestCount = 1_000_000_000_000;
const largestPriority = 1000;
/** A week; longer waits and leases are a mistake of units. */
const longestSeconds = 604_800;

/** @throws EngineError config.invalid for the first that is no whole number from 0 */
export function requireCounts(...given: readonly Given[]): void {
  for (const [name, value] of given) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0 && value <= largestCount)) {
      throw invalid(name, l10n.t('must be a whole number, and not negative'), value);
    }
  }
}

/** @throws EngineError config.invalid for the first that is no number of seconds */
export function requireSeconds(...given: readonly Given[]): void {
  for (const [name, value] of given) {
    if (value !== undefined && !(value >= 0 && value <= longestSeconds)) {
      throw invalid(name, l10n.t('must be a number of seconds from 0 to {0}', longestSeconds), value);
    }
  }
}

/** @throws EngineError config.invalid */
export function requirePriority(priority: number | undefined): void {
  if (priority !== undefined && !(Number.isSafeInteger(priority) && Math.abs(priority) <= largestPriority)) {
    const bounds = l10n.t('must be a whole number from {0} to {1}', -largestPriority, largestPriority);
    throw invalid('priority', bounds, priority);
  }
}

/** @throws EngineError config.invalid when a name is missing */
export function requireNames(given: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (value.trim() === '') {
      throw invalid(name, l10n.t('must not be empty'), value);
    }
  }
}

/** Milliseconds since the Unix epoch of an ISO time; null for none. @throws EngineError config.invalid */
export function parseTime(name: string, text: string | undefined): number | null {
  if (text === undefined) {
    return null;
  }
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) {
    throw invalid(name, l10n.t('must be a time such as 2026-01-31T12:00:00Z'), text);
  }
  return time;
}

const invalid = (name: string, message: string, value: string | number): EngineError =>
  new EngineError('config.invalid', `${name}: ${message} (${value})`, {
    hint: l10n.t('Correct the value named above and try again.'),
  });
