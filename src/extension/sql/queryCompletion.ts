import * as vscode from 'vscode';
import { describedAt, proposalsAt, type Proposal } from './completions.ts';
import { queryLanguage, type QueryDocuments } from './queryDocuments.ts';
import type { SchemaSource } from './schemaSource.ts';

export interface QueryCompletionOptions {
  readonly documents: QueryDocuments;
  readonly schema: SchemaSource;
  readonly record: (error: unknown) => void;
}

/** Completion and hovers of tables and columns in query documents. */
export class QueryCompletion implements vscode.CompletionItemProvider, vscode.HoverProvider, vscode.Disposable {
  readonly #options: QueryCompletionOptions;
  readonly #registrations: vscode.Disposable;

  constructor(options: QueryCompletionOptions) {
    this.#options = options;
    const selector: vscode.DocumentSelector = { language: queryLanguage };
    this.#registrations = vscode.Disposable.from(
      vscode.languages.registerCompletionItemProvider(selector, this, '.', ' '),
      vscode.languages.registerHoverProvider(selector, this),
    );
  }

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    _token: vscode.CancellationToken,
    { triggerCharacter }: vscode.CompletionContext,
  ): Promise<vscode.CompletionItem[]> {
    const text = document.getText();
    const offset = document.offsetAt(position);
    // A blank asks only where a table's name must follow.
    if (triggerCharacter === ' ' && !/\b(?:from|join)\s$/i.test(text.slice(Math.max(0, offset - 8), offset))) {
      return [];
    }
    const proposals = await this.#with(document, (tables) => proposalsAt(text, offset, tables));
    return (proposals ?? []).map((proposal, index) => toItem(proposal, index));
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | null> {
    const range = document.getWordRangeAtPosition(position, /\w+/);
    if (range === undefined) {
      return null;
    }
    const offset = document.offsetAt(range.start);
    const proposal = await this.#with(document, (tables) =>
      describedAt(document.getText(), offset, document.getText(range), tables),
    );
    return proposal === null ? null : new vscode.Hover(documentation(proposal), range);
  }

  dispose(): void {
    this.#registrations.dispose();
  }

  /** Null for documents of others, and while nobody can say what there is. */
  async #with<T>(
    document: vscode.TextDocument,
    work: (tables: Awaited<ReturnType<SchemaSource['read']>>['tables']) => T,
  ): Promise<T | null> {
    const { documents, schema, record } = this.#options;
    if (!documents.isOurs(document)) {
      return null;
    }
    try {
      return work((await schema.read()).tables);
    } catch (error) {
      record(error);
      return null;
    }
  }
}

function toItem(proposal: Proposal, index: number): vscode.CompletionItem {
  const item = new vscode.CompletionItem(labelOf(proposal), kindOf(proposal));
  item.sortText = String(index).padStart(4, '0');
  if (proposal.kind !== 'keyword') {
    item.documentation = documentation(proposal);
  }
  return item;
}

function labelOf(proposal: Proposal): vscode.CompletionItemLabel {
  switch (proposal.kind) {
    case 'table':
      return { label: proposal.table.name };
    case 'column':
      return {
        label: proposal.column.name,
        description: proposal.table.name,
        detail: ` ${proposal.column.type ?? ''}`,
      };
    case 'keyword':
      return { label: proposal.word };
  }
}

function kindOf({ kind }: Proposal): vscode.CompletionItemKind {
  const { Struct, Field, Keyword } = vscode.CompletionItemKind;
  return { table: Struct, column: Field, keyword: Keyword }[kind];
}

function documentation(proposal: Proposal): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString();
  if (proposal.kind === 'table') {
    const { table } = proposal;
    markdown.appendCodeblock(`${table.name}(${table.columns.map(({ name }) => name).join(', ')})`, queryLanguage);
    markdown.appendText(table.comment ?? '');
  } else if (proposal.kind === 'column') {
    const { table, column } = proposal;
    markdown.appendCodeblock(`${table.name}.${column.name} ${column.type ?? ''}`.trimEnd(), queryLanguage);
    markdown.appendText(column.nullable ? vscode.l10n.t('may be null: unknown') : vscode.l10n.t('never null'));
  }
  return markdown;
}
