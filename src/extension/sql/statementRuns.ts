import * as vscode from 'vscode';
import { EngineError } from '../../engine/errors.ts';
import type { Engine } from '../../protocol/engine.ts';
import { sqlSeconds, type QueryOrigin, type RunSqlAnswer, type RunSqlParams } from '../../protocol/sql.ts';
import { bindParameters } from './parameters.ts';

/** Runs statements of query documents, and marks in the document what is wrong with them. */
export class StatementRuns implements vscode.Disposable {
  readonly #engine: Pick<Engine, 'query'>;
  readonly #mistakes = vscode.languages.createDiagnosticCollection('langfuseMetrics.sql');
  readonly #subscriptions: vscode.Disposable;

  constructor(engine: Pick<Engine, 'query'>) {
    this.#engine = engine;
    this.#subscriptions = vscode.Disposable.from(
      this.#mistakes,
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) {
          this.#mistakes.delete(document.uri);
        }
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#mistakes.delete(uri)),
    );
  }

  /** @throws EngineError of the statement, `position` counted in `params.sql` */
  async run({ sql, parameters, origin, maxRows }: RunSqlParams, signal?: AbortSignal): Promise<RunSqlAnswer> {
    const uri = vscode.Uri.parse(origin.uri);
    this.#mistakes.delete(uri);
    const bound = bindParameters(sql, parameters);
    const begun = performance.now();
    try {
      const result = await this.#engine.query(bound.sql, { maxRows, timeoutSeconds: sqlSeconds }, signal);
      return { result, milliseconds: performance.now() - begun };
    } catch (error) {
      const mistake = error instanceof EngineError ? placed(error, bound.originalPosition) : null;
      if (mistake !== null) {
        this.#mark(uri, origin, sql, mistake);
      }
      throw mistake ?? error;
    }
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #mark(uri: vscode.Uri, { start }: QueryOrigin, sql: string, error: EngineError): void {
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
    const isMistake = error.code === 'sql.failed' || error.code === 'sql.notReadOnly';
    // What was typed since would be marked for what it no longer says.
    if (document === undefined || !isMistake || !document.getText().startsWith(sql, start)) {
      return;
    }
    const diagnostic = new vscode.Diagnostic(mistakenRange(document, start, sql, error.position), error.message);
    diagnostic.source = 'Langfuse Metrics';
    diagnostic.code = error.code;
    this.#mistakes.set(uri, [diagnostic]);
  }
}

function placed(error: EngineError, originalPosition: (position: number) => number): EngineError {
  const { code, message, hint, position } = error;
  return position === null
    ? error
    : new EngineError(code, message, {
        ...(hint === null ? {} : { hint }),
        position: originalPosition(position),
        cause: error,
      });
}

function mistakenRange(
  document: vscode.TextDocument,
  start: number,
  sql: string,
  position: number | null,
): vscode.Range {
  if (position === null) {
    return new vscode.Range(document.positionAt(start), document.positionAt(start + sql.length));
  }
  // An end that came too early is marked at the last character.
  const at = document.positionAt(start + Math.min(position, sql.length - 1));
  return document.getWordRangeAtPosition(at) ?? new vscode.Range(at, at.translate(0, 1));
}
