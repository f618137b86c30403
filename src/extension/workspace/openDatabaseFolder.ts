import * as vscode from 'vscode';
import type { MetricsDatabase } from '../database/metricsDatabase.ts';
import { databaseUri, exists } from './databaseFile.ts';
import type { ExportFolder } from './exportFolder.ts';

/**
 * Shows the database where the person can reach it: in the Explorer when it lies in the workspace,
 * else in the system's file manager. Of a server it says the address.
 * @throws SetupNeeded without a folder
 */
export async function openDatabaseFolder(folders: ExportFolder, database: MetricsDatabase): Promise<void> {
  const file = databaseUri(await folders.require());
  if ((await database.backend()) === 'postgres') {
    const location = (await database.location()) ?? vscode.l10n.t('not connected');
    void vscode.window.showInformationMessage(vscode.l10n.t('The metrics are in PostgreSQL: {0}', location));
    return;
  }
  if (!(await exists(file))) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('There is no database yet; the first export makes {0}.', vscode.workspace.asRelativePath(file)),
    );
    return;
  }
  const inWorkspace = vscode.workspace.getWorkspaceFolder(file) !== undefined;
  await vscode.commands.executeCommand(inWorkspace ? 'revealInExplorer' : 'revealFileInOS', file);
}
