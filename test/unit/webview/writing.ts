import { Numbers } from '../../../src/format/numbers.ts';
import { Times } from '../../../src/format/times.ts';
import type { Writing } from '../../../webview/shared/panel.ts';

export const now = Date.parse('2026-11-23T14:32:00.000Z');

/** English for a reader in UTC. */
export const writing: Writing = {
  language: 'en',
  timeZone: 'UTC',
  numbers: new Numbers('en'),
  times: new Times('en', 'UTC'),
  now: () => now,
};

/** With plain spaces where the product puts narrow ones. */
export function plain(text: string): string {
  return text.replaceAll('\u202f', ' ');
}
