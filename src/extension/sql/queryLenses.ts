import * as vscode from 'vscode';
import { commandIds } from '../commands/commandIds.ts';
import { queryLanguage, type QueryDocuments } from './queryDocuments.ts';
import type { StatementPlace } from './runStatement.ts';
import { splitStatements } from './statements.ts';

/** "Run" above each statement of a query document. */
export class QueryLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly onDidChangeCodeLenses: vscode.Event<void>;
  readonly #documents: QueryDocuments;
  readonly #registration: vscode.Disposable;

  constructor(documents: QueryDocuments) {
    this.#documents = documents;
    this.onDidChangeCodeLenses = documents.onDidChange;
    this.#registration = vscode.languages.registerCodeLensProvider({ language: queryLanguage }, this);
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (!this.#documents.isOurs(document)) {
      return [];
    }
    return splitStatements(document.getText()).map(({ start, end }) => {
      const place: StatementPlace = { uri: document.uri.toString(), start };
      return new vscode.CodeLens(new vscode.Range(document.positionAt(start), document.positionAt(end)), {
        title: vscode.l10n.t('Run'),
        tooltip: vscode.l10n.t('Run this statement on the metrics database'),
        command: commandIds.runStatement,
        arguments: [place],
      });
    });
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
