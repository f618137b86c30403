import * as vscode from 'vscode';
import type { PanelSettings } from '../../protocol/panels.ts';
import type { KeyStore } from '../keys/keyStore.ts';
import { settingsSection } from '../settings/settingNames.ts';

const shortcuts = 'panels.shortcuts';

/** What panels are told of the window that they are in. */
export class PanelSettingsSource implements vscode.Disposable {
  readonly #keys: KeyStore;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;

  readonly onDidChange = this.#changed.event;

  constructor(keys: KeyStore) {
    this.#keys = keys;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      keys.onDidChange(() => this.#changed.fire()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${settingsSection}.${shortcuts}`)) {
          this.#changed.fire();
        }
      }),
    );
  }

  async read(): Promise<PanelSettings> {
    return {
      singleKeys: vscode.workspace.getConfiguration(settingsSection).get(shortcuts, true),
      hasKeys: (await this.#keys.read()) !== null,
    };
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}
