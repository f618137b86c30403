import * as l10n from '@vscode/l10n';
import type { KeyHelp } from '../shared/keyList.ts';

/** Every key of the panel. */
export function keyHelp(singleKeys: boolean): readonly KeyHelp[] {
  const always: readonly KeyHelp[] = [
    { keys: ['↑', '↓', 'Home', 'End'], does: l10n.t('row') },
    { keys: ['←', '→'], does: l10n.t('fold, unfold') },
    { keys: ['Enter'], does: l10n.t('go to its texts; Escape goes back') },
    { keys: [l10n.t('Ctrl F')], does: l10n.t('find in names and texts') },
    { keys: ['Enter', l10n.t('Shift Enter')], does: l10n.t('while finding: next, previous match') },
    { keys: ['F8', l10n.t('Shift F8')], does: l10n.t('next, previous failing step') },
  ];
  const single: readonly KeyHelp[] = [
    { keys: ['C'], does: l10n.t('copy the step as Markdown') },
    { keys: [l10n.t('Shift C')], does: l10n.t('copy the trace as Markdown') },
    { keys: ['O'], does: l10n.t('open in Langfuse') },
    { keys: ['+', '−'], does: l10n.t('rate good, bad') },
    { keys: ['M'], does: l10n.t('messages or raw texts') },
    { keys: ['['], does: l10n.t('fold all') },
    { keys: [']'], does: l10n.t('unfold all') },
    { keys: ['?'], does: l10n.t('all keys') },
  ];
  return singleKeys ? [...always, ...single] : always;
}
