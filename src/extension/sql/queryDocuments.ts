import * as vscode from 'vscode';
import type { ContextKeyWriter } from '../context/contextKeys.ts';
import { hasQueryHead } from './queryTitle.ts';
import { splitStatements } from './statements.ts';

export const queryLanguage = 'sql';

const bindingsKey = 'sql.documents';
/** Documents that are remembered; the oldest is forgotten first. */
const mostBindings = 50;

/**
 * The SQL documents that are about the metrics database: those that say so in their first line, in this
 * and any other window, and those that were opened or run as such here. Others are left to other extensions.
 */
export class QueryDocuments implements vscode.Disposable {
  readonly #memory: vscode.Memento;
  readonly #keys: ContextKeyWriter;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;
  #bound: ReadonlySet<string>;

  /** Another document may be one of ours. */
  readonly onDidChange = this.#changed.event;

  constructor(memory: vscode.Memento, keys: ContextKeyWriter) {
    this.#memory = memory;
    this.#keys = keys;
    this.#bound = new Set(memory.get<readonly string[]>(bindingsKey, []));
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      vscode.window.onDidChangeActiveTextEditor(() => this.#tell()),
      vscode.workspace.onDidOpenTextDocument(() => this.#tell()),
      vscode.workspace.onDidCloseTextDocument((document) => void this.#forget(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document && document.languageId === queryLanguage) {
          this.#tell();
        }
      }),
    );
    this.#tell();
  }

  isOurs(document: vscode.TextDocument): boolean {
    return (
      document.languageId === queryLanguage &&
      (this.#bound.has(document.uri.toString()) || hasQueryHead(document.lineAt(0).text))
    );
  }

  /** Opens an unsaved document with this text, the cursor in its first statement. */
  async open(content: string): Promise<vscode.TextEditor> {
    const document = await vscode.workspace.openTextDocument({ language: queryLanguage, content });
    if (document.getText() !== content) {
      // The editor gave the name, and the text, of an unsaved document that is still being closed.
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), content);
      await vscode.workspace.applyEdit(edit);
    }
    await this.bind(document);
    const start = document.positionAt(splitStatements(content)[0]?.start ?? content.length);
    // Told before it is on the screen: who presses Ctrl+Enter at once runs it.
    await this.#keys.set('langfuseMetrics.queryDocument', true);
    return vscode.window.showTextDocument(document, { selection: new vscode.Range(start, start), preview: false });
  }

  async bind({ uri }: vscode.TextDocument): Promise<void> {
    const name = uri.toString();
    if (this.#bound.has(name)) {
      return;
    }
    this.#bound = new Set([...this.#bound, name].slice(-mostBindings));
    this.#tell();
    this.#changed.fire();
    await this.#memory.update(bindingsKey, [...this.#bound]);
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  /** The next unsaved document may get the same name, and be somebody else's. */
  async #forget({ uri, isUntitled }: vscode.TextDocument): Promise<void> {
    const name = uri.toString();
    if (isUntitled && this.#bound.has(name)) {
      this.#bound = new Set([...this.#bound].filter((one) => one !== name));
      await this.#memory.update(bindingsKey, [...this.#bound]);
    }
  }

  /** While a panel has the focus the key stays as it is: who comes back from results to the query runs it at once. */
  #tell(): void {
    const document = vscode.window.activeTextEditor?.document;
    if (document !== undefined) {
      void this.#keys.set('langfuseMetrics.queryDocument', this.isOurs(document));
    }
  }
}
