import * as l10n from '@vscode/l10n';
import type { TimeRange } from '../../src/protocol/scope.ts';
import type { ChartModel } from '../shared/chart/chartModel.ts';
import { ChartView, type ChartListener } from '../shared/chart/chartView.ts';
import { Tooltip } from '../shared/chart/tooltip.ts';
import { Memo } from '../shared/memo.ts';
import type { Writing } from '../shared/panel.ts';
import { periodLength } from '../shared/period.ts';
import type { Theme } from '../shared/theme.ts';
import { bucketsOf, type Buckets } from './buckets.ts';
import { budgetView, monthlyBudget, type BudgetView } from './budget.ts';
import { latencyChart, ratesChart } from './lineCharts.ts';
import type { DashboardReader } from './reader.ts';
import { namedModels, stackView, type StackView } from './stackChart.ts';
import type { DashboardView } from './view.ts';

export const chartParts = ['chart.stack', 'chart.budget', 'chart.latency', 'chart.rates'] as const;
export type ChartPart = (typeof chartParts)[number];

export interface ChartsListener {
  /** @param start of the bucket, ISO-8601 */
  pick(part: ChartPart, start: string, series: string | null): void;
  select(part: ChartPart, first: string, last: string): void;
  copy: ChartListener['copy'];
  say: ChartListener['say'];
}

/** What stands beside the drawings. */
export interface ChartWords {
  readonly stack: StackView | null;
  readonly budget: BudgetView | null;
  readonly gaps: boolean;
}

/** The four charts of the dashboard: each is drawn anew only when what it says has changed. */
export class DashboardCharts {
  readonly views: Readonly<Record<ChartPart, ChartView>>;
  readonly #memo = new Memo();
  readonly #writing: Writing;
  readonly #theme: Theme;
  readonly #drawn = new Map<ChartPart, string>();
  readonly #models = new Map<ChartPart, ChartModel>();

  constructor({
    parent,
    theme,
    writing,
    listener,
  }: {
    parent: HTMLElement;
    theme: Theme;
    writing: Writing;
    listener: ChartsListener;
  }) {
    const tooltip = new Tooltip(parent);
    this.#writing = writing;
    this.#theme = theme;
    const view = (part: ChartPart): ChartView =>
      new ChartView({
        theme,
        tooltip,
        listener: {
          pick: (index, series) => listener.pick(part, this.#startOf(part, index), series),
          select: (first, last) => listener.select(part, this.#startOf(part, first), this.#startOf(part, last)),
          copy: (table) => listener.copy(table),
          say: (text) => listener.say(text),
        },
      });
    this.views = {
      'chart.stack': view('chart.stack'),
      'chart.budget': view('chart.budget'),
      'chart.latency': view('chart.latency'),
      'chart.rates': view('chart.rates'),
    };
  }

  /** With a screen reader every chart is a table, unless that was changed. */
  asTable(part: ChartPart, view: DashboardView): boolean {
    return view.asTables.includes(part) !== this.#theme.screenReader;
  }

  update(reader: DashboardReader, view: DashboardView): ChartWords {
    const stack = this.#stack(reader, view);
    const budget = this.#budget(reader);
    const latency = this.#latency(reader, view);
    const rates = this.#rates(reader, view);
    this.#draw('chart.stack', stack?.chart ?? null, view);
    this.#draw('chart.budget', budget?.chart ?? null, view);
    this.#draw('chart.latency', latency, view);
    this.#draw('chart.rates', rates, view);
    return { stack, budget, gaps: (stack?.chart.gaps.length ?? 0) > 0 };
  }

  title(part: ChartPart): string {
    return this.#models.get(part)?.title ?? l10n.t('Chart');
  }

  #draw(part: ChartPart, model: ChartModel | null, view: DashboardView): void {
    const asTable = this.asTable(part, view);
    if (model === null) {
      return;
    }
    const known = this.#models.get(part);
    const shown = asTable ? 'table' : 'drawing';
    if (known !== model || this.#drawn.get(part) !== shown) {
      this.#models.set(part, model);
      this.#drawn.set(part, shown);
      this.views[part].update(model, asTable);
    }
  }

  #stack({ readings }: DashboardReader, view: DashboardView): StackView | null {
    const byModel = readings.get('byModel').answer;
    const previous = readings.get('previous').answer;
    const summary = readings.get('summary').answer;
    const coverage = readings.get('coverage').answer;
    const { measure, colours, range, scope } = view;
    // Drawn once with all that belongs to it, rather than again with each.
    if (byModel === null || readings.awaits('previous', 'coverage', 'summary')) {
      return null;
    }
    if (!namedModels(byModel).every((model) => Object.hasOwn(colours, model))) {
      return null;
    }
    return this.#memo.get('stack', [byModel, previous, summary, coverage, measure, colours, range], () =>
      stackView({
        measure,
        byModel,
        previous,
        summary,
        buckets: this.#buckets(byModel, coverage),
        colours,
        periodName: periodLength(scope.period, this.#writing),
        writing: this.#writing,
      }),
    );
  }

  #latency({ readings }: DashboardReader, view: DashboardView): ChartModel | null {
    const overall = readings.get('overall').answer;
    const coverage = readings.get('coverage').answer;
    return overall === null || readings.awaits('coverage')
      ? null
      : this.#memo.get('latency', [overall, coverage, view.range], () =>
          latencyChart(overall, this.#buckets(overall, coverage), this.#writing),
        );
  }

  #rates({ readings }: DashboardReader, view: DashboardView): ChartModel | null {
    const summary = readings.get('summary').answer;
    const overall = readings.get('overall').answer;
    const coverage = readings.get('coverage').answer;
    return summary === null || overall === null || readings.awaits('coverage')
      ? null
      : this.#memo.get('rates', [summary, overall, coverage, view.range], () =>
          ratesChart(
            summary,
            this.#buckets({ ...overall, buckets: summary.sparklines.buckets }, coverage),
            this.#writing,
          ),
        );
  }

  #budget({ readings }: DashboardReader): BudgetView | null {
    const spend = readings.get('spend').answer;
    const alerts = readings.get('alerts').answer;
    return spend === null || readings.awaits('alerts')
      ? null
      : this.#memo.get('budget', [spend, alerts], () => budgetView(spend, monthlyBudget(alerts ?? []), this.#writing));
  }

  #buckets(
    {
      buckets,
      bucket,
      range,
    }: { buckets: readonly string[]; bucket: Parameters<typeof bucketsOf>[1]; range: TimeRange },
    coverage: Parameters<typeof bucketsOf>[3],
  ): Buckets {
    // Questions about one range give the same buckets: their hundreds of moments are written once.
    const named = [buckets.join(' '), bucket, range.start, range.end, coverage];
    return this.#memo.get('buckets', named, () => bucketsOf(buckets, bucket, range, coverage, this.#writing));
  }

  #startOf(part: ChartPart, index: number): string {
    return this.#models.get(part)?.starts[index] ?? '';
  }
}
