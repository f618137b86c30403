import path from 'node:path';
import * as vscode from 'vscode';
import type { MetricsDatabase } from '../database/metricsDatabase.ts';
import { databaseUri } from '../workspace/databaseFile.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';

/** One save is several events on the file system (temporary file, rename). */
const settleMilliseconds = 500;

/** Tells when the database's file changed, by whichever process. A server tells nobody. */
export class DatabaseWatcher implements vscode.Disposable {
  readonly #folder: ExportFolder;
  readonly #database: MetricsDatabase;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;
  #watcher: vscode.Disposable | null = null;
  #timer: NodeJS.Timeout | null = null;

  readonly onDidChange = this.#changed.event;

  constructor(folder: ExportFolder, database: MetricsDatabase) {
    this.#folder = folder;
    this.#database = database;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      folder.onDidChange(() => void this.watch()),
      database.onDidChange(() => void this.watch()),
    );
  }

  /** Watches where the database is now. */
  async watch(): Promise<void> {
    const folder = await this.#folder.find();
    const backend = await this.#database.backend();
    this.#watcher?.dispose();
    this.#watcher = folder === null || backend === 'postgres' ? null : this.#watchFile(databaseUri(folder));
  }

  dispose(): void {
    clearTimeout(this.#timer ?? undefined);
    this.#watcher?.dispose();
    this.#subscriptions.dispose();
  }

  #watchFile(file: vscode.Uri): vscode.Disposable {
    const pattern = new vscode.RelativePattern(vscode.Uri.joinPath(file, '..'), path.basename(file.path));
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const tell = (): void => this.#tellSoon();
    return vscode.Disposable.from(
      watcher,
      watcher.onDidCreate(tell),
      watcher.onDidChange(tell),
      watcher.onDidDelete(tell),
    );
  }

  #tellSoon(): void {
    clearTimeout(this.#timer ?? undefined);
    this.#timer = setTimeout(() => this.#changed.fire(), settleMilliseconds);
  }
}
