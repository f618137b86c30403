import * as vscode from 'vscode';
import { databaseUri, exists } from './databaseFile.ts';
import type { ExportFolder } from './exportFolder.ts';

/**
 * Shows the database where the person can reach it: in the Explorer when it lies in the workspace,
 * else in the system's file manager.
 * @throws SetupNeeded without a folder
 */
export async function openDatabaseFolder(folders: ExportFolder): Promise<void> {
  const file = databaseUri(await folders.require());
  if (!(await exists(file))) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('There is no database yet; the first export makes {0}.', vscode.workspace.asRelativePath(file)),
    );
    return;
  }
  const inWorkspace = vscode.workspace.getWorkspaceFolder(file) !== undefined;
  await vscode.commands.executeCommand(inWorkspace ? 'revealInExplorer' : 'revealFileInOS', file);
}
