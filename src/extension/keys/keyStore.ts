import * as vscode from 'vscode';
import type { Credentials, ServerInfo } from '../../protocol/engine.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';

/** Keys with the name of the project that they were found to open. */
export interface StoredKeys extends Credentials {
  readonly projectName: string;
}

/**
 * The Langfuse keys of each folder, in the editor's SecretStorage. A folder's secret is one value that
 * holds the keys and the address they were tested against, so that no setting or file can send them
 * to another host.
 */
export class KeyStore implements vscode.Disposable {
  readonly #secrets: vscode.SecretStorage;
  readonly #folder: ExportFolder;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;

  /** Keys were set or removed, perhaps in another window; or the folder became another one. */
  readonly onDidChange = this.#changed.event;

  constructor(secrets: vscode.SecretStorage, folder: ExportFolder) {
    this.#secrets = secrets;
    this.#folder = folder;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      folder.onDidChange(() => this.#changed.fire()),
      secrets.onDidChange(({ key }) => {
        // Every window hears of every secret.
        if (vscode.workspace.workspaceFolders?.some((one) => secretKey(one) === key)) {
          this.#changed.fire();
        }
      }),
    );
  }

  /** Null without keys or without a folder to have them for. */
  async read(): Promise<StoredKeys | null> {
    const folder = await this.#folder.find();
    const secret = folder === null ? undefined : await this.#secrets.get(secretKey(folder));
    return secret === undefined ? null : parseSecret(secret);
  }

  /** @throws SetupNeeded without a folder to keep them for */
  async store(credentials: Credentials, { projectName }: Pick<ServerInfo, 'projectName'>): Promise<void> {
    const folder = await this.#folder.require();
    await this.#secrets.store(secretKey(folder), JSON.stringify({ ...credentials, projectName }));
  }

  /** @throws SetupNeeded without a folder that could have any */
  async remove(): Promise<void> {
    await this.#secrets.delete(secretKey(await this.#folder.require()));
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}

function secretKey(folder: vscode.WorkspaceFolder): string {
  return `langfuse:${folder.uri.toString()}`;
}

function parseSecret(secret: string): StoredKeys | null {
  try {
    const value: unknown = JSON.parse(secret);
    const credentials = asCredentials(value);
    const { projectName = '' } = value as Partial<StoredKeys>;
    return credentials === null ? null : { ...credentials, projectName };
  } catch {
    // Not written by us: the same as no keys, and setting them replaces it.
    return null;
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
