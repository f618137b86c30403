import * as vscode from 'vscode';
import type { Clock } from '../../engine/ports.ts';
import type { Numbers } from '../../format/numbers.ts';
import type { Times } from '../../format/times.ts';
import type { FacetsAnswer } from '../../protocol/browse.ts';
import type { Engine } from '../../protocol/engine.ts';
import type { ScopeFilters } from '../../protocol/scope.ts';
import { describeFilter, statusLabel, toTraceFilter, wholeView, type TraceView } from './traceFilterState.ts';
import type { TraceTree } from './traceTree.ts';

type ListFilter = Exclude<keyof ScopeFilters, 'promptVersions'>;

interface Kind extends vscode.QuickPickItem {
  readonly change: () => Promise<TraceView | undefined>;
}

export interface FilterTracesOptions {
  readonly engine: Pick<Engine, 'ask'>;
  readonly tree: TraceTree;
  readonly clock: Clock;
  readonly numbers: Numbers;
  readonly times: Times;
}

const shownValues = 500;

/** Asks for one part of the filter of the tree of traces at a time; each shows what is chosen now. */
export class FilterTraces {
  readonly #engine: Pick<Engine, 'ask'>;
  readonly #tree: TraceTree;
  readonly #clock: Clock;
  readonly #numbers: Numbers;
  readonly #times: Times;

  constructor({ engine, tree, clock, numbers, times }: FilterTracesOptions) {
    this.#engine = engine;
    this.#tree = tree;
    this.#clock = clock;
    this.#numbers = numbers;
    this.#times = times;
  }

  async run(): Promise<void> {
    const { view } = this.#tree;
    const kind = await vscode.window.showQuickPick(this.#kinds(view), {
      title: vscode.l10n.t('Filter traces'),
      placeHolder: vscode.l10n.t('What should they have in common?'),
    });
    const changed = await kind?.change();
    if (changed !== undefined) {
      await this.#tree.show(changed);
    }
  }

  async clear(): Promise<void> {
    await this.#tree.show({ ...wholeView, grouping: this.#tree.view.grouping });
  }

  #kinds(view: TraceView): Kind[] {
    const list = (filter: ListFilter, label: string): Kind => ({
      label,
      description: view.filters[filter]?.join(', ') ?? '',
      change: () => this.#values(view, filter, label),
    });
    return [
      { label: vscode.l10n.t('Text…'), description: view.text ?? '', change: () => this.#text(view) },
      {
        label: vscode.l10n.t('Status'),
        description: view.status === null ? '' : statusLabel(view.status),
        change: () => this.#status(view),
      },
      {
        label: vscode.l10n.t('Time'),
        description: this.#describe({ ...wholeView, days: view.days, range: view.range }),
        change: () => this.#time(view),
      },
      list('models', vscode.l10n.t('Model')),
      list('tags', vscode.l10n.t('Tag')),
      list('environments', vscode.l10n.t('Environment')),
      list('users', vscode.l10n.t('User')),
      list('sessions', vscode.l10n.t('Session')),
      list('traceNames', vscode.l10n.t('Name')),
      list('agents', vscode.l10n.t('Agent')),
      list('prompts', vscode.l10n.t('Prompt')),
      { label: vscode.l10n.t('Cost…'), description: view.minCostUsd?.toString() ?? '', change: () => this.#cost(view) },
      ...(this.#describe(view) === ''
        ? []
        : [
            {
              label: vscode.l10n.t('$(clear-all) Remove every filter'),
              change: () => Promise.resolve({ ...wholeView, grouping: view.grouping }),
            },
          ]),
    ];
  }

  #describe(view: TraceView): string {
    return describeFilter(view, { numbers: this.#numbers, times: this.#times, now: this.#clock.now() });
  }

  async #text(view: TraceView): Promise<TraceView | undefined> {
    const entered = await vscode.window.showInputBox({
      title: vscode.l10n.t('Filter traces by text'),
      prompt: vscode.l10n.t('Part of a name, id, user or session. Empty removes this filter.'),
      value: view.text ?? '',
    });
    return entered === undefined ? undefined : { ...view, text: entered.trim() === '' ? null : entered.trim() };
  }

  async #status(view: TraceView): Promise<TraceView | undefined> {
    const chosen = await vscode.window.showQuickPick(
      [
        { label: vscode.l10n.t('Any'), value: null },
        ...(['error', 'fallback', 'ok'] as const).map((value) => ({ label: statusLabel(value), value })),
      ],
      { title: vscode.l10n.t('Filter traces by status') },
    );
    return chosen === undefined ? undefined : { ...view, status: chosen.value };
  }

  async #time(view: TraceView): Promise<TraceView | undefined> {
    const chosen = await vscode.window.showQuickPick(
      [
        { label: vscode.l10n.t('All time'), days: null },
        { label: vscode.l10n.t('Last 24 hours'), days: 1 },
        { label: vscode.l10n.t('Last 7 days'), days: 7 },
        { label: vscode.l10n.t('Last 30 days'), days: 30 },
        { label: vscode.l10n.t('Last 90 days'), days: 90 },
      ],
      { title: vscode.l10n.t('Filter traces by time') },
    );
    return chosen === undefined ? undefined : { ...view, days: chosen.days, range: null };
  }

  async #cost(view: TraceView): Promise<TraceView | undefined> {
    const entered = await vscode.window.showInputBox({
      title: vscode.l10n.t('Filter traces by cost'),
      prompt: vscode.l10n.t('Least cost in US dollars, such as 0.05. Empty removes this filter.'),
      value: view.minCostUsd?.toString() ?? '',
      validateInput: (text) =>
        text.trim() === '' || Number(text) >= 0 ? null : vscode.l10n.t('Enter a number of dollars, such as 0.05.'),
    });
    return entered === undefined ? undefined : { ...view, minCostUsd: entered.trim() === '' ? null : Number(entered) };
  }

  async #values(view: TraceView, filter: ListFilter, label: string): Promise<TraceView | undefined> {
    const known = view.filters[filter] ?? [];
    const facets = this.#engine.ask('facets', {
      scope: { range: toTraceFilter(view, this.#clock.now()).scope.range },
      limit: shownValues,
      of: [filter],
    });
    const items = facets.then((answer: FacetsAnswer) =>
      [...new Set([...known, ...answer[filter]])].map((value) => ({ label: value, picked: known.includes(value) })),
    );
    const chosen = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Filter traces: {0}', label),
      placeHolder: vscode.l10n.t('Choose one or several; none removes this filter.'),
      canPickMany: true,
    });
    if (chosen === undefined) {
      return undefined;
    }
    return { ...view, filters: { ...view.filters, [filter]: chosen.map((item) => item.label) } };
  }
}
