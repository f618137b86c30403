import * as vscode from 'vscode';
import { commandIds } from '../commands/commandIds.ts';
import type { ExportPresenter } from '../exports/exportPresenter.ts';
import { subjectOf } from '../traces/traceCommands.ts';
import type { StatementRuns } from '../sql/statementRuns.ts';
import type { TraceTree } from '../traces/traceTree.ts';
import type { Workbench } from '../workbench.ts';
import { PromptCommands } from '../prompts/promptCommands.ts';
import { comparisonPanel } from './comparisonPanel.ts';
import { dashboardPanel } from './dashboardPanel.ts';
import { EditorServices } from './editorServices.ts';
import { ModelColours } from './modelColours.ts';
import { registerPanelActions } from './panelActions.ts';
import { PanelLinkOpener } from './panelLinks.ts';
import { Panels } from './panels.ts';
import { PanelSettingsSource } from './panelSettings.ts';
import { pickTrace } from './pickTrace.ts';
import { tracePanel } from './tracePanel.ts';
import { sqlPanel } from './sqlPanel.ts';

interface PanelParts {
  readonly presenter: ExportPresenter;
  readonly traces: TraceTree;
  readonly statements: StatementRuns;
}

/** The webviews, restored after a reload, and the commands that open them. */
export function contributePanels(workbench: Workbench, { presenter, traces, statements }: PanelParts): Panels {
  const { context, translations, clock, numbers, times, messages, commands, folder, keys, engine, history } = workbench;
  const settings = new PanelSettingsSource(keys);
  const prompts = new PromptCommands({ engine, keys, numbers, clock });
  const panels = new Panels({
    extensionUri: context.extensionUri,
    language: vscode.env.language,
    translations,
    services: new EditorServices({
      engine,
      statements,
      colours: new ModelColours(context.workspaceState),
      links: new PanelLinkOpener({ presenter, traces, prompts, clock }),
      clock,
    }),
    clock,
    timeZone: () => times.timeZone,
    settings: () => settings.read(),
    onDidChangeSettings: settings.onDidChange,
    onDidChangeData: history.onDidChange,
    record: (error) => messages.record(error),
  });
  panels.restore(dashboardPanel);
  panels.restore(comparisonPanel);
  panels.restore(tracePanel);
  panels.restore(sqlPanel);
  context.subscriptions.push(settings, panels);

  commands.register(commandIds.openDashboard, async (target) => {
    await folder.require();
    await panels.show(dashboardPanel, dashboardPanel.readTarget(target) ?? { scope: null });
  });
  const compare = async (argument: unknown, selection: unknown, failures: boolean): Promise<void> => {
    await folder.require();
    const target = await prompts.comparisonTarget(argument, selection, failures);
    await (target === null ? undefined : panels.show(comparisonPanel, target));
  };
  commands.register(commandIds.comparePromptVersions, (argument, selection) => compare(argument, selection, false));
  commands.register(commandIds.showFailingExamples, (argument, selection) => compare(argument, selection, true));
  commands.register(commandIds.openTrace, async (subject) => {
    await folder.require();
    const target = subjectOf(subject) ?? (await pickTrace({ engine, clock, numbers, times }));
    if (target !== null) {
      await panels.show(tracePanel, target);
    }
  });
  registerPanelActions(commands, (params) => panels.act(params));
  return panels;
}
