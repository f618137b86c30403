import * as vscode from 'vscode';
import type { Numbers } from '../../format/numbers.ts';
import { runDetailsText } from './runDetails.ts';
import type { RunHistory } from './runHistory.ts';
import type { RunNode } from './runNodes.ts';

const scheme = 'langfuse-metrics-export';

/** A run in an editor, read-only: what the tree must cut short is whole here. */
export class RunDetailsDocument implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #history: RunHistory;
  readonly #numbers: Numbers;
  readonly #registration: vscode.Disposable;

  constructor(history: RunHistory, numbers: Numbers) {
    this.#history = history;
    this.#numbers = numbers;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  /** @param run a run's id, or its row in the tree */
  async show(run: unknown): Promise<void> {
    const runId = typeof run === 'string' ? run : (run as RunNode | undefined)?.id;
    if (runId === undefined) {
      return;
    }
    const uri = vscode.Uri.from({ scheme, path: `/${runId}.txt` });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const run = await this.#history.find(uri.path.slice(1, -'.txt'.length));
    return run === null
      ? vscode.l10n.t('This export is no longer among the runs in the database.')
      : runDetailsText(run, this.#numbers);
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
