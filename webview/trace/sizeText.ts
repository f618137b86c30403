import * as l10n from '@vscode/l10n';
import type { Numbers } from '../../src/format/numbers.ts';

const narrowNoBreakSpace = '\u202f';

/** How long a text is: `840 characters`, `18.2 k`, `1.2 M characters`. */
export function sizeText(characters: number, numbers: Numbers): string {
  return characters === 1 ? l10n.t('1 character') : l10n.t('{0} characters', numbers.tokens(characters));
}

/** As a file it would have this many bytes: `18.2 kB`, `1.2 MB`. */
export function byteText(text: string, numbers: Numbers): string {
  const bytes = new Blob([text]).size;
  const unit =
    bytes < 1e3 ? { size: 1, name: 'B' } : bytes < 1e6 ? { size: 1e3, name: 'kB' } : { size: 1e6, name: 'MB' };
  const amount = bytes / unit.size;
  return `${unit.size === 1 ? numbers.count(amount) : numbers.decimal(amount, 1)}${narrowNoBreakSpace}${unit.name}`;
}
