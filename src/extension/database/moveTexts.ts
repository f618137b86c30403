import * as l10n from '@vscode/l10n';
import type { MoveProgress } from '../../protocol/engine.ts';
import type { Numbers } from '../../format/numbers.ts';

/** `Copying llm_spans: 12,000 of 40,000 rows`. */
export function moveProgressText({ phase, table, rows, total }: MoveProgress, numbers: Numbers): string {
  const parts = [table, numbers.count(rows), numbers.count(total)] as const;
  return phase === 'copying'
    ? l10n.t('Copying {0}: {1} of {2} rows', ...parts)
    : l10n.t('Comparing {0}: {1} of {2} rows', ...parts);
}
