import path from 'node:path';
import * as vscode from 'vscode';
import type { Engine } from '../../protocol/engine.ts';
import type { PromptUse, TextSpan } from '../../protocol/promptUses.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';
import type { LensSettingsSource } from './lensSettings.ts';

interface UseItem extends vscode.QuickPickItem {
  readonly use: PromptUse;
}

export interface FindPromptUsesOptions {
  readonly engine: Pick<Engine, 'findPromptUses'>;
  readonly settings: LensSettingsSource;
  readonly folder: ExportFolder;
}

/** The command "Find prompts in the workspace": uses by prompt, and a step to each. */
export class FindPromptUses {
  readonly #options: FindPromptUsesOptions;

  constructor(options: FindPromptUsesOptions) {
    this.#options = options;
  }

  /** @param argument a prompt's row or lens: then only its uses @returns how many were found */
  async run(argument: unknown): Promise<number> {
    const { engine, settings, folder } = this.#options;
    const root = await folder.require();
    const wanted = await settings.read();
    const prompt = promptNameOf(argument);
    const found = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Finding prompts') },
      () =>
        engine.findPromptUses({
          paths: [],
          settings: wanted?.find ?? { receivers: [], wrappers: [], promptFiles: [] },
        }),
    );
    const uses = prompt === null ? found : found.filter(({ promptName }) => promptName === prompt);
    if (uses.length === 0) {
      void vscode.window.showInformationMessage(
        prompt === null
          ? vscode.l10n.t('No uses of Langfuse prompts were found.')
          : vscode.l10n.t('No uses of the prompt {0} were found.', prompt),
      );
      return 0;
    }
    this.#pick(root, uses, prompt);
    return uses.length;
  }

  /** Not awaited: the list stays while the user looks through it. */
  #pick(root: vscode.WorkspaceFolder, uses: readonly PromptUse[], prompt: string | null): void {
    const pick = vscode.window.createQuickPick<UseItem>();
    pick.title = prompt ?? vscode.l10n.t('Prompts in the workspace');
    pick.placeholder = vscode.l10n.t('{0} uses; type to filter by prompt or file', uses.length);
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    pick.items = items(uses);
    pick.onDidChangeActive(([item]) => void (item === undefined ? null : show(root, item.use, true)));
    pick.onDidAccept(() => {
      const [item] = pick.activeItems;
      pick.hide();
      void (item === undefined ? null : show(root, item.use, false));
    });
    pick.onDidHide(() => pick.dispose());
    pick.show();
  }
}

/** By prompt, each under a line with its name. */
function items(uses: readonly PromptUse[]): UseItem[] {
  const sorted = uses.toSorted((a, b) => a.promptName.localeCompare(b.promptName));
  return sorted.flatMap((use, index) => {
    const item = { label: use.promptName, description: choice(use), detail: `${use.file}:${use.line + 1}`, use };
    const isFirst = sorted[index - 1]?.promptName !== use.promptName;
    const separator = { label: use.promptName, kind: vscode.QuickPickItemKind.Separator, use };
    return isFirst ? [separator, item] : [item];
  });
}

function choice({ version, label, via }: PromptUse): string {
  return [version === null ? null : `v${version}`, label, via].filter((part) => part !== null).join(' · ');
}

async function show(root: vscode.WorkspaceFolder, use: PromptUse, preserveFocus: boolean): Promise<void> {
  const uri = path.isAbsolute(use.file) ? vscode.Uri.file(use.file) : vscode.Uri.joinPath(root.uri, use.file);
  await vscode.window.showTextDocument(uri, { selection: toRange(use.span), preserveFocus, preview: true });
}

function toRange({ startLine, startColumn, endLine, endColumn }: TextSpan): vscode.Range {
  return new vscode.Range(startLine, startColumn, endLine, endColumn);
}

/** The prompt that a row of the tree, a hover or a caller names. */
export function promptNameOf(argument: unknown): string | null {
  if (typeof argument !== 'object' || argument === null) {
    return null;
  }
  const { subject = argument } = argument as { readonly subject?: unknown };
  const { prompt } = subject as { readonly prompt?: unknown };
  return typeof prompt === 'string' ? prompt : null;
}
