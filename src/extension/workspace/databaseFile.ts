import path from 'node:path';
import * as vscode from 'vscode';
import { readSetting } from '../settings/settings.ts';

/** Where the metrics database of this folder is, or will be. */
export function databaseUri(folder: vscode.WorkspaceFolder): vscode.Uri {
  return vscode.Uri.file(path.resolve(folder.uri.fsPath, readSetting(folder, 'database.path')));
}

/** False also when it cannot be seen, whatever keeps us from it. */
export async function exists(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch {
    return false;
  }
}
