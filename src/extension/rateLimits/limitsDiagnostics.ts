import * as vscode from 'vscode';
import type { LimitsProblem } from '../../protocol/limiter.ts';
import type { LimiterProxy } from '../engine/limiterProxy.ts';
import { isLimitsFile } from './limitsFile.ts';

/** How long a pause in typing is. */
const quietMilliseconds = 300;

/** Shows in an open limits file what keeps it from being in force, as it is typed. */
export class LimitsDiagnostics implements vscode.Disposable {
  readonly #limiter: Pick<LimiterProxy, 'check'>;
  readonly #record: (error: unknown) => void;
  readonly #diagnostics = vscode.languages.createDiagnosticCollection('langfuseMetrics.rateLimits');
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #subscriptions: vscode.Disposable;

  constructor(limiter: Pick<LimiterProxy, 'check'>, record: (error: unknown) => void) {
    this.#limiter = limiter;
    this.#record = record;
    this.#subscriptions = vscode.Disposable.from(
      this.#diagnostics,
      vscode.workspace.onDidOpenTextDocument((document) => this.#look(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.#look(document, quietMilliseconds)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#diagnostics.delete(uri)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.lookAtAll()),
    );
  }

  /** At those that were open before. */
  lookAtAll(): void {
    vscode.workspace.textDocuments.forEach((document) => this.#look(document, 0));
  }

  dispose(): void {
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.#subscriptions.dispose();
  }

  #look(document: vscode.TextDocument, delayMilliseconds: number): void {
    if (!isLimitsFile(document.uri) || !vscode.workspace.isTrusted) {
      return;
    }
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    const look = (): void => {
      this.#timers.delete(key);
      this.#check(document).catch(this.#record);
    };
    this.#timers.set(key, setTimeout(look, delayMilliseconds));
  }

  async #check(document: vscode.TextDocument): Promise<void> {
    const { version } = document;
    const problem = await this.#limiter.check({ file: document.uri.fsPath, text: document.getText() });
    // What was typed meanwhile has a check of its own.
    if (document.version === version && !document.isClosed) {
      this.#diagnostics.set(document.uri, problem === null ? [] : [toDiagnostic(document, problem)]);
    }
  }
}

function toDiagnostic(document: vscode.TextDocument, { line, column, message }: LimitsProblem): vscode.Diagnostic {
  const start = document.validatePosition(new vscode.Position(line - 1, column - 1));
  const word = document.getWordRangeAtPosition(start) ?? new vscode.Range(start, start.translate(0, 1));
  const text = vscode.l10n.t('{0}. Until this is corrected the last good limits stay in force.', message);
  const diagnostic = new vscode.Diagnostic(word, text, vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'Langfuse Metrics';
  return diagnostic;
}
