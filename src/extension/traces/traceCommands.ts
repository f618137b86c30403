import * as vscode from 'vscode';
import { EngineError } from '../../engine/errors.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { KeyStore, StoredKeys } from '../keys/keyStore.ts';
import type { TraceSubject } from './traceNodes.ts';

const scheme = 'langfuse-metrics-row';

/** The subject of a command: given by itself, or as the row of a tree; null for anything else. */
export function subjectOf(argument: unknown): TraceSubject | null {
  if (typeof argument !== 'object' || argument === null) {
    return null;
  }
  const { subject = argument } = argument as { readonly subject?: unknown };
  const { projectId, traceId, observationId = null } = subject as Partial<TraceSubject>;
  return typeof projectId === 'string' && typeof traceId === 'string' && traceId !== ''
    ? { projectId, traceId, observationId }
    : null;
}

/** What can be done with one trace or observation. */
export class TraceCommands implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #engine: Pick<Engine, 'ask' | 'rate'>;
  readonly #keys: KeyStore;
  readonly #registration: vscode.Disposable;

  constructor(engine: Pick<Engine, 'ask' | 'rate'>, keys: KeyStore) {
    this.#engine = engine;
    this.#keys = keys;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  async openInLangfuse(argument: unknown): Promise<void> {
    const subject = subjectOf(argument);
    if (subject === null) {
      return;
    }
    const keys = await this.#requireKeys();
    const { projectId, traceId, observationId } = subject;
    const query = observationId === null ? '' : `?observation=${encodeURIComponent(observationId)}`;
    const path = `project/${encodeURIComponent(projectId)}/traces/${encodeURIComponent(traceId)}`;
    await vscode.env.openExternal(vscode.Uri.parse(`${keys.baseUrl}/${path}${query}`, true));
  }

  async copyId(argument: unknown): Promise<void> {
    const subject = subjectOf(argument);
    if (subject !== null) {
      await vscode.env.clipboard.writeText(subject.observationId ?? subject.traceId);
    }
  }

  async showSourceRow(argument: unknown): Promise<void> {
    const subject = subjectOf(argument);
    if (subject === null) {
      return;
    }
    const { projectId, traceId, observationId } = subject;
    const path = `/${encodeURIComponent(observationId ?? traceId)}.json`;
    const uri = vscode.Uri.from({ scheme, path, query: JSON.stringify([projectId, traceId, observationId]) });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const [projectId, traceId, observationId] = JSON.parse(uri.query) as [string, string, string | null];
    const row =
      observationId === null
        ? await this.#engine.ask('trace', { projectId, traceId })
        : (await this.#engine.ask('observation', { projectId, traceId, observationId }))?.row;
    return row === null || row === undefined
      ? vscode.l10n.t('The database no longer has this row.')
      : `${JSON.stringify(row, null, 2)}\n`;
  }

  /**
   * Asks for a comment, writes the score to Langfuse, then into the local database.
   * @throws EngineError config.missingKeys, and what the engine throws
   */
  async rate(argument: unknown, good: boolean): Promise<void> {
    const subject = subjectOf(argument);
    if (subject === null) {
      return;
    }
    await this.#requireKeys();
    const comment = await vscode.window.showInputBox({
      title: good ? vscode.l10n.t('Rate as good') : vscode.l10n.t('Rate as bad'),
      prompt: vscode.l10n.t('A comment for Langfuse; may be empty.'),
    });
    if (comment === undefined) {
      return;
    }
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Sending the rating to Langfuse') },
      () => this.#engine.rate({ ...subject, good, comment: comment.trim() === '' ? null : comment.trim() }),
    );
    vscode.window.setStatusBarMessage(
      good ? vscode.l10n.t('Rated as good in Langfuse') : vscode.l10n.t('Rated as bad in Langfuse'),
      5000,
    );
  }

  async #requireKeys(): Promise<StoredKeys> {
    const keys = await this.#keys.read();
    if (keys === null) {
      throw new EngineError('config.missingKeys', vscode.l10n.t('No Langfuse keys are set.'));
    }
    return keys;
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
