import * as vscode from 'vscode';
import { exists } from '../workspace/databaseFile.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';
import { limitsFileTemplate, rateLimitPaths } from './limitsFile.ts';

/**
 * Opens the limits file of this window's folder, which is made where there is none.
 * @param place `{line, column}` from 1, to go to
 * @returns its path
 * @throws SetupNeeded without a folder that is trusted
 */
export async function editLimits(folder: ExportFolder, place: unknown): Promise<string> {
  const file = vscode.Uri.file(rateLimitPaths(await folder.require()).limitsFile);
  if (!(await exists(file))) {
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(limitsFileTemplate));
  }
  const document = await vscode.workspace.openTextDocument(file);
  const position = positionOf(document, place);
  await vscode.window.showTextDocument(document, {
    ...(position === null ? {} : { selection: new vscode.Range(position, position) }),
  });
  return file.fsPath;
}

function positionOf(document: vscode.TextDocument, place: unknown): vscode.Position | null {
  const { line, column } = (place ?? {}) as { readonly line?: unknown; readonly column?: unknown };
  return typeof line === 'number' && typeof column === 'number'
    ? document.validatePosition(new vscode.Position(Math.max(line - 1, 0), Math.max(column - 1, 0)))
    : null;
}
