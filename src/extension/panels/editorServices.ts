import * as vscode from 'vscode';
import { EngineError } from '../../engine/errors.ts';
import type { Clock } from '../../engine/ports.ts';
import type { Engine } from '../../protocol/engine.ts';
import type {
  ColoursParams,
  ModelColourNumbers,
  OpenParams,
  PanelCommand,
  PickItem,
  PickParams,
  SaveParams,
} from '../../protocol/panels.ts';
import type { QuestionName } from '../../protocol/questions.ts';
import type { TimeRange } from '../../protocol/scope.ts';
import type { RunSqlAnswer, RunSqlParams } from '../../protocol/sql.ts';
import { errorText } from '../messages/messages.ts';
import { SetupNeeded } from '../messages/setupNeeded.ts';
import type { StatementRuns } from '../sql/statementRuns.ts';
import { askTimeRange } from './askTimeRange.ts';
import type { ModelColours } from './modelColours.ts';
import type { PanelLinkOpener } from './panelLinks.ts';
import type { PanelServices } from './panelServices.ts';

export interface EditorServicesOptions {
  readonly engine: Pick<Engine, 'ask'>;
  readonly statements: StatementRuns;
  readonly colours: ModelColours;
  readonly links: PanelLinkOpener;
  readonly clock: Clock;
}

/** What documents of panels ask for, done by the editor's own means: its quick pick, clipboard and dialogs. */
export class EditorServices implements PanelServices {
  readonly #options: EditorServicesOptions;

  constructor(options: EditorServicesOptions) {
    this.#options = options;
  }

  ask(question: QuestionName, params: unknown, signal: AbortSignal): Promise<unknown> {
    return withSetup(this.#options.engine.ask(question, params as never, signal));
  }

  runSql(params: RunSqlParams, signal: AbortSignal): Promise<RunSqlAnswer> {
    return withSetup(this.#options.statements.run(params, signal));
  }

  async runCommand(command: PanelCommand): Promise<void> {
    await vscode.commands.executeCommand(command);
  }

  open(params: OpenParams): Promise<void> {
    return this.#options.links.open(params);
  }

  async pick({ title, placeholder, items, many }: PickParams): Promise<readonly string[] | null> {
    const choices: (vscode.QuickPickItem & PickItem)[] = items.map((item) => ({ ...item }));
    const options = { title, placeHolder: placeholder, matchOnDescription: true };
    if (many) {
      const chosen = await vscode.window.showQuickPick(choices, { ...options, canPickMany: true });
      return chosen?.map(({ id }) => id) ?? null;
    }
    const chosen = await vscode.window.showQuickPick(choices, options);
    return chosen === undefined ? null : [chosen.id];
  }

  pickRange(range: TimeRange): Promise<TimeRange | null> {
    return askTimeRange(vscode.l10n.t('Show a time range'), range, this.#options.clock);
  }

  async copy(text: string): Promise<void> {
    await vscode.env.clipboard.writeText(text);
  }

  async save({ name, content, encoding }: SaveParams): Promise<boolean> {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const file = await vscode.window.showSaveDialog(
      folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) },
    );
    if (file === undefined) {
      return false;
    }
    await vscode.workspace.fs.writeFile(file, Buffer.from(content, encoding));
    return true;
  }

  colours(params: ColoursParams): Promise<ModelColourNumbers> {
    return this.#options.colours.colours(params);
  }
}

async function withSetup<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // A panel that was restored into a window that has no folder, or does not trust it.
    throw error instanceof SetupNeeded ? new EngineError('config.invalid', errorText(error)) : error;
  }
}
