import * as vscode from 'vscode';
import type { Clock } from '../../engine/ports.ts';
import type { ActionParams, AskParams, PanelSettings } from '../../protocol/panels.ts';
import type { Panel } from './panel.ts';
import type { Opening, PanelKind } from './panelKind.ts';
import type { PanelServices } from './panelServices.ts';

export interface PanelsOptions {
  readonly extensionUri: vscode.Uri;
  readonly language: string;
  readonly translations: Readonly<Record<string, string>> | null;
  readonly services: PanelServices;
  readonly clock: Clock;
  /** Of the person's screen, as far as the extension knows it. */
  readonly timeZone: () => string;
  readonly settings: () => Promise<PanelSettings>;
  readonly onDidChangeSettings: vscode.Event<unknown>;
  /** The database may hold other data than before. */
  readonly onDidChangeData: vscode.Event<unknown>;
  readonly record: (error: unknown) => void;
}

/** All open panels: one a target, restored with the window, told what changes. */
export class Panels implements vscode.Disposable {
  readonly #options: PanelsOptions;
  readonly #open = new Map<string, Panel>();
  readonly #subscriptions: vscode.Disposable[];

  constructor(options: PanelsOptions) {
    this.#options = options;
    this.#subscriptions = [
      options.onDidChangeData(() => {
        for (const panel of this.#open.values()) {
          panel.dataChanged();
        }
      }),
      options.onDidChangeSettings(() => {
        for (const panel of this.#open.values()) {
          panel.settingsChanged();
        }
      }),
    ];
  }

  /** Lets the editor bring panels of this kind back when a window is opened again. */
  restore<Target>(kind: PanelKind<Target>): void {
    const deserializeWebviewPanel = async (webviewPanel: vscode.WebviewPanel, state: unknown): Promise<void> => {
      const kept = typeof state === 'object' && state !== null && 'target' in state ? state.target : null;
      const target = kind.readTarget(kept);
      if (target === null || this.#open.has(keyOf(kind, target))) {
        webviewPanel.dispose();
        return;
      }
      await this.#adopt(kind, target, webviewPanel, () => []);
    };
    this.#subscriptions.push(vscode.window.registerWebviewPanelSerializer(kind.viewType, { deserializeWebviewPanel }));
  }

  /** Brings the panel of this target to the front, or opens one beside the active editor's tabs. */
  async show<Target>(kind: PanelKind<Target>, target: Target): Promise<void> {
    const open = this.#open.get(keyOf(kind, target));
    if (open !== undefined) {
      open.show(target);
      return;
    }
    const column = kind.beside === true ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    const place = { viewColumn: column, preserveFocus: kind.beside === true };
    const webviewPanel = vscode.window.createWebviewPanel(kind.viewType, kind.title(target), place);
    await this.#adopt(kind, target, webviewPanel, (opening) => kind.firstAsked?.(target, opening) ?? []);
  }

  /** Hands a command of the palette or of a context menu to the panel in front. */
  act(params: ActionParams): void {
    for (const panel of this.#open.values()) {
      if (panel.active) {
        panel.act(params);
      }
    }
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) {
      subscription.dispose();
    }
    for (const panel of [...this.#open.values()]) {
      panel.dispose();
    }
  }

  /** @param foresee a panel that the editor brings back has its answers of before, and asks for the time since */
  async #adopt<Target>(
    kind: PanelKind<Target>,
    target: Target,
    webviewPanel: vscode.WebviewPanel,
    foresee: (opening: Opening) => readonly AskParams[],
  ): Promise<void> {
    // The wire library loads with the first panel: a window without one does not pay for it.
    const { Panel } = await import('./panel.ts');
    const now = this.#options.clock.now();
    const foreseen = foresee({ now, timeZone: this.#options.timeZone() });
    const panel = new Panel({ ...this.#options, kind, target, webviewPanel, openedAt: now, foreseen });
    const key = keyOf(kind, target);
    this.#open.set(key, panel);
    webviewPanel.onDidDispose(() => {
      this.#open.delete(key);
      panel.dispose();
    });
  }
}

function keyOf<Target>(kind: PanelKind<Target>, target: Target): string {
  return `${kind.viewType} ${kind.key(target)}`;
}
