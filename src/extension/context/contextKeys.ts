import * as vscode from 'vscode';

/** The keys that package.json uses in `when` and `enablement`; a test compares. */
export interface ContextKeys {
  /** Keys have been looked for: until then no view may claim that there are none. */
  'langfuseMetrics.loaded': boolean;
  /** An export runs in this window. */
  'langfuseMetrics.exporting': boolean;
  /** The background export is on in this window. */
  'langfuseMetrics.background': boolean;
  /** Langfuse keys are stored for this folder. */
  'langfuseMetrics.hasKeys': boolean;
  /** A PostgreSQL connection is stored for this folder. */
  'langfuseMetrics.hasConnection': boolean;
  /** At least one export has completed in this folder. */
  'langfuseMetrics.hasExported': boolean;
  /** The document in front, or the one before a panel came to the front, is a query of the metrics database. */
  'langfuseMetrics.queryDocument': boolean;
}

export type ContextKey = keyof ContextKeys;

/** The one writer of our context keys. Equal values are not written again: each write re-evaluates every menu. */
export class ContextKeyWriter {
  readonly #written = new Map<ContextKey, unknown>();

  async set<K extends ContextKey>(key: K, value: ContextKeys[K]): Promise<void> {
    if (this.#written.get(key) === value) {
      return;
    }
    this.#written.set(key, value);
    await vscode.commands.executeCommand('setContext', key, value);
  }
}
