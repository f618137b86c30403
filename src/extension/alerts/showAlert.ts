import * as vscode from 'vscode';
import type { AlertState } from '../../protocol/analytics.ts';
import type { DashboardTarget } from '../../protocol/panels.ts';
import { commandIds } from '../commands/commandIds.ts';
import { settingsSection } from '../settings/settingNames.ts';

/** Opens what an alert is about: its figures, or the rule that cannot be read. */
export async function showAlert({ state, title, scope }: AlertState): Promise<void> {
  if (state === 'invalid') {
    await showRule(title);
    return;
  }
  await vscode.commands.executeCommand(commandIds.openDashboard, { scope } satisfies DashboardTarget);
}

/** @param where ".langfuse/alerts.json:12", or a setting */
async function showRule(where: string): Promise<void> {
  const [, file, line] = /^(.*\.json)(?::(\d+))?$/.exec(where) ?? [];
  const [found] = file === undefined ? [] : await vscode.workspace.findFiles(`**/${file}`, undefined, 1);
  if (found === undefined) {
    await vscode.commands.executeCommand('workbench.action.openSettings', `${settingsSection}.alerts`);
    return;
  }
  const at = new vscode.Position(Number(line ?? 1) - 1, 0);
  await vscode.window.showTextDocument(found, { selection: new vscode.Range(at, at) });
}
