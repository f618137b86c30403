import * as vscode from 'vscode';
import type { TraceGrouping } from '../../protocol/browse.ts';
import type { TraceTree } from './traceTree.ts';

interface Choice extends vscode.QuickPickItem {
  readonly grouping: TraceGrouping;
}

/** Asks what the tree of traces is grouped by. */
export async function groupTraces(tree: TraceTree): Promise<void> {
  const present = tree.view.grouping;
  const choice = (grouping: TraceGrouping, label: string, icon: string): Choice => ({
    label: `$(${icon}) ${label}`,
    description: grouping === present ? vscode.l10n.t('shown now') : '',
    grouping,
  });
  const chosen = await vscode.window.showQuickPick(
    [
      choice('day', vscode.l10n.t('Day'), 'calendar'),
      choice('session', vscode.l10n.t('Session'), 'comment-discussion'),
      choice('user', vscode.l10n.t('User'), 'person'),
      choice('name', vscode.l10n.t('Name'), 'symbol-string'),
      choice('agent', vscode.l10n.t('Agent'), 'robot'),
    ],
    { title: vscode.l10n.t('Group traces by') },
  );
  if (chosen !== undefined && chosen.grouping !== present) {
    await tree.show({ ...tree.view, grouping: chosen.grouping });
  }
}
