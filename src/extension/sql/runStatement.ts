import * as vscode from 'vscode';
import { EngineError } from '../../engine/errors.ts';
import type { SqlTarget } from '../../protocol/sql.ts';
import { parametersOf } from './parameters.ts';
import type { QueryDocuments } from './queryDocuments.ts';
import { queryTitle } from './queryTitle.ts';
import { splitStatements, statementAt } from './statements.ts';

/** A statement of a document, by where it begins. */
export interface StatementPlace {
  readonly uri: string;
  readonly start: number;
}

export interface RunStatementOptions {
  readonly documents: QueryDocuments;
  readonly memory: vscode.Memento;
  readonly show: (target: SqlTarget) => Promise<void>;
}

interface Statement {
  readonly document: vscode.TextDocument;
  readonly sql: string;
  readonly start: number;
}

const valuesKey = 'sql.parameters';

/** Runs one statement: that of a lens, what is selected, or the one that the cursor is in. */
export class RunStatement {
  readonly #options: RunStatementOptions;

  constructor(options: RunStatementOptions) {
    this.#options = options;
  }

  /** @throws EngineError sql.failed where there is no statement */
  async run(argument: unknown): Promise<void> {
    const statement = await statementOf(argument);
    if (statement === null) {
      throw new EngineError('sql.failed', vscode.l10n.t('There is no statement to run.'), {
        hint: vscode.l10n.t('Put the cursor into one, in an SQL document.'),
      });
    }
    const { document, sql, start } = statement;
    const parameters = await this.#askParameters(sql);
    if (parameters === null) {
      return;
    }
    await this.#options.documents.bind(document);
    const title = queryTitle(document.getText()) ?? nameOf(document.uri);
    const origin = { uri: document.uri.toString(), start, line: document.positionAt(start).line };
    await this.#options.show({ title, sql, parameters, origin });
  }

  /** Each begins with what it was the last time. Null when the person left. */
  async #askParameters(sql: string): Promise<Readonly<Record<string, string>> | null> {
    const names = parametersOf(sql);
    const { memory } = this.#options;
    const before = memory.get<Readonly<Record<string, string>>>(valuesKey, {});
    const values: Record<string, string> = {};
    for (const name of names) {
      const value = await vscode.window.showInputBox({
        title: vscode.l10n.t('Value of :{0}', name),
        prompt: vscode.l10n.t('A number, a text, a date such as 2026-11-16, or null.'),
        value: before[name] ?? '',
        ignoreFocusOut: true,
      });
      if (value === undefined) {
        return null;
      }
      values[name] = value;
    }
    if (names.length > 0) {
      await memory.update(valuesKey, { ...before, ...values });
    }
    return values;
  }
}

async function statementOf(argument: unknown): Promise<Statement | null> {
  const place = argument as Partial<StatementPlace> | undefined;
  if (typeof place?.uri === 'string' && typeof place.start === 'number') {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(place.uri));
    const found = splitStatements(document.getText()).find(({ start }) => start === place.start);
    return found === undefined ? null : { document, sql: found.sql, start: found.start };
  }
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    return null;
  }
  const { document, selection } = editor;
  if (!selection.isEmpty) {
    const selected = document.getText(selection);
    const sql = selected.trim();
    const start = document.offsetAt(selection.start) + selected.length - selected.trimStart().length;
    return sql === '' ? null : { document, sql, start };
  }
  const found = statementAt(document.getText(), document.offsetAt(selection.active));
  return found === null ? null : { document, sql: found.sql, start: found.start };
}

function nameOf({ path }: vscode.Uri): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
