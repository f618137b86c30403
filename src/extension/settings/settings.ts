import * as vscode from 'vscode';
import type { EngineConfigInput } from '../../engine/config/config.ts';
import { settingsSection, type SettingName, type Settings } from './settingNames.ts';

/** The value in force for this folder: of the folder, the workspace or the user, else the default. */
export function readSetting<N extends SettingName>(folder: vscode.WorkspaceFolder, name: N): Settings[N] {
  const value = vscode.workspace.getConfiguration(settingsSection, folder.uri).get<Settings[N]>(name);
  // VS Code hands out lists as proxies, which cannot be sent to a worker thread. Whether the value has
  // the right type is for the engine to judge: it names the setting when not.
  return structuredCloneOfProxy(value) as Settings[N];
}

/** What the settings say to the engine, apart from the keys and from where metrics are kept. */
export function readEngineSettings(folder: vscode.WorkspaceFolder): Omit<EngineConfigInput, 'langfuse' | 'database'> {
  const read = <N extends SettingName>(name: N): Settings[N] => readSetting(folder, name);
  return {
    workspace: folder.uri.fsPath,
    export: {
      pageSize: read('export.pageSize'),
      intervalMinutes: read('export.intervalMinutes'),
      lookbackHours: read('export.lookbackHours'),
      overlapHours: read('export.overlapHours'),
      capturedTextLength: read('export.capturedTextLength'),
      plan: read('export.plan'),
    },
    outcome: {
      successScores: read('outcome.successScores'),
      successCategories: read('outcome.successCategories'),
      qualityScores: read('outcome.qualityScores'),
      feedbackScores: read('outcome.feedbackScores'),
    },
    alerts: read('alerts'),
  };
}

function structuredCloneOfProxy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
