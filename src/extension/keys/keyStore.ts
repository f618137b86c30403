import type * as vscode from 'vscode';
import type { Credentials, ServerInfo } from '../../protocol/engine.ts';
import { FolderSecret } from '../secrets/folderSecret.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';

/** Keys with the name of the project that they were found to open. */
export interface StoredKeys extends Credentials {
  readonly projectName: string;
}

/**
 * The Langfuse keys of each folder. A folder's secret is one value that holds the keys and the address
 * they were tested against, so that no setting or file can send them to another host.
 */
export class KeyStore implements vscode.Disposable {
  readonly #secret: FolderSecret;
  /** Keys were set or removed, perhaps in another window; or the folder became another one. */
  readonly onDidChange: vscode.Event<void>;

  constructor(secrets: vscode.SecretStorage, folder: ExportFolder) {
    this.#secret = new FolderSecret(secrets, folder, 'langfuse');
    this.onDidChange = this.#secret.onDidChange;
  }

  /** Null without keys or without a folder to have them for. */
  async read(): Promise<StoredKeys | null> {
    const value = await this.#secret.read();
    const credentials = asCredentials(value);
    if (credentials === null) {
      // Also when it is not as we write it; setting the keys replaces it.
      return null;
    }
    const { projectName = '' } = value as Partial<StoredKeys>;
    return { ...credentials, projectName };
  }

  /** @throws SetupNeeded without a folder to keep them for */
  async store(credentials: Credentials, { projectName }: Pick<ServerInfo, 'projectName'>): Promise<void> {
    await this.#secret.store({ ...credentials, projectName });
  }

  /** @throws SetupNeeded without a folder that could have any */
  async remove(): Promise<void> {
    await this.#secret.remove();
  }

  dispose(): void {
    this.#secret.dispose();
  }
}

/** The value as credentials when it has all three texts, else null. */
export function asCredentials(value: unknown): Credentials | null {
  if (typeof value !== 'object' || value === null) {
    return null;
  }
  const { baseUrl, publicKey, secretKey: secret } = value as Partial<Record<keyof Credentials, unknown>>;
  if (typeof baseUrl !== 'string' || typeof publicKey !== 'string' || typeof secret !== 'string') {
    return null;
  }
  return { baseUrl, publicKey, secretKey: secret };
}
