import * as vscode from 'vscode';
import type { AlertState } from '../../protocol/analytics.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { MetricsDatabase } from '../database/metricsDatabase.ts';
import type { ExportController } from '../exports/exportController.ts';
import type { Messages } from '../messages/messages.ts';
import type { RunHistory } from '../runs/runHistory.ts';
import { settingsSection } from '../settings/settingNames.ts';
import { newsOf, type ToldById } from './alertNews.ts';

const toldKey = 'alerts.told';
const rulesFile = /[\\/]\.langfuse[\\/]alerts\.json$/;

interface AlertWatchOptions {
  readonly engine: Pick<Engine, 'evaluateAlerts' | 'ask'>;
  readonly controller: Pick<ExportController, 'onDidEnd'>;
  readonly history: Pick<RunHistory, 'onDidRead'>;
  readonly database: Pick<MetricsDatabase, 'mayExist'>;
  readonly memory: vscode.Memento;
  readonly messages: Pick<Messages, 'record'>;
  /** Where the number of alerts is seen. */
  readonly view: { setBadge(badge: vscode.ViewBadge | undefined): void };
  /** Opens what an alert is about. */
  readonly show: (alert: AlertState) => Promise<void>;
  /** Shows a notification. @returns the button that was pressed */
  readonly warn: (text: string, ...buttons: readonly string[]) => Thenable<string | undefined>;
}

/**
 * Evaluates the alerts after each export of this window and when their rules change, and tells what is
 * new in them, also when another process has evaluated them: each level once in this workspace.
 */
export class AlertWatch implements vscode.Disposable {
  readonly #options: AlertWatchOptions;
  readonly #subscriptions: vscode.Disposable;
  /** One look at a time, so that nothing is told twice. */
  #looking: Promise<void> = Promise.resolve();

  constructor(options: AlertWatchOptions) {
    this.#options = options;
    this.#subscriptions = vscode.Disposable.from(
      options.controller.onDidEnd(({ report }) => {
        if (report !== null) {
          this.#look(() => this.#evaluate());
        }
      }),
      // The database is open anyway when the runs have been read.
      options.history.onDidRead(() => this.#look(() => options.engine.ask('alertStates', {}))),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${settingsSection}.alerts`)) {
          this.#look(() => this.#evaluate());
        }
      }),
      vscode.workspace.onDidSaveTextDocument(({ fileName }) => {
        if (rulesFile.test(fileName)) {
          this.#look(() => this.#evaluate());
        }
      }),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  async #evaluate(): Promise<readonly AlertState[]> {
    return (await this.#options.engine.evaluateAlerts()).alerts;
  }

  #look(read: () => Promise<readonly AlertState[]>): void {
    this.#looking = this.#looking
      .then(async () => {
        if (await this.#options.database.mayExist()) {
          await this.#tell(await read());
        }
      })
      .catch((error: unknown) => this.#options.messages.record(error));
  }

  async #tell(alerts: readonly AlertState[]): Promise<void> {
    const { memory, view, messages } = this.#options;
    view.setBadge(badgeOf(alerts));
    const { fresh, told } = newsOf(alerts, memory.get<ToldById>(toldKey, {}));
    await memory.update(toldKey, told);
    if (fresh.length > 0) {
      // Not awaited: a notification may stay for hours.
      this.#notify(fresh).catch((error: unknown) => messages.record(error));
    }
  }

  async #notify(fresh: readonly AlertState[]): Promise<void> {
    const [first] = fresh;
    const show = vscode.l10n.t('Show');
    const text =
      first !== undefined && fresh.length === 1
        ? textOf(first)
        : vscode.l10n.t('{0} alerts: {1}', fresh.length, fresh.map(({ title }) => title).join(', '));
    if ((await this.#options.warn(text, show)) === show && first !== undefined) {
      await this.#options.show(first);
    }
  }
}

function textOf({ state, title, message }: AlertState): string {
  return state === 'invalid'
    ? vscode.l10n.t('An alert rule cannot be read. {0}', message)
    : vscode.l10n.t('{0}: {1}', title, message);
}

function badgeOf(alerts: readonly AlertState[]): vscode.ViewBadge | undefined {
  const urgent = alerts.filter(({ state }) => state === 'firing' || state === 'invalid');
  return urgent.length === 0
    ? undefined
    : { value: urgent.length, tooltip: urgent.map(({ title }) => title).join(', ') };
}
