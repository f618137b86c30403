import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { AgentsAnswer, ModelsAnswer } from '../../src/protocol/analytics.ts';
import type { TraceSummary } from '../../src/protocol/browse.ts';
import type { FilterField } from '../shared/filters.ts';
import type { Writing } from '../shared/panel.ts';
import type { Sort } from '../shared/sort.ts';
import { Table, type TableModel } from '../shared/table.ts';
import type { TextTable } from '../shared/tableText.ts';
import { agentColumns } from './agentsTable.ts';
import { modelColumns, modelKey } from './modelsTable.ts';
import { promptColumns, promptKey, promptRows, type PromptRow } from './promptsTable.ts';
import type { DashboardReader } from './reader.ts';
import { traceColumns, traceKey, traceSort } from './tracesTable.ts';
import type { DashboardView } from './view.ts';

/** Rows of a table before it is unfolded. */
const folded = 10;

export interface TablesListener {
  sort(part: string, sort: Sort): void;
  unfold(part: string): void;
  filter(field: FilterField, value: string): void;
  openPrompt(row: PromptRow): void;
  openTrace(trace: TraceSummary): void;
  copy(table: TextTable): void;
}

type Model = ModelsAnswer['models'][number];
type Agent = AgentsAnswer['agents'][number];

/** The four tables of the dashboard. */
export class DashboardTables {
  readonly models: Table<Model>;
  readonly prompts: Table<PromptRow>;
  readonly agents: Table<Agent>;
  readonly traces: Table<TraceSummary>;
  readonly #listener: TablesListener;
  readonly #writing: Writing;
  /** What each table was drawn from. */
  readonly #drawnFrom = new Map<string, readonly unknown[]>();

  constructor(writing: Writing, listener: TablesListener) {
    this.#writing = writing;
    this.#listener = listener;
    const sort = (part: string) => (order: Sort) => listener.sort(part, order);
    const copy = (table: TextTable): void => listener.copy(table);
    this.models = new Table<Model>({
      sort: sort('table.models'),
      copy,
      choose: ({ model }) => {
        if (model !== null) {
          listener.filter('models', model);
        }
      },
    });
    this.prompts = new Table<PromptRow>({
      sort: sort('table.prompts'),
      copy,
      choose: ({ prompt }) => listener.filter('prompts', prompt.prompt),
      open: (row) => listener.openPrompt(row),
    });
    this.agents = new Table<Agent>({
      sort: sort('table.agents'),
      copy,
      choose: ({ agent }) => listener.filter('agents', agent),
    });
    this.traces = new Table<TraceSummary>({ copy, choose: (trace) => listener.openTrace(trace) });
  }

  /** The table of a part, for commands that name one. */
  get(part: string): Pick<Table<never>, 'text' | 'element'> | null {
    const tables: Readonly<Record<string, Pick<Table<never>, 'text' | 'element'>>> = {
      'table.models': this.models,
      'table.prompts': this.prompts,
      'table.agents': this.agents,
      'table.traces': this.traces,
    };
    return tables[part] ?? null;
  }

  update({ readings }: DashboardReader, view: DashboardView): void {
    const models = readings.get('models').answer;
    const byModel = readings.get('byModel').answer;
    const prompts = readings.get('prompts').answer;
    const agents = readings.get('agents').answer;
    const traces = readings.get('traces').answer;
    const { colours, sorts, unfolded } = view;
    const { filters } = view.scope;
    const chosen = (field: FilterField, value: string | null): boolean =>
      value !== null && (filters[field] ?? []).includes(value);
    const shown = [sorts, unfolded, filters];
    if (models !== null && this.#isNew('models', [models, byModel, colours, ...shown])) {
      this.models.update({
        ...this.#shared('table.models', l10n.t('Models'), view),
        columns: modelColumns({ models, byModel, colours, writing: this.#writing }),
        rows: models.models,
        rowKey: modelKey,
        sort: view.sorts['table.models'] ?? { column: 'cost', descending: true },
        selected: ({ model }) => chosen('models', model),
      });
    }
    if (prompts !== null && this.#isNew('prompts', [prompts, ...shown])) {
      const rows = promptRows(prompts);
      this.prompts.update({
        ...this.#shared('table.prompts', l10n.t('Prompts'), view),
        empty: l10n.t('No call in scope is linked to a prompt.'),
        columns: promptColumns(rows, this.#writing, (row) => this.#listener.openPrompt(row)),
        rows,
        rowKey: promptKey,
        selected: ({ prompt }) => chosen('prompts', prompt.prompt),
      });
    }
    if (agents !== null && this.#isNew('agents', [agents, ...shown])) {
      this.agents.update({
        ...this.#shared('table.agents', l10n.t('Agents'), view),
        empty: l10n.t('No finished task in scope.'),
        columns: agentColumns(agents, this.#writing),
        rows: agents.agents,
        rowKey: ({ agent }) => agent,
        selected: ({ agent }) => chosen('agents', agent),
      });
    }
    if (traces !== null && this.#isNew('traces', [traces, view.traceList, ...shown])) {
      this.traces.update({
        ...this.#shared('table.traces', l10n.t('Traces'), view),
        columns: traceColumns(traces, this.#writing),
        rows: traces.traces,
        rowKey: traceKey,
        sort: traceSort(view.traceList),
      });
    }
  }

  /** True when a table would be drawn from something else than the last time. */
  #isNew(table: string, from: readonly unknown[]): boolean {
    const before = this.#drawnFrom.get(table);
    this.#drawnFrom.set(table, from);
    return before === undefined || from.some((value, index) => value !== before[index]);
  }

  /** A button that shows the rows beyond the first. */
  unfoldButton(part: string, count: number, view: DashboardView): TemplateResult | typeof nothing {
    return count <= folded || view.unfolded.includes(part)
      ? nothing
      : html`<button type="button" class="link more" @click=${() => this.#listener.unfold(part)}>
          ${l10n.t('Show all {0}', this.#writing.numbers.count(count))}
        </button>`;
  }

  #shared(
    part: string,
    label: string,
    view: DashboardView,
  ): Pick<TableModel<never>, 'label' | 'sort' | 'empty' | 'part' | 'limit'> {
    const limit = view.unfolded.includes(part) ? {} : { limit: folded };
    return { label, part, sort: view.sorts[part] ?? null, empty: l10n.t('none'), ...limit };
  }
}
