import * as l10n from '@vscode/l10n';
import type { Writing } from '../shared/panel.ts';
import { isList, isRecord, type Json } from './readJson.ts';

/** Elements of a list, members of an object; 1 for anything else. */
export function sizeOf(value: Json): number {
  return isList(value) ? value.length : isRecord(value) ? Object.keys(value).length : 1;
}

/** The first members that are short, and how many more there are: `temperature 0.2, max_tokens 2048, 3 more`. */
export function summaryOf(value: Json, { numbers }: Writing): string {
  const size = sizeOf(value);
  if (!isRecord(value)) {
    return size === 1 ? l10n.t('1 element') : l10n.t('{0} elements', numbers.count(size));
  }
  const short = Object.entries(value).filter(
    ([, member]) =>
      typeof member === 'number' || typeof member === 'boolean' || (typeof member === 'string' && member.length <= 20),
  );
  const shown = short
    .slice(0, 2)
    .map(([name, member]) => `${name} ${typeof member === 'string' ? member : JSON.stringify(member)}`);
  const more = size - shown.length;
  return [
    ...shown,
    ...(more === 0
      ? []
      : [shown.length === 0 ? keysText(more, numbers.count(more)) : l10n.t('{0} more', numbers.count(more))]),
  ].join(', ');
}

function keysText(count: number, written: string): string {
  return count === 1 ? l10n.t('1 key') : l10n.t('{0} keys', written);
}
