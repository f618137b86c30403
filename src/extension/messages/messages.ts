import * as vscode from 'vscode';
import { EngineError, isCancellation } from '../../engine/errors.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import { commandIds } from '../commands/commandIds.ts';
import { settingIn, settingsSection } from '../settings/settingNames.ts';
import { SetupNeeded, type Need } from './setupNeeded.ts';

interface Button {
  readonly title: string;
  readonly command: string;
  readonly arguments?: readonly unknown[];
}

/** Only a server can fail in these ways, and another connection may help. */
const connectionProblems: readonly ErrorCode[] = [
  'database.unreachable',
  'database.auth',
  'database.forbidden',
  'database.missing',
];

/** The one place where failures become notifications: message, hint, and the buttons that help. */
export class Messages {
  readonly #log: vscode.LogOutputChannel;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
  }

  /** Tells the user; resolves when the notification is gone. A cancellation is nothing to tell. */
  async show(error: unknown): Promise<void> {
    if (isCancellation(error)) {
      return;
    }
    if (error instanceof SetupNeeded) {
      const { text, button } = setupMessage(error.need);
      await run(button, await vscode.window.showInformationMessage(text, button.title));
      return;
    }
    this.record(error);
    const text = errorText(error);
    const buttons = [...remedies(error), showLog()];
    const titles = buttons.map(({ title }) => title);
    const chosen =
      severity(error) === 'information'
        ? await vscode.window.showInformationMessage(text, ...titles)
        : await vscode.window.showErrorMessage(text, ...titles);
    const button = buttons.find(({ title }) => title === chosen);
    await run(button, chosen);
  }

  /** Writes the failure to the log only. */
  record(error: unknown): void {
    if (error instanceof EngineError) {
      this.#log.error(`${error.code}: ${error.message}`);
      return;
    }
    this.#log.error(error instanceof Error ? error : String(error));
  }
}

/** Message and hint of a failure, as one text. */
export function errorText(error: unknown): string {
  if (error instanceof SetupNeeded) {
    return setupMessage(error.need).text;
  }
  if (error instanceof EngineError) {
    return error.hint === null ? error.message : `${error.message} ${error.hint}`;
  }
  return vscode.l10n.t('Unexpected error: {0}', error instanceof Error ? error.message : String(error));
}

function severity(error: unknown): 'information' | 'error' {
  const harmless: readonly ErrorCode[] = ['export.alreadyRunning', 'config.missingKeys'];
  return error instanceof EngineError && harmless.includes(error.code) ? 'information' : 'error';
}

function remedies(error: unknown): readonly Button[] {
  if (!(error instanceof EngineError)) {
    return [];
  }
  if (error.code === 'config.missingKeys' || error.code.startsWith('auth.')) {
    return [{ title: vscode.l10n.t('Set keys…'), command: commandIds.setKeys }];
  }
  if (error.code === 'config.invalid') {
    const setting = settingIn(error.message) ?? settingsSection;
    const title = vscode.l10n.t('Open settings');
    return [{ title, command: 'workbench.action.openSettings', arguments: [setting] }];
  }
  if (connectionProblems.includes(error.code)) {
    return [{ title: vscode.l10n.t('Connect to PostgreSQL…'), command: commandIds.connectPostgres }];
  }
  return error.code.startsWith('database.')
    ? [{ title: vscode.l10n.t('Open folder'), command: commandIds.openDatabaseFolder }]
    : [];
}

function setupMessage(need: Need): { text: string; button: Button } {
  switch (need) {
    case 'folder':
      return {
        text: vscode.l10n.t('Langfuse Metrics keeps its database in a folder. Open one first.'),
        button: { title: vscode.l10n.t('Open folder…'), command: 'vscode.openFolder' },
      };
    case 'localFolder':
      return {
        text: vscode.l10n.t('Langfuse Metrics needs a folder on a disk; this workspace has only virtual ones.'),
        button: { title: vscode.l10n.t('Open folder…'), command: 'vscode.openFolder' },
      };
    case 'trust':
      return {
        text: vscode.l10n.t('Langfuse Metrics contacts Langfuse only from a workspace that you trust.'),
        button: { title: vscode.l10n.t('Manage trust'), command: 'workbench.trust.manage' },
      };
  }
}

function showLog(): Button {
  return { title: vscode.l10n.t('Show log'), command: commandIds.showLog };
}

async function run(button: Button | undefined, chosen: string | undefined): Promise<void> {
  if (button !== undefined && button.title === chosen) {
    await vscode.commands.executeCommand(button.command, ...(button.arguments ?? []));
  }
}
