import * as l10n from '@vscode/l10n';
import type { SummaryAnswer, UsageAnswer, UsagePoint } from '../../src/protocol/analytics.ts';
import { modelColourCount } from '../../src/protocol/panels.ts';
import type { ChartModel, ChartSeries } from '../shared/chart/chartModel.ts';
import type { Writing } from '../shared/panel.ts';
import type { ColourName } from '../shared/theme.ts';
import type { Buckets } from './buckets.ts';
import type { StackMeasure } from './view.ts';

type UsageSeries = UsageAnswer['series'][number];

export interface StackInput {
  readonly measure: StackMeasure;
  readonly byModel: UsageAnswer;
  readonly previous: UsageAnswer | null;
  readonly summary: SummaryAnswer | null;
  readonly buckets: Buckets;
  readonly colours: Readonly<Record<string, number>>;
  readonly periodName: string;
  readonly writing: Writing;
}

export interface LegendRow {
  /** The model to filter by; null for the rest and for calls without one. */
  readonly model: string | null;
  readonly label: string;
  readonly colour: ColourName;
  readonly total: string;
}

export interface StackView {
  readonly chart: ChartModel;
  readonly legend: readonly LegendRow[];
  readonly total: string | null;
  readonly previousTotal: string | null;
}

/** The models that are drawn by name, most important first. */
export function namedModels(byModel: UsageAnswer | null): readonly string[] {
  if (byModel === null) {
    return [];
  }
  const named = byModel.series.length > modelColourCount + 1 ? modelColourCount : byModel.series.length;
  return byCost(byModel)
    .slice(0, named)
    .flatMap(({ key }) => (key === null ? [] : [key]))
    .slice(0, modelColourCount);
}

/** Cost, tokens or calls over time, stacked by model: five by name, the rest together. */
export function stackView(input: StackInput): StackView {
  const { measure, byModel, previous, summary, buckets, writing } = input;
  const format = formatOf(measure, writing);
  const rows = rowsOf(input);
  const stack: readonly ChartSeries[] = rows.map(({ row, values }) => ({
    id: row.model ?? row.label,
    label: row.label,
    values,
    style: 'bar',
    colour: row.colour,
    end: null,
  }));
  const before: readonly ChartSeries[] =
    previous === null
      ? []
      : [
          {
            id: 'previous',
            label: l10n.t('previous {0}', input.periodName),
            values: valuesAt(previous.buckets, previous.series, measure).slice(0, byModel.buckets.length),
            style: 'step',
            colour: 'text',
            end: null,
          },
        ];
  const total = summary === null ? null : totalOf(measure, summary.current);
  const previousTotal = summary === null || previous === null ? null : totalOf(measure, summary.previous);
  return {
    chart: {
      part: 'chart.stack',
      title: titleOf(measure),
      finding: findingOf(measure, input, total === null ? null : format(total)),
      labels: buckets.labels,
      starts: buckets.starts,
      ticks: buckets.ticks,
      series: [...stack, ...before],
      gaps: buckets.gaps,
      unit: measure === 'cost' ? '$' : '',
      format,
      tick: tickOf(measure, writing),
      annotation: null,
      empty: stack.length === 0 ? l10n.t('none') : null,
    },
    legend: rows.map(({ row }) => row),
    total: total === null ? null : format(total),
    previousTotal: previousTotal === null ? null : format(previousTotal),
  };
}

export function titleOf(measure: StackMeasure): string {
  switch (measure) {
    case 'cost':
      return l10n.t('Cost');
    case 'tokens':
      return l10n.t('Tokens');
    case 'calls':
      return l10n.t('Calls');
  }
}

interface Row {
  readonly row: LegendRow;
  readonly values: readonly (number | null)[];
}

function rowsOf({ measure, byModel, colours, writing }: StackInput): readonly Row[] {
  const format = formatOf(measure, writing);
  const sorted = byCost(byModel);
  const named = new Set(namedModels(byModel));
  const rest = sorted.filter(({ key }) => key === null || !named.has(key));
  const rowOf = (series: readonly UsageSeries[], label: string, model: string | null, colour: ColourName): Row => {
    const values = valuesAt(byModel.buckets, series, measure);
    const total = sum(values);
    return { row: { model, label, colour, total: total === null ? l10n.t('no price') : format(total) }, values };
  };
  const rows = sorted
    .filter(({ key }) => key !== null && named.has(key))
    .map((one) => {
      const model = one.key ?? '';
      return rowOf([one], model, model, seriesColour(colours[model]));
    });
  const [only, ...others] = rest;
  if (only === undefined) {
    return rows;
  }
  const label = others.length > 0 ? l10n.t('{0} others', rest.length) : (only.key ?? l10n.t('no model'));
  return [...rows, rowOf(rest, label, others.length > 0 ? null : only.key, 'series-rest')];
}

export function seriesColour(colour: number | undefined): ColourName {
  const names: readonly ColourName[] = ['series-0', 'series-1', 'series-2', 'series-3', 'series-4'];
  return (colour === undefined ? undefined : names[colour]) ?? 'series-rest';
}

function byCost({ series }: UsageAnswer): readonly UsageSeries[] {
  return [...series].sort((a, b) => (b.total.costUsd ?? -1) - (a.total.costUsd ?? -1) || b.total.calls - a.total.calls);
}

function valuesAt(
  buckets: readonly string[],
  series: readonly UsageSeries[],
  measure: StackMeasure,
): readonly (number | null)[] {
  const sums = new Map<string, number>();
  for (const point of series.flatMap(({ points }) => points)) {
    const value = valueOf(point, measure);
    if (value !== null) {
      sums.set(point.start, (sums.get(point.start) ?? 0) + value);
    }
  }
  return buckets.map((start) => sums.get(start) ?? null);
}

function valueOf(point: UsagePoint, measure: StackMeasure): number | null {
  switch (measure) {
    case 'cost':
      return point.costUsd;
    case 'tokens':
      return point.totalTokens;
    case 'calls':
      return point.calls;
  }
}

function totalOf(measure: StackMeasure, figures: SummaryAnswer['current']): number | null {
  switch (measure) {
    case 'cost':
      return figures.costUsd;
    case 'tokens':
      return figures.totalTokens;
    case 'calls':
      return figures.calls;
  }
}

function formatOf(measure: StackMeasure, { numbers }: Writing): (value: number) => string {
  switch (measure) {
    case 'cost':
      return (value) => numbers.money(value);
    case 'tokens':
      return (value) => numbers.tokens(value);
    case 'calls':
      return (value) => numbers.count(value);
  }
}

function tickOf(measure: StackMeasure, writing: Writing): (value: number) => string {
  return measure === 'cost' ? formatOf(measure, writing) : (value) => writing.numbers.tokens(value);
}

function findingOf(measure: StackMeasure, { buckets, byModel, writing }: StackInput, total: string | null): string {
  const sums = valuesAt(byModel.buckets, byModel.series, measure);
  const highest = sums.reduce<number>((best, value, index) => ((value ?? 0) > (sums[best] ?? 0) ? index : best), 0);
  const peak = sums[highest] ?? null;
  if (total === null || peak === null) {
    return l10n.t('{0} over time: none.', titleOf(measure));
  }
  return l10n.t(
    '{0} over time by model: {1} in all, highest {2} at {3}. Press T for the table.',
    titleOf(measure),
    total,
    formatOf(measure, writing)(peak),
    buckets.labels[highest] ?? '',
  );
}

function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}
