import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { systemClock } from '../engine/ports.ts';
import { Numbers } from '../format/numbers.ts';
import { Times } from '../format/times.ts';
import { contributeLenses } from './codelens/contributeLenses.ts';
import { commandIds } from './commands/commandIds.ts';
import { Commands } from './commands/commands.ts';
import { ConnectionStore } from './database/connectionStore.ts';
import { contributeDatabase } from './database/contributeDatabase.ts';
import { MetricsDatabase } from './database/metricsDatabase.ts';
import { EngineProxy } from './engine/engineProxy.ts';
import { contributeExports } from './exports/contributeExports.ts';
import { KeyStore } from './keys/keyStore.ts';
import { contributeTools } from './languageModel/contributeTools.ts';
import { Messages } from './messages/messages.ts';
import { contributePanels } from './panels/contributePanels.ts';
import { contributeRateLimits, type RateLimits } from './rateLimits/contributeRateLimits.ts';
import { RunHistory } from './runs/runHistory.ts';
import { readEngineSettings } from './settings/settings.ts';
import { contributeSql } from './sql/contributeSql.ts';
import { StatementRuns } from './sql/statementRuns.ts';
import { contributeTrees } from './trees/contributeTrees.ts';
import type { Workbench } from './workbench.ts';
import { ExportFolder } from './workspace/exportFolder.ts';

let engine: EngineProxy | null = null;
let rateLimits: RateLimits | null = null;

/** Composes the extension; does no work of its own and starts no thread. */
export function activate(context: vscode.ExtensionContext): void {
  const translations = vscode.l10n.bundle ?? null;
  if (translations !== null) {
    l10n.config({ contents: translations });
  }
  const log = vscode.window.createOutputChannel('Langfuse Metrics', { log: true });
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
  const messages = new Messages(log);
  const commands = new Commands(messages);
  const history = new RunHistory(engine, database, context.workspaceState);
  const workbench: Workbench = {
    context,
    translations,
    clock: systemClock,
    numbers: new Numbers(vscode.env.language),
    times: new Times(vscode.env.language),
    log,
    messages,
    commands,
    folder,
    keys,
    database,
    engine,
    history,
  };
  context.subscriptions.push(log, folder, keys, connections, database, history, commands);
  commands.register(commandIds.showLog, () => log.show());

  const exports = contributeExports(workbench, connections);
  contributeDatabase(workbench, connections);
  const { traces } = contributeTrees(workbench);
  const statements = new StatementRuns(engine);
  context.subscriptions.push(statements);
  const panels = contributePanels(workbench, { presenter: exports.presenter, traces, statements });
  contributeSql(workbench, panels);
  contributeLenses(workbench);
  rateLimits = contributeRateLimits(workbench);
  contributeTools(workbench);

  // Not awaited: the editor counts our activation as finished without them.
  for (const start of [exports.start(), rateLimits.start()]) {
    start.catch((error: unknown) => messages.record(error));
  }
}

/** VS Code waits for it a few seconds: an export under way is cancelled and saved. */
export async function deactivate(): Promise<void> {
  await Promise.all([engine?.close(), rateLimits?.close()]);
  engine = null;
  rateLimits = null;
}
