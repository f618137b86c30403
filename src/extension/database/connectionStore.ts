import type * as vscode from 'vscode';
import { FolderSecret } from '../secrets/folderSecret.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';

export interface StoredConnection {
  /** With the password. */
  readonly connectionString: string;
  /** For people, without secrets: postgres://user@host:port/database. */
  readonly location: string;
}

/**
 * The PostgreSQL connection of each folder. It is one secret that holds the password with the server
 * it was tested against, so that no setting or file can send it to another host.
 */
export class ConnectionStore implements vscode.Disposable {
  readonly #secret: FolderSecret;
  /** A connection was set or removed, perhaps in another window; or the folder became another one. */
  readonly onDidChange: vscode.Event<void>;

  constructor(secrets: vscode.SecretStorage, folder: ExportFolder) {
    this.#secret = new FolderSecret(secrets, folder, 'postgres');
    this.onDidChange = this.#secret.onDidChange;
  }

  /** Null without a connection or without a folder to have one for. */
  async read(): Promise<StoredConnection | null> {
    const value = (await this.#secret.read()) as Partial<Record<keyof StoredConnection, unknown>> | null;
    const { connectionString, location } = value ?? {};
    return typeof connectionString === 'string' && typeof location === 'string' ? { connectionString, location } : null;
  }

  /** @throws SetupNeeded without a folder to keep it for */
  async store(stored: StoredConnection): Promise<void> {
    await this.#secret.store(stored);
  }

  /** @throws SetupNeeded without a folder that could have one */
  async remove(): Promise<void> {
    await this.#secret.remove();
  }

  dispose(): void {
    this.#secret.dispose();
  }
}
