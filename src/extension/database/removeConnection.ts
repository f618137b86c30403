import * as vscode from 'vscode';
import type { ConnectionStore } from './connectionStore.ts';

/** "Remove the PostgreSQL connection": asks first, since the password cannot be read again anywhere. */
export class RemoveConnection {
  readonly #connections: ConnectionStore;

  constructor(connections: ConnectionStore) {
    this.#connections = connections;
  }

  /** @throws SetupNeeded without a folder that could have one */
  async run(): Promise<void> {
    const remove = vscode.l10n.t('Remove');
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t('Remove the PostgreSQL connection of this folder?'),
      { modal: true, detail: vscode.l10n.t('VS Code forgets the password. The metrics on the server stay.') },
      remove,
    );
    if (chosen === remove) {
      await this.#connections.remove();
    }
  }
}
