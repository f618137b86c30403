import * as vscode from 'vscode';
import type { Clock } from '../../engine/ports.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type { PromptUse, TextSpan } from '../../protocol/promptUses.ts';
import { commandIds } from '../commands/commandIds.ts';
import type { DocumentUses } from './documentUses.ts';
import type { LensFigures } from './lensFigures.ts';
import { hasLenses } from './lensGroups.ts';
import { lensHover } from './lensHover.ts';
import type { LensSettings, LensSettingsSource } from './lensSettings.ts';
import { lensProblem, lensText, type LensAction } from './lensTexts.ts';
import { hoverMarkdown } from './hoverMarkdown.ts';

export interface PromptLensesOptions {
  readonly uses: DocumentUses;
  readonly figures: LensFigures;
  readonly settings: LensSettingsSource;
  readonly numbers: Numbers;
  readonly times: Times;
  readonly clock: Clock;
}

/** What a lens's command works on. */
export interface LensSubject {
  readonly projectId: string | null;
  readonly prompt: string;
  readonly version: number | null;
  /** The document that the lens is in. */
  readonly document: string;
}

class PromptLensItem extends vscode.CodeLens {
  readonly use: PromptUse;
  readonly uri: vscode.Uri;

  constructor(use: PromptUse, uri: vscode.Uri) {
    super(new vscode.Range(use.line, 0, use.line, 0));
    this.use = use;
    this.uri = uri;
  }
}

const linkDocumentation = 'https://langfuse.com/docs/prompt-management/features/link-to-traces';
/** A first scan that takes longer comes later, by an event: other extensions' lenses are not held up. */
const firstScanMilliseconds = 300;

/** Lenses, hovers and problems at uses of prompts. Positions come from memory; only titles need figures. */
export class PromptLenses implements vscode.CodeLensProvider, vscode.HoverProvider, vscode.Disposable {
  readonly #options: PromptLensesOptions;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #problems = vscode.languages.createDiagnosticCollection('langfuseMetrics');
  readonly #subscriptions: vscode.Disposable;
  /** Documents whose lenses the editor waits for: their first scan needs no event. */
  readonly #awaited = new Set<vscode.TextDocument>();
  #settings: LensSettings | null = null;

  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(options: PromptLensesOptions) {
    this.#options = options;
    const { uses, figures, settings } = options;
    const everywhere: vscode.DocumentSelector = [
      { scheme: 'file' },
      { scheme: 'untitled' },
      { scheme: 'vscode-remote' },
      { scheme: 'vscode-notebook-cell' },
    ];
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      this.#problems,
      vscode.languages.registerCodeLensProvider(everywhere, this),
      vscode.languages.registerHoverProvider(everywhere, this),
      uses.onDidChange((document) => {
        this.#report(document);
        // Asked anew, an editor lets go of the commands of the lenses on its screen before it has others.
        if (!this.#awaited.has(document)) {
          this.#changed.fire();
        }
      }),
      figures.onDidChange(() => {
        vscode.workspace.textDocuments.forEach((document) => this.#report(document));
        this.#changed.fire();
      }),
      settings.onDidChange(() => void this.#readSettings()),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#problems.delete(uri)),
    );
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[] | undefined> {
    this.#settings ??= await this.#options.settings.read();
    if (!this.#isWanted(document)) {
      return undefined;
    }
    const { uses } = this.#options;
    if (uses.get(document) === null) {
      this.#awaited.add(document);
      await Promise.race([uses.scan(document), new Promise((resolve) => setTimeout(resolve, firstScanMilliseconds))]);
      this.#awaited.delete(document);
    } else {
      void uses.scan(document);
    }
    return this.#shown(document)?.map((use) => new PromptLensItem(use, document.uri));
  }

  async resolveCodeLens(lens: vscode.CodeLens): Promise<vscode.CodeLens> {
    if (!(lens instanceof PromptLensItem)) {
      return lens;
    }
    const { figures, numbers } = this.#options;
    const answer = figures.current ?? (await figures.read());
    const { days, minimumRuns } = await this.#figureSettings();
    const { title, action } = lensText(lens.use, answer, { numbers, days, minimumRuns });
    lens.command = this.#command(title, action, lens);
    return lens;
  }

  async provideHover(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Hover | null> {
    const use = this.#shown(document)?.find(({ span }) => toRange(span).contains(position));
    if (use === undefined || !this.#isWanted(document)) {
      return null;
    }
    const { figures, numbers, times, clock } = this.#options;
    const answer = await figures.read();
    const { days, minimumRuns } = await this.#figureSettings();
    const hover =
      answer === null ? null : lensHover(use, answer, { numbers, times, days, minimumRuns, now: clock.now() });
    return hover === null
      ? null
      : new vscode.Hover(hoverMarkdown(hover, this.#subject(use, document.uri)), toRange(use.span));
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  async #readSettings(): Promise<void> {
    this.#settings = await this.#options.settings.read();
    vscode.workspace.textDocuments.forEach((document) => this.#report(document));
    this.#changed.fire();
  }

  async #figureSettings(): Promise<{ readonly days: number; readonly minimumRuns: number }> {
    this.#settings ??= await this.#options.settings.read();
    return this.#settings ?? { days: 7, minimumRuns: 20 };
  }

  #isWanted({ uri, languageId }: vscode.TextDocument): boolean {
    const settings = this.#settings;
    return settings !== null && settings.enabled && hasLenses(settings.languages, uri.path, languageId);
  }

  #shown(document: vscode.TextDocument): readonly PromptUse[] | undefined {
    const hidden = new Set(this.#settings?.hidden);
    return this.#options.uses.get(document)?.filter(({ promptName }) => !hidden.has(promptName));
  }

  /** A prompt or version that does not exist is worth a line in the list of problems, and no more. */
  #report(document: vscode.TextDocument): void {
    const answer = this.#options.figures.current;
    const uses = this.#isWanted(document) ? (this.#shown(document) ?? []) : [];
    const problems = uses.flatMap((use) => {
      const text = answer === null ? null : lensProblem(use, answer);
      if (text === null) {
        return [];
      }
      const problem = new vscode.Diagnostic(toRange(use.span), text, vscode.DiagnosticSeverity.Information);
      problem.source = 'Langfuse';
      return [problem];
    });
    if (problems.length > 0 || this.#problems.has(document.uri)) {
      this.#problems.set(document.uri, problems);
    }
  }

  #command(title: string, action: LensAction, { use, uri }: PromptLensItem): vscode.Command {
    const subject = this.#subject(use, uri);
    switch (action) {
      case 'compareVersions':
        return { title, command: commandIds.comparePromptVersions, arguments: [subject] };
      case 'compareText':
        return { title, command: commandIds.comparePromptText, arguments: [subject] };
      case 'howToLink':
        return { title, command: 'vscode.open', arguments: [vscode.Uri.parse(linkDocumentation)] };
      case 'export':
        return { title, command: commandIds.export };
      case 'none':
        return { title, command: '' };
    }
  }

  #subject({ promptName, version }: PromptUse, uri: vscode.Uri): LensSubject {
    const prompt = this.#options.figures.current?.prompts.find((known) => known.prompt === promptName);
    return { projectId: prompt?.projectId ?? null, prompt: promptName, version, document: uri.toString() };
  }
}

function toRange({ startLine, startColumn, endLine, endColumn }: TextSpan): vscode.Range {
  return new vscode.Range(startLine, startColumn, endLine, endColumn);
}
