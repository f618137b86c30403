import * as vscode from 'vscode';
import { SetupNeeded } from '../messages/setupNeeded.ts';
import { exists } from './databaseFile.ts';

/**
 * The workspace folder that this window exports into: with several folders the one that holds
 * `.langfuse` already, else the first on a local disk.
 */
export class ExportFolder implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;
  /** The folder may have become another one, or usable. */
  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#changed.fire()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()),
    );
  }

  /** Null while there is nothing that we may export into. Reads nothing of an untrusted workspace. */
  async find(): Promise<vscode.WorkspaceFolder | null> {
    const [first, ...others] = this.#localFolders();
    if (first === undefined || !vscode.workspace.isTrusted) {
      return null;
    }
    if (others.length === 0) {
      return first;
    }
    for (const folder of [first, ...others]) {
      if (await holdsMetrics(folder)) {
        return folder;
      }
    }
    return first;
  }

  /** @throws SetupNeeded that says what is missing: a folder, a local one, or trust */
  async require(): Promise<vscode.WorkspaceFolder> {
    const folder = await this.find();
    if (folder !== null) {
      return folder;
    }
    if (vscode.workspace.workspaceFolders === undefined) {
      throw new SetupNeeded('folder');
    }
    throw new SetupNeeded(vscode.workspace.isTrusted ? 'localFolder' : 'trust');
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #localFolders(): readonly vscode.WorkspaceFolder[] {
    return (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  }
}

function holdsMetrics(folder: vscode.WorkspaceFolder): Promise<boolean> {
  return exists(vscode.Uri.joinPath(folder.uri, '.langfuse'));
}
