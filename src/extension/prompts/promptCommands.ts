import * as vscode from 'vscode';
import { EngineError } from '../../engine/errors.ts';
import type { Clock } from '../../engine/ports.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { PromptOutcomes } from '../../protocol/analytics.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { ComparisonTarget } from '../../protocol/panels.ts';
import { commandIds } from '../commands/commandIds.ts';
import type { KeyStore } from '../keys/keyStore.ts';
import { recentScope } from '../trees/recentScope.ts';
import { promptChoices } from './promptChoices.ts';
import { promptOf, selectedVersions } from './promptDocuments.ts';

/** Days whose runs the pick of a prompt counts. */
const countedDays = 30;

export interface PromptCommandsOptions {
  readonly engine: Pick<Engine, 'ask'>;
  readonly keys: Pick<KeyStore, 'read'>;
  readonly numbers: Numbers;
  readonly clock: Clock;
}

/** Which prompt a command is about: what it was given, else what a person picks. */
export class PromptCommands {
  readonly #options: PromptCommandsOptions;

  constructor(options: PromptCommandsOptions) {
    this.#options = options;
  }

  /**
   * What to compare; null when the person left.
   * @param argument the row of a tree, the subject of a lens, the target of a panel's link, or nothing
   * @param selection the rows that are selected in that tree
   */
  async comparisonTarget(argument: unknown, selection: unknown, failures: boolean): Promise<ComparisonTarget | null> {
    const subject = promptOf(argument);
    if (subject !== null) {
      const selected = selectedVersions(subject, selection);
      const one = subject.version === null ? [] : [subject.version];
      const versions = selected.length > 1 ? selected : one;
      return { projectId: subject.projectId, prompt: subject.prompt, versions, failures };
    }
    const prompt = await this.#pick(failures);
    return prompt === null ? null : { projectId: prompt.projectId, prompt: prompt.prompt, versions: [], failures };
  }

  /** @throws EngineError config.missingKeys: the address of the server is stored with the keys */
  async openInLangfuse(target: {
    readonly projectId: string;
    readonly prompt: string;
    readonly version: number;
  }): Promise<void> {
    const keys = await this.#options.keys.read();
    if (keys === null) {
      throw new EngineError('config.missingKeys', vscode.l10n.t('No Langfuse keys are set.'));
    }
    const path = ['project', target.projectId, 'prompts', target.prompt].map(encodeURIComponent).join('/');
    await vscode.env.openExternal(vscode.Uri.parse(`${keys.baseUrl}/${path}?version=${target.version}`, true));
  }

  async #pick(failures: boolean): Promise<PromptOutcomes | null> {
    const { engine, clock, numbers } = this.#options;
    const choices = engine
      .ask('promptOutcomes', { scope: recentScope(clock.now(), countedDays) })
      .then(({ prompts }) => promptChoices(prompts, { failures, days: countedDays, numbers }));
    if ((await choices).length === 0) {
      await this.#offerExport();
      return null;
    }
    const chosen = await vscode.window.showQuickPick(choices, {
      title: failures ? vscode.l10n.t('Show failing runs') : vscode.l10n.t('Compare prompt versions'),
      placeHolder: vscode.l10n.t('Which prompt? The runs are those of the last {0} d.', countedDays),
      matchOnDescription: true,
    });
    return chosen?.prompt ?? null;
  }

  async #offerExport(): Promise<void> {
    const exportNow = vscode.l10n.t('Export now');
    const text = vscode.l10n.t(
      'The database has no prompt yet. Prompts come with an export of a project that has some in Langfuse.',
    );
    if ((await vscode.window.showInformationMessage(text, exportNow)) === exportNow) {
      await vscode.commands.executeCommand(commandIds.export);
    }
  }
}
