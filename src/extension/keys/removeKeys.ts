import * as vscode from 'vscode';
import type { ExportController } from '../exports/exportController.ts';
import type { KeyStore } from './keyStore.ts';

/** "Remove Langfuse keys": asks first, since the secret key cannot be read again anywhere. */
export class RemoveKeys {
  readonly #keys: KeyStore;
  readonly #controller: ExportController;

  constructor(keys: KeyStore, controller: ExportController) {
    this.#keys = keys;
    this.#controller = controller;
  }

  /** @throws SetupNeeded without a folder that could have keys */
  async run(): Promise<void> {
    const remove = vscode.l10n.t('Remove');
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t('Remove the Langfuse keys of this folder?'),
      { modal: true, detail: vscode.l10n.t('Exports stop. What has been exported stays in the database.') },
      remove,
    );
    if (chosen !== remove) {
      return;
    }
    this.#controller.cancel();
    await this.#keys.remove();
  }
}
