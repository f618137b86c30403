import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { systemClock } from '../engine/ports.ts';
import { AlertWatch } from './alerts/alertWatch.ts';
import { showAlert } from './alerts/showAlert.ts';
import { Numbers } from '../format/numbers.ts';
import { Times } from '../format/times.ts';
import { BackgroundTimer } from './background/backgroundTimer.ts';
import { commandIds } from './commands/commandIds.ts';
import { comparePromptText } from './codelens/comparePromptText.ts';
import { DocumentUses } from './codelens/documentUses.ts';
import { FindPromptUses, promptNameOf } from './codelens/findPromptUses.ts';
import { LensFigures } from './codelens/lensFigures.ts';
import { LensSettingsSource } from './codelens/lensSettings.ts';
import { PromptLenses } from './codelens/promptLenses.ts';
import { SourceChanges } from './codelens/sourceChanges.ts';
import { Commands } from './commands/commands.ts';
import { ContextKeyWriter } from './context/contextKeys.ts';
import { ContextState } from './context/contextState.ts';
import { ConnectionStore } from './database/connectionStore.ts';
import { ConnectPostgres } from './database/connectPostgres.ts';
import { MetricsDatabase } from './database/metricsDatabase.ts';
import { MoveMetrics } from './database/moveMetrics.ts';
import { RemoveConnection } from './database/removeConnection.ts';
import { SizeHint } from './database/sizeHint.ts';
import { EngineProxy } from './engine/engineProxy.ts';
import { ExportController } from './exports/exportController.ts';
import { ExportPresenter } from './exports/exportPresenter.ts';
import { ExportRangeCommand } from './exports/exportRangeCommand.ts';
import { Format } from './format/format.ts';
import { KeyStore } from './keys/keyStore.ts';
import { RemoveKeys } from './keys/removeKeys.ts';
import { SetKeys } from './keys/setKeys.ts';
import { AgentTree } from './agents/agentTree.ts';
import { PromptDocuments } from './prompts/promptDocuments.ts';
import { PromptTree } from './prompts/promptTree.ts';
import { FilterTraces } from './traces/filterTraces.ts';
import { groupTraces } from './traces/groupTraces.ts';
import { TraceCommands } from './traces/traceCommands.ts';
import { TraceTree } from './traces/traceTree.ts';
import { Messages } from './messages/messages.ts';
import { DatabaseWatcher } from './runs/databaseWatcher.ts';
import { RunDetailsDocument } from './runs/runDetailsDocument.ts';
import { RunHistory } from './runs/runHistory.ts';
import { RunRefresh } from './runs/runRefresh.ts';
import { RunsTree } from './runs/runsTree.ts';
import { dashboardPanel } from './panels/dashboardPanel.ts';
import { EditorServices } from './panels/editorServices.ts';
import { ModelColours } from './panels/modelColours.ts';
import { registerPanelActions } from './panels/panelActions.ts';
import { PanelLinkOpener } from './panels/panelLinks.ts';
import { Panels } from './panels/panels.ts';
import { PanelSettingsSource } from './panels/panelSettings.ts';
import { readEngineSettings } from './settings/settings.ts';
import { StatusBar } from './status/statusBar.ts';
import { ExportFolder } from './workspace/exportFolder.ts';
import { openDatabaseFolder } from './workspace/openDatabaseFolder.ts';

let engine: EngineProxy | null = null;

/** Composes the extension; does no work of its own and starts no thread. */
export function activate(context: vscode.ExtensionContext): void {
  const translations = vscode.l10n.bundle ?? null;
  if (translations !== null) {
    l10n.config({ contents: translations });
  }
  const clock = systemClock;
  const format = new Format(vscode.env.language);
  const numbers = new Numbers(vscode.env.language);
  const times = new Times(vscode.env.language);
  const log = vscode.window.createOutputChannel('Langfuse Metrics', { log: true });
  const memory = context.workspaceState;
  const messages = new Messages(log);
  const contextKeys = new ContextKeyWriter();
  const folder = new ExportFolder();
  const keys = new KeyStore(context.secrets, folder);
  const connections = new ConnectionStore(context.secrets, folder);
  const database = new MetricsDatabase(folder, connections);
  engine = new EngineProxy({
    scriptPath: vscode.Uri.joinPath(context.extensionUri, 'dist', 'worker.js').fsPath,
    workerData: {
      wasmPath: vscode.Uri.joinPath(context.extensionUri, 'dist', 'sql-wasm.wasm').fsPath,
      translations,
      language: vscode.env.language,
    },
    config: async () => ({ ...readEngineSettings(await folder.require()), langfuse: await keys.read() }),
    database: () => database.config(),
    log,
  });
  const controller = new ExportController(engine, clock);
  const presenter = new ExportPresenter(controller, format);
  const history = new RunHistory(engine, database, memory);
  const details = new RunDetailsDocument(history, format);
  const tree = new RunsTree({ history, controller, format, clock, log });
  const treeParts = { engine, database, numbers, times, clock, log };
  const traces = new TraceTree({ ...treeParts, memory });
  const prompts = new PromptTree(treeParts);
  const agents = new AgentTree(treeParts);
  const traceCommands = new TraceCommands(engine, keys);
  const filterTraces = new FilterTraces(engine, traces, clock, numbers);
  const promptDocuments = new PromptDocuments(engine);
  const followData = history.onDidChange(() => {
    traces.refresh();
    prompts.refresh();
    agents.refresh();
  });
  context.subscriptions.push(traces, prompts, agents, traceCommands, promptDocuments, followData);
  const watcher = new DatabaseWatcher(folder, database);
  const background = new BackgroundTimer({ controller, folder, keys, database, memory, messages, contextKeys, clock });
  const status = new StatusBar({ controller, background, keys, folder, database, history, format, clock });
  const refresh = new RunRefresh({ history, controller, watcher, folder, database, messages });
  const sizeHint = new SizeHint({
    engine,
    controller,
    database,
    connections,
    memory,
    messages,
    format,
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
  const panelSettings = new PanelSettingsSource(keys);
  const panels = new Panels({
    extensionUri: context.extensionUri,
    language: vscode.env.language,
    translations,
    services: new EditorServices({
      engine,
      colours: new ModelColours(memory),
      links: new PanelLinkOpener({ presenter, traces, clock }),
      clock,
    }),
    settings: () => panelSettings.read(),
    onDidChangeSettings: panelSettings.onDidChange,
    onDidChangeData: history.onDidChange,
    record: (error) => messages.record(error),
  });
  panels.restore(dashboardPanel);
  const commands = new Commands(messages);
  context.subscriptions.push(log, folder, keys, connections, database, controller, history, details, tree);
  context.subscriptions.push(watcher, background, status, refresh, sizeHint, alerts, contextState);
  context.subscriptions.push(panelSettings, panels, commands);

  const exportRange = new ExportRangeCommand(presenter, clock);
  const setKeys = new SetKeys(engine, keys, folder);
  const removeKeys = new RemoveKeys(keys, controller);
  const connectPostgres = new ConnectPostgres({ engine, connections, database, folder });
  const moveMetrics = new MoveMetrics({ engine, database, format });
  const removeConnection = new RemoveConnection(connections);
  commands.register(commandIds.export, () => presenter.run(null));
  commands.register(commandIds.exportRange, () => exportRange.run());
  commands.register(commandIds.cancelExport, () => controller.cancel());
  commands.register(commandIds.startBackgroundExport, () => background.setEnabled(true));
  commands.register(commandIds.stopBackgroundExport, () => background.setEnabled(false));
  commands.register(commandIds.setKeys, (given) => setKeys.run(given));
  commands.register(commandIds.removeKeys, () => removeKeys.run());
  commands.register(commandIds.connectPostgres, (given) => connectPostgres.run(given));
  commands.register(commandIds.moveToPostgres, (extent) => moveMetrics.run('postgres', extent));
  commands.register(commandIds.moveToSqlite, (extent) => moveMetrics.run('sqlite', extent));
  commands.register(commandIds.removeConnection, () => removeConnection.run());
  commands.register(commandIds.openDatabaseFolder, () => openDatabaseFolder(folder, database));
  commands.register(commandIds.showLog, () => log.show());
  commands.register(commandIds.refreshRuns, () => history.refresh());
  commands.register(commandIds.loadMoreRuns, () => history.loadMore());
  commands.register(commandIds.showRunDetails, (run) => details.show(run));
  commands.register(commandIds.openDashboard, async (target) => {
    await folder.require();
    await panels.show(dashboardPanel, dashboardPanel.readTarget(target) ?? { scope: null });
  });
  registerPanelActions(commands, (params) => panels.act(params));

  commands.register(commandIds.groupTraces, () => groupTraces(traces));
  commands.register(commandIds.filterTraces, () => filterTraces.run());
  commands.register(commandIds.clearTraceFilter, () => filterTraces.clear());
  commands.register(commandIds.refreshTraces, () => traces.refresh());
  commands.register(commandIds.loadMoreTraces, (parentId) => traces.loadMore(parentId));
  commands.register(commandIds.openTraceInLangfuse, (subject) => traceCommands.openInLangfuse(subject));
  commands.register(commandIds.copyId, (subject) => traceCommands.copyId(subject));
  commands.register(commandIds.showSourceRow, (subject) => traceCommands.showSourceRow(subject));
  commands.register(commandIds.rateGood, (subject) => traceCommands.rate(subject, true));
  commands.register(commandIds.rateBad, (subject) => traceCommands.rate(subject, false));
  commands.register(commandIds.refreshPrompts, () => prompts.refresh());
  commands.register(commandIds.openPromptTemplate, (subject) => promptDocuments.open(subject));
  commands.register(commandIds.diffPromptVersions, (subject) => promptDocuments.diff(subject));
  commands.register(commandIds.refreshAgents, () => agents.refresh());

  const record = (error: unknown): void => messages.record(error);
  const lensSettings = new LensSettingsSource(folder);
  const sources = new SourceChanges();
  const promptUses = new DocumentUses({ engine, settings: lensSettings, sources, record });
  const lensFigures = new LensFigures({ engine, settings: lensSettings, clock, record });
  const lenses = new PromptLenses({
    uses: promptUses,
    figures: lensFigures,
    settings: lensSettings,
    numbers,
    times,
    clock,
  });
  const followLenses = history.onDidChange(() => {
    promptUses.databaseChanged();
    lensFigures.refresh();
  });
  context.subscriptions.push(lensSettings, sources, promptUses, lensFigures, lenses, followLenses);
  const findPromptUses = new FindPromptUses({ engine, settings: lensSettings, folder });
  commands.register(commandIds.findPromptUses, (subject) => findPromptUses.run(subject));
  commands.register(commandIds.hidePromptLens, async (subject) => {
    const prompt = promptNameOf(subject);
    await (prompt === null ? undefined : lensSettings.hide(prompt));
  });
  commands.register(commandIds.comparePromptText, (subject) => comparePromptText(lensFigures, subject));

  // Not awaited: the editor counts our activation as finished without them.
  Promise.all([contextState.update(), watcher.watch(), background.arrange(), status.render()]).catch((error: unknown) =>
    messages.record(error),
  );
}

/** VS Code waits for it a few seconds: an export under way is cancelled and saved. */
export async function deactivate(): Promise<void> {
  await engine?.close();
  engine = null;
}
