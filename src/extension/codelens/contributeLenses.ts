import { commandIds } from '../commands/commandIds.ts';
import type { Workbench } from '../workbench.ts';
import { comparePromptText } from './comparePromptText.ts';
import { DocumentUses } from './documentUses.ts';
import { FindPromptUses, promptNameOf } from './findPromptUses.ts';
import { LensFigures } from './lensFigures.ts';
import { LensSettingsSource } from './lensSettings.ts';
import { PromptLenses } from './promptLenses.ts';
import { SourceChanges } from './sourceChanges.ts';

/** Lenses, hovers and problems on prompts in code, and finding them. */
export function contributeLenses(workbench: Workbench): void {
  const { context, clock, numbers, times, messages, commands, folder, engine, history } = workbench;
  const record = (error: unknown): void => messages.record(error);
  const settings = new LensSettingsSource(folder);
  const sources = new SourceChanges();
  const uses = new DocumentUses({ engine, settings, sources, record });
  const figures = new LensFigures({ engine, settings, clock, record });
  const lenses = new PromptLenses({ uses, figures, settings, numbers, times, clock });
  const followData = history.onDidChange(() => {
    uses.databaseChanged();
    figures.refresh();
  });
  context.subscriptions.push(settings, sources, uses, figures, lenses, followData);

  const findPromptUses = new FindPromptUses({ engine, settings, folder });
  commands.register(commandIds.findPromptUses, (subject) => findPromptUses.run(subject));
  commands.register(commandIds.hidePromptLens, async (subject) => {
    const prompt = promptNameOf(subject);
    await (prompt === null ? undefined : settings.hide(prompt));
  });
  commands.register(commandIds.comparePromptText, (subject) => comparePromptText(figures, subject));
}
