import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { NotificationType } from 'vscode-jsonrpc';
import {
  actionNotification,
  dataChangedNotification,
  settingsNotification,
  targetNotification,
} from '../../protocol/panelMessages.ts';
import type { ActionParams, AskParams, PanelSettings } from '../../protocol/panels.ts';
import { Foresight } from './foresight.ts';
import { readEnvelope } from './panelGuards.ts';
import { panelHtml } from './panelHtml.ts';
import type { PanelKind } from './panelKind.ts';
import type { PanelServices } from './panelServices.ts';
import { PanelSession } from './panelSession.ts';

export interface PanelOptions {
  readonly kind: PanelKind<unknown>;
  readonly target: unknown;
  /** Asked for at once, while the editor loads the document. */
  readonly foreseen: readonly AskParams[];
  /** Milliseconds since the epoch. */
  readonly openedAt: number;
  readonly webviewPanel: vscode.WebviewPanel;
  readonly extensionUri: vscode.Uri;
  readonly language: string;
  readonly translations: Readonly<Record<string, string>> | null;
  readonly services: PanelServices;
  readonly settings: () => Promise<PanelSettings>;
  readonly record: (error: unknown) => void;
}

/**
 * One open panel. The editor destroys its document whenever the panel is hidden and makes a new one
 * when it is shown again; each document is a session of its own.
 */
export class Panel implements vscode.Disposable {
  readonly #options: PanelOptions;
  readonly #webviewPanel: vscode.WebviewPanel;
  readonly #subscriptions: vscode.Disposable;
  #session: PanelSession | null = null;
  readonly #foresight: Foresight;
  /** What the next document is to show, other than what the one before it showed. */
  #nextTarget: { readonly target: unknown } | null = null;

  constructor(options: PanelOptions) {
    this.#options = options;
    this.#webviewPanel = options.webviewPanel;
    this.#foresight = new Foresight(options.services, options.foreseen);
    const { webview } = this.#webviewPanel;
    const icon = (name: string): vscode.Uri => vscode.Uri.joinPath(options.extensionUri, 'media', 'panel', name);
    webview.options = { enableScripts: true, localResourceRoots: [this.#folder] };
    this.#webviewPanel.iconPath = { light: icon('light.svg'), dark: icon('dark.svg') };
    this.#subscriptions = vscode.Disposable.from(
      webview.onDidReceiveMessage((message) => this.#receive(message)),
      this.#webviewPanel.onDidChangeViewState(() => this.#followVisibility()),
    );
    this.#draw(options.target);
  }

  get active(): boolean {
    return this.#webviewPanel.active;
  }

  /** Brings the panel to the front, about this target. */
  show(target: unknown): void {
    if (this.#options.kind.titledByDocument !== true) {
      this.#webviewPanel.title = this.#options.kind.title(target);
    }
    if (this.#session === null) {
      this.#nextTarget = { target };
    }
    this.#notify(targetNotification, { target });
    this.#webviewPanel.reveal(undefined, this.#options.kind.beside === true);
  }

  act(params: ActionParams): void {
    this.#notify(actionNotification, params);
  }

  dataChanged(): void {
    this.#foresight.dispose();
    this.#notify(dataChangedNotification, null);
  }

  settingsChanged(): void {
    void this.#sendSettings();
  }

  dispose(): void {
    this.#endSession();
    this.#subscriptions.dispose();
    this.#webviewPanel.dispose();
  }

  get #folder(): vscode.Uri {
    return vscode.Uri.joinPath(this.#options.extensionUri, 'dist', 'webview');
  }

  #draw(target: unknown): void {
    const { kind, language, translations, openedAt } = this.#options;
    const { webview } = this.#webviewPanel;
    const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(this.#folder, file)).toString();
    // A panel that the editor brings back has the title that it had.
    if (kind.titledByDocument !== true || this.#webviewPanel.title === '') {
      this.#webviewPanel.title = kind.title(target);
    }
    webview.html = panelHtml({
      title: this.#webviewPanel.title,
      setup: { language, translations, target, openedAt },
      scriptUri: uri(`${kind.name}.js`),
      styleUri: uri(`${kind.name}.css`),
      preloadUris: (kind.preloads ?? []).map((name) => uri(`${name}.js`)),
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64'),
    });
  }

  #receive(message: unknown): void {
    const envelope = readEnvelope(message);
    if (envelope === null) {
      return;
    }
    if (this.#session?.id !== envelope.session) {
      this.#beginSession(envelope.session);
    }
    this.#session?.receive(envelope.message);
  }

  #beginSession(session: string): void {
    if (this.#session !== null) {
      this.#endSession();
    }
    this.#session = new PanelSession({
      session,
      services: this.#options.services,
      foresight: this.#foresight,
      post: (envelope) => this.#webviewPanel.webview.postMessage(envelope),
      setTitle: (title) => (this.#webviewPanel.title = title),
      record: this.#options.record,
    });
    void this.#sendSettings();
    if (this.#nextTarget !== null) {
      this.#notify(targetNotification, this.#nextTarget);
      this.#nextTarget = null;
    }
  }

  /** The document of a hidden panel is gone: what it asked for is needed by nobody. */
  #followVisibility(): void {
    if (!this.#webviewPanel.visible) {
      this.#endSession();
    }
  }

  #endSession(): void {
    this.#foresight.dispose();
    this.#session?.dispose();
    this.#session = null;
  }

  async #sendSettings(): Promise<void> {
    this.#notify(settingsNotification, await this.#options.settings());
  }

  #notify<P>(type: NotificationType<P>, params: P): void {
    this.#session?.notify(type, params);
  }
}
