import * as l10n from '@vscode/l10n';
import type { Subject } from './subject.ts';

export function fallbackWords({ originalModel, fallbackModel, reason }: NonNullable<Subject['fallbackOf']>): string {
  const from = originalModel ?? l10n.t('another model');
  const to = fallbackModel ?? l10n.t('another model');
  return reason === null
    ? l10n.t('Fallback from {0} to {1}.', from, to)
    : l10n.t('Fallback from {0} to {1}: {2}', from, to, reason);
}

export function costSourceWords(source: string): string {
  switch (source) {
    case 'langfuse':
      return l10n.t('price from Langfuse');
    case 'metadata':
      return l10n.t('cost from the metadata');
    default:
      return l10n.t('price from the local table');
  }
}
