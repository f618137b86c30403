import * as vscode from 'vscode';
import type { Clock } from '../../engine/ports.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type { BackgroundTimer } from '../background/backgroundTimer.ts';
import type { MetricsDatabase } from '../database/metricsDatabase.ts';
import type { ExportController } from '../exports/exportController.ts';
import type { KeyStore } from '../keys/keyStore.ts';
import type { RunHistory } from '../runs/runHistory.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';
import type { Spending } from './spending.ts';
import { statusView, type StatusView } from './statusText.ts';

/** "3 min ago" in the tooltip, and "today" in the text, grow old. */
const refreshMilliseconds = 60_000;
const progressMilliseconds = 500;

export interface StatusBarOptions {
  readonly controller: ExportController;
  readonly background: BackgroundTimer;
  readonly keys: KeyStore;
  readonly folder: ExportFolder;
  readonly database: MetricsDatabase;
  readonly history: RunHistory;
  readonly spending: Spending;
  readonly numbers: Numbers;
  readonly times: Times;
  readonly clock: Clock;
}

/** The one status bar item: what today cost, whether the database is up to date, and what to do when it is not. */
export class StatusBar implements vscode.Disposable {
  readonly #options: StatusBarOptions;
  readonly #item: vscode.StatusBarItem;
  readonly #subscriptions: vscode.Disposable;
  readonly #clockTimer: NodeJS.Timeout;
  #renderTimer: NodeJS.Timeout | null = null;
  #rendered = '';

  constructor(options: StatusBarOptions) {
    this.#options = options;
    this.#item = vscode.window.createStatusBarItem('langfuseMetrics.status', vscode.StatusBarAlignment.Left);
    this.#item.name = 'Langfuse Metrics';
    this.#clockTimer = setInterval(() => this.#renderSoon(), refreshMilliseconds);
    this.#subscriptions = vscode.Disposable.from(
      this.#item,
      options.controller.onDidChange(() => this.#renderSoon()),
      options.background.onDidChange(() => this.#renderSoon()),
      options.keys.onDidChange(() => this.#renderSoon()),
      options.database.onDidChange(() => this.#renderSoon()),
      options.history.onDidRead(() => this.#renderSoon()),
      options.spending.onDidChange(() => this.#renderSoon()),
    );
  }

  async render(): Promise<void> {
    const { controller, background, keys, folder, database, history, spending, numbers, times, clock } = this.#options;
    if ((await folder.find()) === null) {
      this.#item.hide();
      return;
    }
    const stored = await keys.read();
    const view = statusView(
      {
        hasKeys: stored !== null,
        project: stored?.projectName ?? null,
        database: { backend: await database.backend(), location: await database.location() },
        running: controller.running,
        background: background.state,
        lastExportAt: history.lastExportAt,
        spent: spending.today,
      },
      { numbers, times, now: clock.now() },
    );
    this.#apply(view);
    this.#item.show();
  }

  dispose(): void {
    clearInterval(this.#clockTimer);
    clearTimeout(this.#renderTimer ?? undefined);
    this.#subscriptions.dispose();
  }

  #renderSoon(): void {
    this.#renderTimer ??= setTimeout(() => {
      this.#renderTimer = null;
      void this.render();
    }, progressMilliseconds);
  }

  #apply(view: StatusView): void {
    const rendered = JSON.stringify(view);
    if (rendered === this.#rendered) {
      // Setting the same again would close the tooltip under the pointer.
      return;
    }
    this.#rendered = rendered;
    this.#item.text = `$(${view.icon}) ${view.text}`;
    this.#item.accessibilityInformation = { label: vscode.l10n.t('Langfuse Metrics: {0}', view.text) };
    this.#item.command = view.command;
    this.#item.backgroundColor = view.urgent ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    this.#item.tooltip = tooltip(view);
  }
}

function tooltip({ tooltip: lines, links }: StatusView): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: links.map(({ command }) => command) };
  for (const line of lines) {
    // As text: project names and messages come from outside and may look like Markdown.
    text.appendText(line).appendMarkdown('\n\n');
  }
  text.appendMarkdown('---\n\n');
  return text.appendMarkdown(links.map(({ title, command }) => `[${title}](command:${command})`).join(' · '));
}
