import path from 'node:path';
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { panelHtml } from '../../../src/extension/panels/panelHtml.ts';
import { Foresight } from '../../../src/extension/panels/foresight.ts';
import { readEnvelope } from '../../../src/extension/panels/panelGuards.ts';
import type { PanelServices } from '../../../src/extension/panels/panelServices.ts';
import { PanelSession } from '../../../src/extension/panels/panelSession.ts';
import {
  actionNotification,
  dataChangedNotification,
  settingsNotification,
} from '../../../src/protocol/panelMessages.ts';
import type { AskParams, PanelAction, PanelEnvelope, PanelSettings, PanelSetup } from '../../../src/protocol/panels.ts';
import { root } from '../../tools/shell.ts';
import { messages, PanelServer, type ServedDocument } from './panelServer.ts';
import themes from './themes.json' with { type: 'json' };

export type ThemeName = keyof typeof themes;
export const themeNames = Object.keys(themes) as readonly ThemeName[];

export interface PanelPageOptions {
  /** The panel's bundle in dist/webview. */
  readonly name: string;
  readonly preloads?: readonly string[];
  readonly services: PanelServices;
  /** What the extension asks while the document is loaded; `openedAt` in milliseconds since the epoch. */
  readonly foresee?: (openedAt: number) => readonly AskParams[];
  readonly theme?: ThemeName;
  readonly target?: unknown;
  readonly language?: string;
  readonly translations?: Readonly<Record<string, string>> | null;
  readonly settings?: Partial<PanelSettings>;
  /** What an earlier document of the panel handed to the editor. */
  readonly state?: unknown;
  /** What the browser's clock says and goes on saying; milliseconds since the epoch. */
  readonly now?: number;
  /** Classes that the editor adds to the body beside those of the theme. */
  readonly bodyClass?: string;
  readonly width?: number;
  readonly height?: number;
}

/**
 * One document of a panel in a plain Chromium: its real bundle under its real policy, talking to the
 * extension's real end of the protocol. Only what lies behind that, `PanelServices`, is the test's.
 */
export class PanelPage {
  readonly page: Page;
  /** Everything that the browser complained of. */
  readonly complaints: string[] = [];
  readonly #sessions: PanelSession[] = [];
  #document: ServedDocument | null = null;
  #title: string | null = null;

  #foresight: Foresight | null = null;
  #openedAt = 0;

  private constructor(page: Page) {
    this.page = page;
  }

  static async open(context: BrowserContext, options: PanelPageOptions): Promise<PanelPage> {
    const page = await context.newPage();
    const panel = new PanelPage(page);
    await page.setViewportSize({ width: options.width ?? 1280, height: options.height ?? 1320 });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        panel.complaints.push(message.text());
      }
    });
    page.on('pageerror', (error) => panel.complaints.push(String(error)));
    if (options.now !== undefined) {
      await page.clock.setFixedTime(options.now);
    }
    await panel.#connect(options, await context.newCDPSession(page));
    await panel.#load(options);
    return panel;
  }

  /** When the extension began to open the panel, by the real clock; milliseconds since the epoch. */
  get openedAt(): number {
    return this.#openedAt;
  }

  /** What the document had written on its tab; null before. */
  get title(): string | null {
    return this.#title;
  }

  /** What a context menu of the editor does. */
  act(action: PanelAction, part: string | null): void {
    this.#session.notify(actionNotification, { action, part });
  }

  dataChanged(): void {
    this.#session.notify(dataChangedNotification, null);
  }

  /** The extension's end of the conversation with the document as it is now. */
  get #session(): PanelSession {
    const session = this.#sessions.at(-1);
    if (session === undefined) {
      throw new Error('The document has said nothing yet.');
    }
    return session;
  }

  /** What the document handed to the editor to keep. */
  async state(): Promise<unknown> {
    return JSON.parse(await this.page.evaluate<string>('sessionStorage.getItem("state") ?? "null"'));
  }

  async useTheme(name: ThemeName): Promise<void> {
    await this.page.evaluate(applyTheme(name, ''));
  }

  async screenshot(name: string): Promise<string> {
    const file = path.join(root, 'out', 'screenshots', `${name}.png`);
    await this.page.screenshot({ path: file, fullPage: true });
    return file;
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) {
      session.dispose();
    }
    await this.page.close();
  }

  /** What the document says goes by DevTools: Playwright's own bindings answer each message with one more. */
  async #connect(
    { services, state, theme = 'dark', bodyClass = '', settings = {} }: PanelPageOptions,
    devtools: CDPSession,
  ): Promise<void> {
    devtools.on('Runtime.bindingCalled', ({ payload }) => {
      this.#hear(JSON.parse(payload), services, { singleKeys: true, hasKeys: true, ...settings });
    });
    await devtools.send('Runtime.enable');
    await devtools.send('Runtime.addBinding', { name: 'toExtension' });
    await this.page.addInitScript(editorScript(state, applyTheme(theme, bodyClass)));
  }

  /** As the extension opens a panel: what it foresees is asked first. */
  async #load(options: PanelPageOptions): Promise<void> {
    const server = await PanelServer.shared();
    this.#openedAt = Date.now();
    const openedAt = options.now ?? this.#openedAt;
    this.#foresight = new Foresight(options.services, options.foresee?.(openedAt) ?? []);
    this.#document = serve(server, options, openedAt);
    await this.page.goto(this.#document.url);
  }

  #hear(message: unknown, services: PanelServices, settings: PanelSettings): void {
    const envelope = readEnvelope(message);
    if (envelope === null) {
      throw new Error(`Not an envelope: ${JSON.stringify(message)}`);
    }
    if (this.#sessions.at(-1)?.id !== envelope.session) {
      const session = new PanelSession({
        session: envelope.session,
        services,
        foresight: this.#takeForesight(services),
        post: (answer) => this.#post(answer),
        setTitle: (title) => (this.#title = title),
        record: (error) => this.complaints.push(String(error)),
      });
      this.#sessions.at(-1)?.dispose();
      this.#sessions.push(session);
      session.notify(settingsNotification, settings);
    }
    this.#session.receive(envelope.message);
  }

  /** For the first document alone. */
  #takeForesight(services: PanelServices): Foresight {
    const foresight = this.#foresight ?? new Foresight(services, []);
    this.#foresight = null;
    return foresight;
  }

  #post(envelope: PanelEnvelope): void {
    this.#document?.send(JSON.stringify(envelope));
  }
}

function serve(
  server: PanelServer,
  { name, preloads = [], target, language = 'en', translations = null }: PanelPageOptions,
  openedAt: number,
): ServedDocument {
  const setup: PanelSetup = { language, translations, target: target ?? { scope: null }, openedAt };
  return server.add(
    panelHtml({
      title: name,
      setup,
      scriptUri: `${server.origin}/${name}.js`,
      styleUri: `${server.origin}/${name}.css`,
      preloadUris: preloads.map((script) => `${server.origin}/${script}.js`),
      cspSource: server.origin,
      nonce: 'bm9uY2U=',
    }),
  );
}

/** What the editor puts into a webview before its own scripts run. It listens before there is a policy that forbids to. */
function editorScript(state: unknown, theme: string): string {
  return `
    if (${JSON.stringify(state ?? null)} !== null && sessionStorage.getItem('state') === null) {
      sessionStorage.setItem('state', ${JSON.stringify(JSON.stringify(state ?? null))});
    }
    if (location.protocol === 'http:') {
      new EventSource(location.pathname + ${JSON.stringify(messages)}).onmessage = ({ data }) =>
        window.postMessage(JSON.parse(data));
    }
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => window.toExtension(JSON.stringify(message)),
      getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
      setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
    });
    new MutationObserver((_, observer) => {
      if (document.body !== null) {
        observer.disconnect();
        ${theme}
      }
    }).observe(document, { childList: true, subtree: true });
  `;
}

function applyTheme(name: ThemeName, bodyClass: string): string {
  const { className, variables } = themes[name];
  const fonts = {
    '--vscode-font-family': 'system-ui, "Ubuntu", "Droid Sans", sans-serif',
    '--vscode-font-size': '13px',
    '--vscode-editor-font-family': 'monospace',
    '--vscode-editor-font-size': '13px',
  };
  return `{
    const root = document.documentElement;
    root.removeAttribute('style');
    for (const [name, value] of Object.entries(${JSON.stringify({ ...fonts, ...variables })})) {
      root.style.setProperty(name, value);
    }
    document.body.className = ${JSON.stringify(`${className} ${bodyClass}`.trim())};
  }`;
}
