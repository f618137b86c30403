import * as vscode from 'vscode';
import type { ExportFolder } from '../workspace/exportFolder.ts';

/** One secret of each folder, in the editor's SecretStorage. */
export class FolderSecret implements vscode.Disposable {
  readonly #secrets: vscode.SecretStorage;
  readonly #folder: ExportFolder;
  readonly #name: string;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;

  /** It was stored or removed, perhaps in another window; or the folder became another one. */
  readonly onDidChange = this.#changed.event;

  /** @param name tells it from the other secrets of the folder */
  constructor(secrets: vscode.SecretStorage, folder: ExportFolder, name: string) {
    this.#secrets = secrets;
    this.#folder = folder;
    this.#name = name;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      folder.onDidChange(() => this.#changed.fire()),
      secrets.onDidChange(({ key }) => {
        // Every window hears of every secret.
        if (vscode.workspace.workspaceFolders?.some((one) => this.#key(one) === key)) {
          this.#changed.fire();
        }
      }),
    );
  }

  /** Null when there is none, when it is not JSON (so not ours), or without a folder to have one for. */
  async read(): Promise<unknown> {
    const folder = await this.#folder.find();
    const text = folder === null ? undefined : await this.#secrets.get(this.#key(folder));
    try {
      return text === undefined ? null : (JSON.parse(text) as unknown);
    } catch {
      return null;
    }
  }

  /** @throws SetupNeeded without a folder to keep it for */
  async store(value: object): Promise<void> {
    await this.#secrets.store(this.#key(await this.#folder.require()), JSON.stringify(value));
  }

  /** @throws SetupNeeded without a folder that could have one */
  async remove(): Promise<void> {
    await this.#secrets.delete(this.#key(await this.#folder.require()));
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #key(folder: vscode.WorkspaceFolder): string {
    return `${this.#name}:${folder.uri.toString()}`;
  }
}
