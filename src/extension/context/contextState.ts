import * as vscode from 'vscode';
import type { ConnectionStore } from '../database/connectionStore.ts';
import type { ExportController } from '../exports/exportController.ts';
import type { KeyStore } from '../keys/keyStore.ts';
import type { RunHistory } from '../runs/runHistory.ts';
import type { ContextKeyWriter } from './contextKeys.ts';

interface ContextStateOptions {
  readonly writer: ContextKeyWriter;
  readonly keys: KeyStore;
  readonly connections: ConnectionStore;
  readonly controller: ExportController;
  readonly history: RunHistory;
}

/** Keeps the context keys that menus and welcome views depend on equal to the state of the window. */
export class ContextState implements vscode.Disposable {
  readonly #keys: KeyStore;
  readonly #connections: ConnectionStore;
  readonly #writer: ContextKeyWriter;
  readonly #history: RunHistory;
  readonly #subscriptions: vscode.Disposable;

  constructor({ writer, keys, connections, controller, history }: ContextStateOptions) {
    this.#writer = writer;
    this.#keys = keys;
    this.#connections = connections;
    this.#history = history;
    this.#subscriptions = vscode.Disposable.from(
      keys.onDidChange(() => void this.update()),
      connections.onDidChange(() => void this.update()),
      history.onDidRead(() => void this.#updateExported()),
      controller.onDidChange(() => void writer.set('langfuseMetrics.exporting', controller.running !== null)),
    );
  }

  async update(): Promise<void> {
    await this.#writer.set('langfuseMetrics.hasKeys', (await this.#keys.read()) !== null);
    await this.#writer.set('langfuseMetrics.hasConnection', (await this.#connections.read()) !== null);
    await this.#updateExported();
    await this.#writer.set('langfuseMetrics.loaded', true);
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  async #updateExported(): Promise<void> {
    await this.#writer.set('langfuseMetrics.hasExported', this.#history.lastExportAt !== null);
  }
}
