import type { QueryResult } from '../../src/protocol/engine.ts';
import { ChartView } from '../shared/chart/chartView.ts';
import { Tooltip } from '../shared/chart/tooltip.ts';
import { Memo } from '../shared/memo.ts';
import type { Writing } from '../shared/panel.ts';
import type { TextTable } from '../shared/tableText.ts';
import type { Theme } from '../shared/theme.ts';
import type { ChartChoice } from './chartChoice.ts';
import { resultChart, type ResultChart } from './resultChart.ts';
import type { ResultColumn } from './resultColumns.ts';

export interface ResultPlotOptions {
  readonly parent: HTMLElement;
  readonly theme: Theme;
  readonly writing: Writing;
  readonly copy: (table: TextTable) => void;
  readonly say: (text: string) => void;
}

/** The drawing of a result, made anew only when the result or the choice is another. */
export class ResultPlot {
  readonly view: ChartView;
  readonly #writing: Writing;
  readonly #theme: Theme;
  readonly #memo = new Memo();
  #drawn: ResultChart | null = null;

  constructor({ parent, theme, writing, copy, say }: ResultPlotOptions) {
    this.#writing = writing;
    this.#theme = theme;
    this.view = new ChartView({ theme, tooltip: new Tooltip(parent), listener: { copy, say } });
  }

  update(result: QueryResult, columns: readonly ResultColumn[], choice: ChartChoice): ResultChart {
    const chart = this.#memo.get('chart', [result, columns, choice], () =>
      resultChart(result, columns, choice, this.#writing),
    );
    if (chart !== this.#drawn) {
      this.#drawn = chart;
      // Those who do not see the drawing get its table.
      this.view.update(chart.model, this.#theme.screenReader);
    }
    return chart;
  }
}
