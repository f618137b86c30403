import * as vscode from 'vscode';
import type { AlertState } from '../../protocol/analytics.ts';
import { runsViewId } from '../runs/runsTree.ts';
import { settingsSection } from '../settings/settingNames.ts';

const dashboardCommand = `${settingsSection}.openDashboard`;

/** Opens what an alert is about: its figures, or the rule that cannot be read. */
export async function showAlert({ state, title, scope }: AlertState): Promise<void> {
  if (state === 'invalid') {
    await showRule(title);
    return;
  }
  const commands = await vscode.commands.getCommands(true);
  if (commands.includes(dashboardCommand)) {
    await vscode.commands.executeCommand(dashboardCommand, scope);
  } else {
    await vscode.commands.executeCommand(`${runsViewId}.focus`);
  }
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
