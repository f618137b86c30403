import path from 'node:path';
import * as vscode from 'vscode';
import { documentLanguage, skippedFolders } from '../../engine/promptUses/languages.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { PromptUse } from '../../protocol/promptUses.ts';
import type { LensSettingsSource } from './lensSettings.ts';
import { shiftUses, type TextChange } from './shiftUses.ts';
import type { SourceChanges } from './sourceChanges.ts';

interface Known {
  /** The document's version that was scanned; what is newer has only been shifted. */
  version: number;
  uses: readonly PromptUse[];
}

export interface DocumentUsesOptions {
  readonly engine: Pick<Engine, 'documentPromptUses'>;
  readonly settings: LensSettingsSource;
  readonly sources: SourceChanges;
  readonly record: (error: unknown) => void;
}

/** Typing pauses this long before a document is scanned again. */
const settleMilliseconds = 300;
const schemes = new Set(['file', 'untitled', 'vscode-notebook-cell', 'vscode-remote']);

/**
 * Uses of prompts in open documents. What is known is at hand at once and moves with the text; the
 * engine's worker scans again when typing pauses, and one event tells what changed.
 */
export class DocumentUses implements vscode.Disposable {
  readonly #options: DocumentUsesOptions;
  readonly #changed = new vscode.EventEmitter<vscode.TextDocument>();
  readonly #known = new Map<string, Known>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #scans = new Map<string, Promise<void>>();
  readonly #subscriptions: vscode.Disposable;
  #databaseChanged = true;

  readonly onDidChange = this.#changed.event;

  constructor(options: DocumentUsesOptions) {
    this.#options = options;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      vscode.workspace.onDidChangeTextDocument((event) => this.#edited(event)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      options.settings.onDidChange(() => this.rescan()),
      options.sources.onDidChange(() => this.rescan()),
    );
  }

  /** What is known, without waiting; null before the first scan has ended. */
  get(document: vscode.TextDocument): readonly PromptUse[] | null {
    return this.#known.get(document.uri.toString())?.uses ?? null;
  }

  /** Scans the document unless what is known is of its present text. */
  async scan(document: vscode.TextDocument): Promise<void> {
    const key = document.uri.toString();
    if (!isScanned(document) || this.#known.get(key)?.version === document.version) {
      return;
    }
    const running = this.#scans.get(key) ?? this.#run(document).finally(() => this.#scans.delete(key));
    this.#scans.set(key, running);
    await running;
  }

  /** The database's prompts may be others now. */
  databaseChanged(): void {
    this.#databaseChanged = true;
    this.rescan();
  }

  /** Scans every open document anew; what is shown stays until then. */
  rescan(): void {
    for (const known of this.#known.values()) {
      known.version = -1;
    }
    for (const document of vscode.workspace.textDocuments) {
      if (this.#known.has(document.uri.toString())) {
        this.#scanSoon(document);
      }
    }
  }

  dispose(): void {
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.#subscriptions.dispose();
  }

  async #run(document: vscode.TextDocument): Promise<void> {
    const { engine, settings, sources, record } = this.#options;
    const { version } = document;
    try {
      const wanted = await settings.read();
      if (wanted === null) {
        return;
      }
      const databaseChanged = this.#databaseChanged;
      this.#databaseChanged = false;
      const before = cellsBefore(document);
      const { uses, hasErrors } = await engine.documentPromptUses({
        file: fileName(document.uri),
        languageId: document.languageId,
        text: before + document.getText(),
        settings: wanted.find,
        changedFiles: sources.take(),
        databaseChanged,
      });
      if (document.version === version && !document.isClosed) {
        this.#learn(document, inCell(uses, before), hasErrors);
      }
    } catch (error) {
      this.#databaseChanged = true;
      record(error);
    }
  }

  /** While a document does not parse, what it had before stays. */
  #learn(document: vscode.TextDocument, found: readonly PromptUse[], hasErrors: boolean): void {
    const key = document.uri.toString();
    const before = this.#known.get(key);
    const uses = hasErrors && before !== undefined && before.uses.length > found.length ? before.uses : found;
    this.#known.set(key, { version: document.version, uses });
    if (before === undefined || JSON.stringify(before.uses) !== JSON.stringify(uses)) {
      this.#changed.fire(document);
    }
  }

  #edited({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const known = this.#known.get(document.uri.toString());
    if (known === undefined || contentChanges.length === 0) {
      return;
    }
    known.uses = shiftUses(
      known.uses,
      contentChanges.map((change) => textChange(document, change)),
    );
    this.#scanSoon(document);
  }

  #scanSoon(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => {
        this.#timers.delete(key);
        void this.scan(document);
      }, settleMilliseconds),
    );
  }

  #forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#known.delete(key);
  }
}

/** What the cells above define: a notebook is one program. Empty for other documents. */
function cellsBefore(document: vscode.TextDocument): string {
  const notebook = vscode.workspace.notebookDocuments.find((candidate) =>
    candidate.getCells().some((cell) => cell.document === document),
  );
  const cells = notebook?.getCells() ?? [];
  const above = cells.slice(
    0,
    cells.findIndex((cell) => cell.document === document),
  );
  return above
    .filter(
      ({ kind, document: cell }) => kind === vscode.NotebookCellKind.Code && cell.languageId === document.languageId,
    )
    .map(({ document: cell }) => `${cell.getText()}\n`)
    .join('');
}

function inCell(uses: readonly PromptUse[], before: string): readonly PromptUse[] {
  const firstLine = before.match(/\n/g)?.length ?? 0;
  return uses
    .filter(({ line }) => line >= firstLine)
    .map((use) => {
      const { startLine, endLine } = use.span;
      const span = { ...use.span, startLine: startLine - firstLine, endLine: endLine - firstLine };
      return { ...use, line: use.line - firstLine, span };
    });
}

/** Documents that are somebody's source: not those of other extensions, nor what tools made. */
function isScanned({ uri, languageId }: vscode.TextDocument): boolean {
  const file = fileName(uri);
  return (
    schemes.has(uri.scheme) &&
    documentLanguage(file, languageId) !== null &&
    !file.split('/').some((part) => skippedFolders.has(part))
  );
}

/** From the folder that it lies in; a file outside of all has only its name. */
function fileName(uri: vscode.Uri): string {
  const relative = vscode.workspace.asRelativePath(uri, false);
  return path.isAbsolute(relative) ? path.posix.basename(uri.path) : relative;
}

function textChange(document: vscode.TextDocument, { range, text }: vscode.TextDocumentContentChangeEvent): TextChange {
  const { start, end } = range;
  return {
    startLine: start.line,
    endLine: end.line,
    addedLines: text.match(/\n/g)?.length ?? 0,
    pushesLine:
      text.includes('\n') && document.lineAt(Math.min(start.line, document.lineCount - 1)).isEmptyOrWhitespace,
  };
}
