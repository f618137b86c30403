import * as l10n from '@vscode/l10n';
import type { Confounder, FailingExecution, PromptComparison } from '../../src/protocol/analytics.ts';
import type { Writing } from '../shared/panel.ts';
import type { Sort } from '../shared/sort.ts';
import { Table, type TableModel } from '../shared/table.ts';
import type { TextTable } from '../shared/tableText.ts';
import { failureColumns } from './failuresTable.ts';
import { figureColumns } from './figuresTable.ts';
import { historyColumns, historyRows, type HistoryRow } from './historyTable.ts';
import type { Pair, Variant } from './pair.ts';
import { fewFailures, type ComparisonReader } from './reader.ts';
import { shiftColumns, shiftRows, type ShiftRow } from './shiftsTable.ts';
import { strataColumns, strataRows, strataTitle, type StratumRow } from './strataTable.ts';
import { successColumns, successRows, type SuccessRow } from './successTable.ts';
import type { ComparisonView } from './view.ts';

export interface TablesListener {
  sort(part: string, sort: Sort): void;
  /** A version is to be the one that the verdict is about. */
  choose(name: string): void;
  openTrace(run: FailingExecution): void;
  copy(table: TextTable): void;
  /** There is more or less room: what was drawn no longer fits. */
  resized(): void;
}

/** As in style.css: two tables side by side are no longer. */
const narrowPanel = '(max-width: 1240px)';

type TablePart = 'success' | 'strata' | 'shifts' | 'figures' | 'history' | 'failures';

/** The tables of the comparison. */
export class ComparisonTables {
  readonly success: Table<SuccessRow>;
  readonly strata: Table<StratumRow>;
  readonly shifts: Table<ShiftRow>;
  readonly figures: Table<Variant>;
  readonly history: Table<HistoryRow>;
  readonly failures: Table<FailingExecution>;
  readonly #writing: Writing;
  readonly #narrow = matchMedia(narrowPanel);

  constructor(writing: Writing, listener: TablesListener) {
    this.#writing = writing;
    this.#narrow.addEventListener('change', () => listener.resized());
    const by = (part: TablePart) => (order: Sort) => listener.sort(`table.${part}`, order);
    const copy = (table: TextTable): void => listener.copy(table);
    const choose = (name: string): void => listener.choose(name);
    this.success = new Table<SuccessRow>({
      sort: by('success'),
      copy,
      choose: ({ variant }) => choose(variant.name),
    });
    this.strata = new Table<StratumRow>({ copy });
    this.shifts = new Table<ShiftRow>({ copy });
    this.figures = new Table<Variant>({ sort: by('figures'), copy, choose: ({ name }) => choose(name) });
    this.history = new Table<HistoryRow>({ copy, choose: ({ variant }) => choose(variant.name) });
    this.failures = new Table<FailingExecution>({
      sort: by('failures'),
      copy,
      choose: (run) => listener.openTrace(run),
    });
  }

  /** The table of a part, as context menus name it; of versions where none is named. */
  get(part: string | null): Pick<Table<never>, 'text'> | null {
    const { success, strata, shifts, figures, history, failures } = this;
    const tables: Readonly<Record<TablePart, Pick<Table<never>, 'text'>>> = {
      success,
      strata,
      shifts,
      figures,
      history,
      failures,
    };
    const name = part?.replace(/^table\./, '') ?? 'success';
    return Object.hasOwn(tables, name) ? tables[name as TablePart] : null;
  }

  update(answer: PromptComparison, pair: Pair, { readings }: ComparisonReader, view: ComparisonView): void {
    const rows = successRows(answer);
    const isSubject = ({ name }: Variant): boolean => name === pair.subject?.name;
    this.success.update({
      ...this.#shared('success', l10n.t('Success rate'), view),
      columns: successColumns(rows, pair.baseline, this.#writing, this.#narrow.matches),
      rows,
      rowKey: ({ variant }) => variant.name,
      selected: ({ variant }) => isSubject(variant),
    });
    this.figures.update({
      ...this.#shared('figures', l10n.t('Figures'), view),
      columns: figureColumns(answer.variants, this.#writing),
      rows: rows.map(({ variant }) => variant),
      rowKey: ({ name }) => name,
      selected: isSubject,
    });
    this.history.update({
      ...this.#shared('history', l10n.t('Over time'), view),
      columns: historyColumns(this.#writing),
      rows: historyRows(answer, readings.get('trend').answer, readings.get('drift').answer),
      rowKey: ({ variant }) => variant.name,
      selected: ({ variant }) => isSubject(variant),
    });
    this.#updatePair(pair, view);
    const failures = readings.get('failures').answer;
    this.failures.update({
      ...this.#shared('failures', l10n.t('Failing runs'), view),
      ...(view.allFailures ? {} : { limit: fewFailures }),
      empty: failures === null ? null : l10n.t('No run failed.'),
      columns: failureColumns(view.failuresOf === 'all', this.#writing),
      rows: failures?.executions ?? [],
      rowKey: ({ executionId }) => executionId,
    });
  }

  #updatePair({ baseline, subject, comparison }: Pair, view: ComparisonView): void {
    if (subject === null || comparison === null) {
      return;
    }
    const names = [baseline.name, subject.name] as const;
    const confounder = shownConfounder(comparison.confounders, view);
    const strata = confounder === null ? [] : strataRows(confounder);
    this.strata.update({
      ...this.#shared('strata', strataTitle(confounder?.variable ?? null, ...names), view),
      columns: strataColumns(strata, { variable: confounder?.variable ?? 'model', names }, this.#writing),
      rows: strata,
      rowKey: ({ name, total }) => `${total} ${name}`,
    });
    const shifts = shiftRows(comparison, baseline, subject);
    this.shifts.update({
      ...this.#shared('shifts', l10n.t('Cost, tokens and latency'), view),
      columns: shiftColumns(shifts, names, this.#writing),
      rows: shifts,
      rowKey: ({ measure }) => measure,
    });
  }

  #shared(
    part: TablePart,
    label: string,
    { sorts }: ComparisonView,
  ): Pick<TableModel<never>, 'label' | 'sort' | 'empty' | 'part'> {
    return { label, part: `table.${part}`, sort: sorts[`table.${part}`] ?? null, empty: l10n.t('none') };
  }
}

/** The variable whose strata are shown: what was chosen, else what differs most. */
export function shownConfounder(confounders: readonly Confounder[], { variable }: ComparisonView): Confounder | null {
  return confounders.find((one) => one.variable === variable) ?? confounders[0] ?? null;
}
