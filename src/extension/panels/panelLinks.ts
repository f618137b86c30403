import * as vscode from 'vscode';
import type { Clock } from '../../engine/ports.ts';
import type { TraceFilter } from '../../protocol/browse.ts';
import type { OpenParams, PanelLinks } from '../../protocol/panels.ts';
import { commandIds } from '../commands/commandIds.ts';
import type { ExportPresenter } from '../exports/exportPresenter.ts';
import { openPromptDiff } from '../prompts/promptDocuments.ts';
import type { PromptCommands } from '../prompts/promptCommands.ts';
import { wholeView } from '../traces/traceFilterState.ts';
import type { TraceTree } from '../traces/traceTree.ts';

const day = 24 * 3_600_000;
/** A panel that has been looked at for so long still shows "until now". */
const presentMilliseconds = 15 * 60_000;

export interface PanelLinkOpenerOptions {
  readonly presenter: Pick<ExportPresenter, 'run'>;
  readonly traces: Pick<TraceTree, 'show' | 'view'>;
  readonly prompts: Pick<PromptCommands, 'openInLangfuse'>;
  readonly clock: Clock;
}

/** Opens what a document of a panel links to, by name. */
export class PanelLinkOpener {
  readonly #options: PanelLinkOpenerOptions;
  readonly #openers: { readonly [Link in keyof PanelLinks]: (target: PanelLinks[Link]) => unknown };

  constructor(options: PanelLinkOpenerOptions) {
    this.#options = options;
    this.#openers = {
      trace: (target) => vscode.commands.executeCommand(commandIds.openTrace, target),
      langfuse: (target) => vscode.commands.executeCommand(commandIds.openTraceInLangfuse, target),
      sourceRow: (target) => vscode.commands.executeCommand(commandIds.showSourceRow, target),
      rating: ({ good, ...target }) =>
        vscode.commands.executeCommand(good ? commandIds.rateGood : commandIds.rateBad, target),
      traces: (filter) => this.#showTraces(filter),
      promptComparison: (target) => vscode.commands.executeCommand(commandIds.comparePromptVersions, target),
      promptDiff: ({ versions: [left, right], ...prompt }) => openPromptDiff(prompt, left, right),
      promptInLangfuse: (target) => options.prompts.openInLangfuse(target),
      sql: (target) => vscode.commands.executeCommand(commandIds.newQuery, target),
      queryText: showQueryText,
      exportRange: (range) => options.presenter.run(range),
      setting: ({ name }) => vscode.commands.executeCommand('workbench.action.openSettings', name),
    };
  }

  async open({ link, target }: OpenParams): Promise<void> {
    await this.#openers[link](target as never);
  }

  /** A period up to now moves on with the clock; the traces behind a bar are those between two moments. */
  async #showTraces({ scope, status, text }: TraceFilter): Promise<void> {
    const { traces, clock } = this.#options;
    const { start, end } = scope.range;
    const ended = clock.now() - Date.parse(end) > presentMilliseconds;
    await traces.show({
      ...wholeView,
      grouping: traces.view.grouping,
      ...(ended
        ? { range: { start, end } }
        : { days: Math.max(1, Math.ceil((clock.now() - Date.parse(start)) / day)) }),
      status: status ?? null,
      text: text ?? null,
      filters: scope.filters ?? {},
    });
    await vscode.commands.executeCommand('langfuseMetrics.traces.focus');
  }
}

async function showQueryText({ uri, start }: PanelLinks['queryText']): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const position = document.positionAt(start);
  const tab = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(position, position),
    ...(tab?.viewColumn === undefined ? {} : { viewColumn: tab.viewColumn }),
  });
}
