import * as vscode from 'vscode';
import type { PromptUseSettings } from '../../protocol/promptUses.ts';
import { readSetting } from '../settings/settings.ts';
import { settingsSection } from '../settings/settingNames.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';

export interface LensSettings {
  readonly enabled: boolean;
  /** Groups of languages, as the setting names them. */
  readonly languages: readonly string[];
  readonly hidden: readonly string[];
  readonly days: number;
  readonly minimumRuns: number;
  readonly find: PromptUseSettings;
}

/** The settings of lenses for the folder whose metrics are shown. */
export class LensSettingsSource implements vscode.Disposable {
  readonly #folder: ExportFolder;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;

  readonly onDidChange = this.#changed.event;

  constructor(folder: ExportFolder) {
    this.#folder = folder;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      folder.onDidChange(() => this.#changed.fire()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${settingsSection}.codeLens`)) {
          this.#changed.fire();
        }
      }),
    );
  }

  /** Null while there is no folder that metrics are kept for. */
  async read(): Promise<LensSettings | null> {
    const folder = await this.#folder.find();
    if (folder === null) {
      return null;
    }
    return {
      enabled: readSetting(folder, 'codeLens.enabled'),
      languages: readSetting(folder, 'codeLens.languages'),
      hidden: readSetting(folder, 'codeLens.hiddenPrompts'),
      days: readSetting(folder, 'codeLens.days'),
      minimumRuns: readSetting(folder, 'codeLens.minimumRuns'),
      find: {
        receivers: readSetting(folder, 'codeLens.receivers'),
        wrappers: readSetting(folder, 'codeLens.wrappers'),
        promptFiles: readSetting(folder, 'codeLens.promptFiles'),
      },
    };
  }

  /** Lenses of this prompt are shown no more in this folder, until the setting is cleared. */
  async hide(promptName: string): Promise<void> {
    const folder = await this.#folder.require();
    const hidden = readSetting(folder, 'codeLens.hiddenPrompts');
    await vscode.workspace
      .getConfiguration(settingsSection, folder.uri)
      .update(
        'codeLens.hiddenPrompts',
        [...new Set([...hidden, promptName])],
        vscode.ConfigurationTarget.WorkspaceFolder,
      );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }
}
