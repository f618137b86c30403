import * as vscode from 'vscode';
import type { Engine } from '../../protocol/engine.ts';
import { commandIds } from '../commands/commandIds.ts';
import type { ExportController } from '../exports/exportController.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { Messages } from '../messages/messages.ts';
import type { ConnectionStore } from './connectionStore.ts';
import type { MetricsDatabase } from './metricsDatabase.ts';

/** From here on saving the whole file after each part of an export takes seconds. */
const comfortableTraces = 100_000;
const silencedKey = 'sizeHint.silenced';

interface SizeHintOptions {
  readonly engine: Pick<Engine, 'query'>;
  readonly controller: ExportController;
  readonly database: Pick<MetricsDatabase, 'backend'>;
  readonly connections: Pick<ConnectionStore, 'read'>;
  readonly memory: vscode.Memento;
  readonly messages: Pick<Messages, 'record'>;
  readonly numbers: Numbers;
  /** Shows a notification. @returns the button that was pressed */
  readonly ask: (text: string, ...buttons: readonly string[]) => Thenable<string | undefined>;
}

/** Says once a window, after an export, that a file has become large enough for PostgreSQL. */
export class SizeHint implements vscode.Disposable {
  readonly #options: SizeHintOptions;
  readonly #subscription: vscode.Disposable;
  #shown = false;

  constructor(options: SizeHintOptions) {
    this.#options = options;
    this.#subscription = options.controller.onDidEnd(({ report }) => {
      if (report !== null) {
        this.#consider().catch((error: unknown) => options.messages.record(error));
      }
    });
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #consider(): Promise<void> {
    const { engine, database, connections, memory, numbers, ask } = this.#options;
    if (this.#shown || memory.get<boolean>(silencedKey, false) || (await database.backend()) !== 'sqlite') {
      return;
    }
    const { rows } = await engine.query('SELECT count(*) FROM llm_traces', { maxRows: 1 });
    const traces = Number(rows[0]?.[0] ?? 0);
    if (traces <= comfortableTraces) {
      return;
    }
    this.#shown = true;
    const connected = (await connections.read()) !== null;
    const go = connected ? vscode.l10n.t('Move to PostgreSQL…') : vscode.l10n.t('Connect to PostgreSQL…');
    const silence = vscode.l10n.t('Don’t ask again');
    const text = vscode.l10n.t(
      'The SQLite database holds {0} traces. PostgreSQL suits histories of this size better.',
      numbers.count(traces),
    );
    const chosen = await ask(text, go, silence);
    if (chosen === silence) {
      await memory.update(silencedKey, true);
    } else if (chosen === go) {
      await vscode.commands.executeCommand(connected ? commandIds.moveToPostgres : commandIds.connectPostgres);
    }
  }
}
