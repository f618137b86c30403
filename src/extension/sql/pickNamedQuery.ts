import * as vscode from 'vscode';
import type { NamedQuery } from '../../protocol/analytics.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { ExportFolder } from '../workspace/exportFolder.ts';
import { queryHead, queryTitle } from './queryTitle.ts';

/** Where a workspace keeps queries of its own. */
const ownQueries = '.langfuse/queries/*.sql';
const mostOwnQueries = 500;
const mostDays = 36_500;

/** A query to open: one of a file of the workspace, or the text of a built-in one. */
export type ChosenQuery =
  { readonly kind: 'file'; readonly uri: vscode.Uri } | { readonly kind: 'text'; readonly content: string };

type QueryItem = vscode.QuickPickItem & { readonly chosen?: NamedQuery | vscode.Uri };

export interface NamedQueryPickerOptions {
  readonly engine: Pick<Engine, 'ask'>;
  readonly folder: ExportFolder;
}

/** Offers the queries of the workspace and the built-in ones. */
export class NamedQueryPicker {
  readonly #options: NamedQueryPickerOptions;

  constructor(options: NamedQueryPickerOptions) {
    this.#options = options;
  }

  /** @param argument the name of a built-in query, from a link or a key; else one is asked for. @returns null when the person left */
  async choose(argument: unknown): Promise<ChosenQuery | null> {
    const queries = await this.#options.engine.ask('namedQueries', {});
    const named = typeof argument === 'string' ? queries.find(({ name }) => name === argument) : undefined;
    if (named !== undefined) {
      return { kind: 'text', content: textOf(named) };
    }
    const item = await vscode.window.showQuickPick(this.#items(queries), {
      title: vscode.l10n.t('Run a named query'),
      placeHolder: vscode.l10n.t('Search by name or by what it answers'),
      matchOnDescription: true,
      matchOnDetail: true,
    });
    const chosen = item?.chosen;
    if (chosen === undefined) {
      return null;
    }
    return chosen instanceof vscode.Uri ? { kind: 'file', uri: chosen } : this.#withDays(chosen);
  }

  async #items(queries: readonly NamedQuery[]): Promise<QueryItem[]> {
    const separator = (label: string): QueryItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
    const own = await this.#ownQueries();
    return [
      ...(own.length === 0 ? [] : [separator(vscode.l10n.t('This workspace')), ...own]),
      separator(vscode.l10n.t('Built in')),
      ...queries.map((query) => ({
        label: query.title,
        description: query.days === null ? vscode.l10n.t('whole history') : daysText(query.days),
        detail: query.description,
        chosen: query,
      })),
    ];
  }

  async #ownQueries(): Promise<QueryItem[]> {
    const folder = await this.#options.folder.require();
    const files = await vscode.workspace.findFiles(
      new vscode.RelativePattern(folder, ownQueries),
      undefined,
      mostOwnQueries,
    );
    const items = files.map(async (uri): Promise<QueryItem> => {
      const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
      const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
      return { label: queryTitle(text) ?? name, description: name, chosen: uri };
    });
    return (await Promise.all(items)).toSorted((a, b) => a.label.localeCompare(b.label));
  }

  async #withDays(query: NamedQuery): Promise<ChosenQuery | null> {
    if (query.days === null) {
      return { kind: 'text', content: textOf(query) };
    }
    const typed = await vscode.window.showInputBox({
      title: query.title,
      prompt: vscode.l10n.t('How many days back?'),
      value: String(query.days),
      validateInput: (text) =>
        readDays(text) === null ? vscode.l10n.t('A whole number from 1 to {0}', mostDays) : null,
    });
    const days = typed === undefined ? null : readDays(typed);
    if (days === null) {
      return null;
    }
    const queries = await this.#options.engine.ask('namedQueries', { days });
    return { kind: 'text', content: textOf(queries.find(({ name }) => name === query.name) ?? query) };
  }
}

function textOf({ title, description, days, sql }: NamedQuery): string {
  const name = days === null ? title : `${title}, ${daysText(days)}`;
  return `${queryHead(name, description)}${sql};\n`;
}

function daysText(days: number): string {
  return days === 1 ? vscode.l10n.t('last day') : vscode.l10n.t('last {0} days', days);
}

function readDays(text: string): number | null {
  const days = Number(text);
  return Number.isInteger(days) && days >= 1 && days <= mostDays ? days : null;
}
