import type * as vscode from 'vscode';
import type { Clock, Log } from '../engine/ports.ts';
import type { Numbers } from '../format/numbers.ts';
import type { Times } from '../format/times.ts';
import type { Commands } from './commands/commands.ts';
import type { MetricsDatabase } from './database/metricsDatabase.ts';
import type { EngineProxy } from './engine/engineProxy.ts';
import type { KeyStore } from './keys/keyStore.ts';
import type { Messages } from './messages/messages.ts';
import type { RunHistory } from './runs/runHistory.ts';
import type { ExportFolder } from './workspace/exportFolder.ts';

/** What every contribution may build on. */
export interface Workbench {
  readonly context: vscode.ExtensionContext;
  readonly translations: Readonly<Record<string, string>> | null;
  readonly clock: Clock;
  readonly numbers: Numbers;
  readonly times: Times;
  readonly log: Log;
  readonly messages: Messages;
  readonly commands: Commands;
  readonly folder: ExportFolder;
  readonly keys: KeyStore;
  readonly database: MetricsDatabase;
  readonly engine: EngineProxy;
  readonly history: RunHistory;
}
