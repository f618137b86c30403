import * as l10n from '@vscode/l10n';
import { EngineError } from '../engine/errors.ts';

const pattern = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/**
 * Reads an ISO 8601 time as people type it. With a zone it is taken as it is, without one as local
 * time, and a date alone is that day's local midnight (where Date.parse would say midnight UTC).
 * @returns UTC, ISO 8601 with milliseconds
 * @throws EngineError config.invalid that names `flag`
 */
export function parseTime(text: string, flag: string): string {
  const [, day = '', time = '00:00', zone = ''] = pattern.exec(text.trim()) ?? [];
  const milliseconds = Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(milliseconds) || new Date(`${day}T00:00Z`).toISOString().slice(0, 10) !== day) {
    throw new EngineError('config.invalid', l10n.t('{0}: "{1}" is not a time.', flag, text), {
      hint: l10n.t('Write times as 2026-01-31, 2026-01-31T09:00 or 2026-01-31T09:00:00Z.'),
    });
  }
  return new Date(milliseconds).toISOString();
}
