import * as vscode from 'vscode';
import type { DatabaseBackend } from '../../engine/config/backends.ts';
import { EngineError } from '../../engine/errors.ts';
import { settingsSection } from '../settings/settingNames.ts';
import { readSetting } from '../settings/settings.ts';
import { databaseUri, exists } from '../workspace/databaseFile.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';
import type { DatabaseConfig } from './connection.ts';
import type { ConnectionStore } from './connectionStore.ts';

/** Where this window keeps its metrics: a setting chooses the backend, a secret knows the server. */
export class MetricsDatabase implements vscode.Disposable {
  readonly #folder: ExportFolder;
  readonly #connections: ConnectionStore;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;

  /** Metrics may be in another place now. */
  readonly onDidChange = this.#changed.event;

  constructor(folder: ExportFolder, connections: ConnectionStore) {
    this.#folder = folder;
    this.#connections = connections;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      connections.onDidChange(() => void this.#followConnection()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (
          ['database.backend', 'database.path'].some((one) => event.affectsConfiguration(`${settingsSection}.${one}`))
        ) {
          this.#changed.fire();
        }
      }),
    );
  }

  /** Of the folder that this window exports into; null without one. */
  async backend(): Promise<DatabaseBackend | null> {
    const folder = await this.#folder.find();
    return folder === null ? null : readSetting(folder, 'database.backend');
  }

  /** Where metrics are, for people; null when that is nowhere yet. */
  async location(): Promise<string | null> {
    const folder = await this.#folder.find();
    if (folder === null) {
      return null;
    }
    return readSetting(folder, 'database.backend') === 'postgres'
      ? ((await this.#connections.read())?.location ?? null)
      : vscode.workspace.asRelativePath(databaseUri(folder));
  }

  /**
   * What the engine is told of the database that is in use.
   * @throws SetupNeeded without a folder
   * @throws EngineError database.missing while PostgreSQL is chosen and not connected
   */
  async config(): Promise<DatabaseConfig> {
    const folder = await this.#folder.require();
    const backend = readSetting(folder, 'database.backend');
    return {
      backend,
      path: readSetting(folder, 'database.path'),
      commitToGit: readSetting(folder, 'database.commitToGit'),
      ...(backend === 'postgres' ? { postgres: { connectionString: await this.#connectionString() } } : {}),
    };
  }

  /** The database of a backend, in use or not, as a move names it. @throws as `config` does */
  async address(backend: DatabaseBackend): Promise<string> {
    const folder = await this.#folder.require();
    return backend === 'postgres' ? this.#connectionString() : `sqlite:${readSetting(folder, 'database.path')}`;
  }

  /** False when there surely is none yet, found out without opening anything. */
  async mayExist(): Promise<boolean> {
    const folder = await this.#folder.find();
    if (folder === null) {
      return false;
    }
    return readSetting(folder, 'database.backend') === 'postgres' || exists(databaseUri(folder));
  }

  /** Makes `backend` the one in use in this folder. @throws SetupNeeded without a folder */
  async choose(backend: DatabaseBackend): Promise<void> {
    const { uri } = await this.#folder.require();
    await vscode.workspace
      .getConfiguration(settingsSection, uri)
      .update('database.backend', backend, vscode.ConfigurationTarget.WorkspaceFolder);
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  async #connectionString(): Promise<string> {
    const stored = await this.#connections.read();
    if (stored === null) {
      throw new EngineError('database.missing', vscode.l10n.t('This folder has no connection to PostgreSQL yet.'), {
        hint: vscode.l10n.t('Connect to PostgreSQL, or choose SQLite in the settings.'),
      });
    }
    return stored.connectionString;
  }

  async #followConnection(): Promise<void> {
    if ((await this.backend()) === 'postgres') {
      this.#changed.fire();
    }
  }
}
