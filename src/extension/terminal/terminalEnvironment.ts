import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as vscode from 'vscode';
import { clientVariables, pathVariable } from '../../protocol/scripts.ts';
import { rateLimitPaths } from '../rateLimits/limitsFile.ts';
import { readSetting } from '../settings/settings.ts';
import { settingOf } from '../settings/settingNames.ts';
import { exists } from '../workspace/databaseFile.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';
import { writeLaunchers } from './launchers.ts';

const settingName = 'terminal.helper';

/** A shell's start-up file may set PATH anew, so it is set again once the shell is up. */
const always: vscode.EnvironmentVariableMutatorOptions = {
  applyAtProcessCreation: true,
  applyAtShellIntegration: true,
};

/**
 * Puts the command line on PATH in the editor's terminals and tasks, and says there which rate limits
 * and which clients are meant. Nothing is set in a workspace that is not trusted.
 */
export class TerminalEnvironment implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #folder: ExportFolder;
  readonly #subscriptions: vscode.Disposable;
  #arranging: Promise<void> = Promise.resolve();
  #disposed = false;

  /** @param record takes what goes wrong where nobody waits */
  constructor(context: vscode.ExtensionContext, folder: ExportFolder, record: (error: unknown) => void) {
    this.#context = context;
    this.#folder = folder;
    const follow = (): void => void this.arrange().catch(record);
    this.#subscriptions = vscode.Disposable.from(
      folder.onDidChange(follow),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(settingOf(settingName))) {
          follow();
        }
      }),
    );
  }

  /** Sets the variables as folders, trust and setting are now. @throws the file system's errors */
  arrange(): Promise<void> {
    const arranged = this.#arranging.then(() => this.#arrange());
    this.#arranging = arranged.catch(() => undefined);
    return arranged;
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscriptions.dispose();
  }

  async #arrange(): Promise<void> {
    if (this.#disposed) {
      return;
    }
    const collection = this.#context.environmentVariableCollection;
    const shared = await this.#folder.find();
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    if (shared === null || !readSetting(shared, settingName)) {
      clearAll(collection, folders);
      return;
    }
    const bin = vscode.Uri.joinPath(this.#context.globalStorageUri, 'bin').fsPath;
    const resource = (...names: string[]): string => path.join(this.#context.extensionPath, ...names);
    await writeLaunchers(bin, { runtime: process.execPath, script: resource('dist', 'cli.js') });
    collection.description = vscode.l10n.t(
      'Adds the command langfuse-metrics, and where rate limits are kept ({0}).',
      pathVariable,
    );
    collection.prepend('PATH', `${bin}${path.delimiter}`, always);
    collection.replace(clientVariables.python, resource('media', 'python'), always);
    collection.replace(clientVariables.node, pathToFileURL(resource('dist', 'rateLimit.js')).href, always);
    await this.#nameLimits(collection, shared, folders);
  }

  /** With one folder everywhere; with several each folder's own, or the shared one where it has none. */
  async #nameLimits(
    collection: vscode.GlobalEnvironmentVariableCollection,
    shared: vscode.WorkspaceFolder,
    folders: readonly vscode.WorkspaceFolder[],
  ): Promise<void> {
    if (folders.length === 1) {
      collection.getScoped({ workspaceFolder: shared }).clear();
      collection.replace(pathVariable, rateLimitPaths(shared).database, always);
      return;
    }
    collection.delete(pathVariable);
    for (const workspaceFolder of folders) {
      const { database, limitsFile } = rateLimitPaths(workspaceFolder);
      const own = (await exists(vscode.Uri.file(limitsFile))) || (await exists(vscode.Uri.file(database)));
      const meant = own ? database : rateLimitPaths(shared).database;
      collection.getScoped({ workspaceFolder }).replace(pathVariable, meant, always);
    }
  }
}

function clearAll(
  collection: vscode.GlobalEnvironmentVariableCollection,
  folders: readonly vscode.WorkspaceFolder[],
): void {
  collection.clear();
  folders.forEach((workspaceFolder) => collection.getScoped({ workspaceFolder }).clear());
}
