import * as vscode from 'vscode';
import { AlertWatch } from '../alerts/alertWatch.ts';
import { showAlert } from '../alerts/showAlert.ts';
import { BackgroundTimer } from '../background/backgroundTimer.ts';
import { commandIds } from '../commands/commandIds.ts';
import { ContextKeyWriter } from '../context/contextKeys.ts';
import { ContextState } from '../context/contextState.ts';
import type { ConnectionStore } from '../database/connectionStore.ts';
import { SizeHint } from '../database/sizeHint.ts';
import { DatabaseWatcher } from '../runs/databaseWatcher.ts';
import { RunDetailsDocument } from '../runs/runDetailsDocument.ts';
import { RunRefresh } from '../runs/runRefresh.ts';
import { RunsTree } from '../runs/runsTree.ts';
import { RemoveKeys } from '../keys/removeKeys.ts';
import { SetKeys } from '../keys/setKeys.ts';
import { Spending } from '../status/spending.ts';
import { StatusBar } from '../status/statusBar.ts';
import type { Workbench } from '../workbench.ts';
import { ExportController } from './exportController.ts';
import { ExportPresenter } from './exportPresenter.ts';
import { ExportRangeCommand } from './exportRangeCommand.ts';

export interface Exports {
  readonly presenter: ExportPresenter;
  /** Puts up what is shown all the time; nothing waits for it. */
  start(): Promise<unknown>;
}

/** Keys, exports by command and by timer, the view of their runs, the status bar item and alerts. */
export function contributeExports(workbench: Workbench, connections: ConnectionStore): Exports {
  const { context, clock, numbers, times, log, messages, commands, folder, keys, database, engine, history } =
    workbench;
  const memory = context.workspaceState;
  const contextKeys = new ContextKeyWriter();
  const controller = new ExportController(engine, clock);
  const presenter = new ExportPresenter(controller, numbers);
  const details = new RunDetailsDocument(history, numbers);
  const tree = new RunsTree({ history, controller, numbers, times, clock, log });
  const watcher = new DatabaseWatcher(folder, database);
  const background = new BackgroundTimer({ controller, folder, keys, database, memory, messages, contextKeys, clock });
  const spending = new Spending({ engine, history, database, memory, messages, times, clock });
  const status = new StatusBar({
    controller,
    background,
    keys,
    folder,
    database,
    history,
    spending,
    numbers,
    times,
    clock,
  });
  const refresh = new RunRefresh({ history, controller, watcher, folder, database, messages });
  const sizeHint = new SizeHint({
    engine,
    controller,
    database,
    connections,
    memory,
    messages,
    numbers,
    ask: (text, ...buttons) => vscode.window.showInformationMessage(text, ...buttons),
  });
  const alerts = new AlertWatch({
    engine,
    controller,
    history,
    database,
    memory,
    messages,
    view: tree,
    show: showAlert,
    warn: (text, ...buttons) => vscode.window.showWarningMessage(text, ...buttons),
  });
  const contextState = new ContextState({ writer: contextKeys, keys, connections, controller, history });
  context.subscriptions.push(controller, details, tree);
  context.subscriptions.push(watcher, background, spending, status, refresh, sizeHint, alerts, contextState);

  const exportRange = new ExportRangeCommand(presenter, clock);
  const setKeys = new SetKeys(engine, keys, folder);
  const removeKeys = new RemoveKeys(keys, controller);
  commands.register(commandIds.export, () => presenter.run(null));
  commands.register(commandIds.exportRange, () => exportRange.run());
  commands.register(commandIds.cancelExport, () => controller.cancel());
  commands.register(commandIds.startBackgroundExport, () => background.setEnabled(true));
  commands.register(commandIds.stopBackgroundExport, () => background.setEnabled(false));
  commands.register(commandIds.setKeys, (given) => setKeys.run(given));
  commands.register(commandIds.removeKeys, () => removeKeys.run());
  commands.register(commandIds.refreshRuns, () => history.refresh());
  commands.register(commandIds.loadMoreRuns, () => history.loadMore());
  commands.register(commandIds.showRunDetails, (run) => details.show(run));
  return {
    presenter,
    start: () => Promise.all([contextState.update(), watcher.watch(), background.arrange(), status.render()]),
  };
}
