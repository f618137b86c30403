import * as vscode from 'vscode';
import type { MetricsDatabase } from '../database/metricsDatabase.ts';
import type { ExportController } from '../exports/exportController.ts';
import type { Messages } from '../messages/messages.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';
import type { DatabaseWatcher } from './databaseWatcher.ts';
import type { RunHistory } from './runHistory.ts';

interface RunRefreshOptions {
  readonly history: RunHistory;
  readonly controller: ExportController;
  readonly watcher: DatabaseWatcher;
  readonly folder: ExportFolder;
  readonly database: MetricsDatabase;
  readonly messages: Messages;
}

/** Reads the runs again when they may have changed. */
export class RunRefresh implements vscode.Disposable {
  readonly #subscriptions: vscode.Disposable;

  constructor({ history, controller, watcher, folder, database, messages }: RunRefreshOptions) {
    this.#subscriptions = vscode.Disposable.from(
      folder.onDidChange(() => history.refresh()),
      database.onDidChange(() => history.refresh()),
      watcher.onDidChange(() => {
        // The saves of our own export change nothing that is shown; its end does.
        if (controller.running === null) {
          history.refresh();
        }
      }),
      controller.onDidEnd(() => {
        history.refresh();
        // Even with the tree hidden: the status bar tells when the last export was.
        history.list().catch((error: unknown) => messages.record(error));
      }),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}
