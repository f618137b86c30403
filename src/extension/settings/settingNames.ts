import type { DatabaseBackend } from '../../engine/config/backends.ts';
import type { LangfusePlan } from '../../engine/config/config.ts';

/** The section of every setting of ours in the editor's settings. */
export const settingsSection = 'langfuseMetrics';

/**
 * Every setting, by its name within the section. package.json declares the same ones, with the bounds
 * and defaults of src/engine/config/config.ts; a test compares the three.
 */
export interface Settings {
  'database.backend': DatabaseBackend;
  'database.path': string;
  'database.commitToGit': boolean;
  'export.background': boolean;
  'export.intervalMinutes': number;
  'export.lookbackHours': number;
  'export.overlapHours': number;
  'export.pageSize': number;
  'export.capturedTextLength': number;
  'export.plan': LangfusePlan;
  'panels.shortcuts': boolean;
  'terminal.helper': boolean;
  'codeLens.enabled': boolean;
  'codeLens.languages': string[];
  'codeLens.days': number;
  'codeLens.minimumRuns': number;
  'codeLens.receivers': string[];
  'codeLens.wrappers': string[];
  'codeLens.promptFiles': string[];
  'codeLens.hiddenPrompts': string[];
  'outcome.successScores': string[];
  'outcome.successCategories': string[];
  'outcome.qualityScores': string[];
  'outcome.feedbackScores': string[];
  alerts: unknown[];
}

export type SettingName = keyof Settings;

/**
 * The setting behind a value of the engine's configuration, for messages: `export.pageSize` is
 * `langfuseMetrics.export.pageSize`. An item of a list is named by its list.
 */
export function settingOf(configPath: string): string {
  return `${settingsSection}.${configPath.replace(/(\.\d+)+$/, '')}`;
}

/** The first setting that a message names, as `settingOf` writes it; null when it names none. */
export function settingIn(message: string): string | null {
  return /\blangfuseMetrics(?:\.\w+)+/.exec(message)?.[0] ?? null;
}
