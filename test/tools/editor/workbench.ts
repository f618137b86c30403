import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, Frame, Locator, Page } from 'playwright-core';
import { root } from '../shell.ts';
import type { VscodeServer } from './vscodeServer.ts';

export interface WindowOptions {
  /** Absolute path; null opens an empty window. */
  readonly workspace: string | null;
  /**
   * Absolute path of a module whose `run` is called in an extension host that runs the extension
   * from this checkout, as built in dist/. Asks for a server with `automation`.
   */
  readonly tests?: string;
}

/** The address that opens a window of the server. */
export function workbenchUrl(server: VscodeServer, options: WindowOptions): string {
  const url = new URL(server.url);
  if (options.workspace === null) {
    url.searchParams.set('ew', 'true');
  } else {
    url.searchParams.set('folder', options.workspace);
  }
  if (options.tests !== undefined) {
    const remote = (file: string): string => `vscode-remote://127.0.0.1:${server.port}${file}`;
    const payload = [
      ['extensionDevelopmentPath', remote(root)],
      ['extensionTestsPath', remote(options.tests)],
    ];
    url.searchParams.set('payload', JSON.stringify(payload));
  }
  return url.href;
}

/** One window of VS Code in Chromium, driven as a person would: by palette, keyboard and what is on the screen. */
export class Workbench {
  readonly page: Page;
  /** The folder that the window shows; null when it is empty. */
  readonly workspace: string | null;
  readonly #closing: (() => unknown)[];

  private constructor(context: BrowserContext, page: Page, workspace: string | null) {
    this.page = page;
    this.workspace = workspace;
    this.#closing = [() => context.close()];
  }

  /**
   * Opens a window and waits until its parts are drawn.
   * @throws Error that names a screenshot when they are not within a minute
   */
  static async open(browser: Browser, server: VscodeServer, workspace: string | null): Promise<Workbench> {
    const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 800 } });
    const workbench = new Workbench(context, await context.newPage(), workspace);
    try {
      await workbench.page.goto(workbenchUrl(server, { workspace }));
      await workbench.page
        .locator('.monaco-workbench .part.statusbar .statusbar-item')
        .first()
        .waitFor({ timeout: 60_000 });
      return workbench;
    } catch (error) {
      const screenshot = await workbench.screenshot('workbench-did-not-open');
      await context.close();
      throw new Error(`The workbench did not open; see ${screenshot}.\n${server.log()}`, { cause: error });
    }
  }

  /** The quick input: command palette, picks and input boxes alike. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget');
  }

  get quickInputBox(): Locator {
    return this.quickInput.locator('.quick-input-box input');
  }

  quickPick(label: string | RegExp): Locator {
    return this.quickInput.locator('.quick-input-list .monaco-list-row').filter({ hasText: label });
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: text });
  }

  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item').filter({ hasText: text });
  }

  /** An icon of the activity bar, by the title of its container. */
  activity(title: string): Locator {
    return this.page.locator('.activitybar').getByRole('tab', { name: title });
  }

  /** The rows on the screen of the tree view with this title. */
  treeRows(view: string): Locator {
    return this.page.getByRole('tree', { name: view }).getByRole('treeitem');
  }

  /**
   * Runs a command by its whole title ("Langfuse Metrics: Export Langfuse traces") through the palette.
   * Waits for it to appear: extensions add theirs some seconds after the window opened.
   */
  async runCommand(title: string): Promise<void> {
    const row = this.quickInput
      .locator('.monaco-list-row', { has: this.page.getByText(title, { exact: true }) })
      .first();
    const deadline = Date.now() + 30_000;
    for (;;) {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('F1');
      try {
        // A panel that takes the keyboard just now closes the palette again.
        await this.quickInputBox.fill(`>${title}`, { timeout: 3_000 });
        await row.click({ timeout: 3_000 });
        return;
      } catch (error) {
        if (Date.now() > deadline) {
          throw new Error(`The command palette does not offer "${title}".`, { cause: error });
        }
      }
    }
  }

  /** The innermost frame of a webview that shows `text`. */
  async webview(text: string | RegExp): Promise<Frame> {
    // After a reload, extensions start anew before their panels come back.
    const deadline = Date.now() + 60_000;
    for (;;) {
      for (const frame of this.page.frames()) {
        if (
          frame !== this.page.mainFrame() &&
          (await frame
            .getByText(text)
            .count()
            .catch(() => 0)) > 0
        ) {
          return frame;
        }
      }
      if (Date.now() > deadline) {
        throw new Error(`No webview shows ${String(text)}.`);
      }
      await this.page.waitForTimeout(200);
    }
  }

  /**
   * Closes the window as its own command does, which stores what panels keep, and opens it again. A page that
   * is reloaded from outside stores that too late every now and then.
   */
  async reloadWindow(): Promise<void> {
    // Keys that open the palette would reach a panel that has the keyboard.
    await this.activity('Search').click();
    await Promise.all([this.page.waitForEvent('load'), this.runCommand('Developer: Reload Window')]);
  }

  /** Saves what is on the screen as out/screenshots/NAME.png and returns that path. */
  async screenshot(name: string): Promise<string> {
    const folder = path.join(root, 'out', 'screenshots');
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `${name.replace(/[^\w-]+/g, '-').slice(0, 100)}.png`);
    await this.page.screenshot({ path: file, animations: 'disabled' });
    return file;
  }

  /** Adds something to be done after the window is closed. */
  onClose(dispose: () => unknown): void {
    this.#closing.push(dispose);
  }

  async close(): Promise<void> {
    for (const dispose of this.#closing.splice(0)) {
      await dispose();
    }
  }
}
