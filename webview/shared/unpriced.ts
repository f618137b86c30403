import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../src/format/numbers.ts';

/** How many calls a cost leaves out; null when it has them all. */
export function unpricedText(calls: number, numbers: Numbers): string | null {
  if (calls === 0) {
    return null;
  }
  return calls === 1 ? l10n.t('1 call without price') : l10n.t('{0} calls without price', numbers.count(calls));
}
