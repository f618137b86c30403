import * as l10n from '@vscode/l10n';
import { html } from 'lit-html';
import type { Column, TableModel } from '../table.ts';
import { isDecoration, stackTotal, type ChartModel, type ChartSeries } from './chartModel.ts';

/** The table behind a chart: a row a bucket, a column a series, the sum of a stack. */
export function chartTable(model: ChartModel): TableModel<number> {
  const value = (text: string | null): unknown => text ?? html`<span class="quiet">${l10n.t('none')}</span>`;
  const series = model.series.filter((one) => !isDecoration(one));
  const valueColumn = (one: ChartSeries): Column<number> => ({
    id: one.id,
    title: model.unit === '' ? one.label : `${one.label}, ${model.unit}`,
    number: true,
    cell: (index) => value(format(model, one.values[index] ?? null)),
    value: (index) => one.values[index] ?? null,
    unsorted: true,
  });
  const bars = series.filter(({ style }) => style === 'bar');
  const total: Column<number> = {
    id: 'total',
    title: l10n.t('Total'),
    number: true,
    cell: (index) => value(format(model, stackTotal(bars, index))),
    value: (index) => stackTotal(bars, index),
    unsorted: true,
  };
  const columns: readonly Column<number>[] = [
    {
      id: 'time',
      title: l10n.t('Time'),
      cell: (index) => model.labels[index],
      value: (index) => model.starts[index] ?? null,
      tooltip: (index) => model.starts[index] ?? null,
      unsorted: true,
    },
    ...bars.map(valueColumn),
    ...(bars.length > 1 ? [total] : []),
    ...series.filter(({ style }) => style !== 'bar').map(valueColumn),
  ];
  return {
    label: model.title,
    columns,
    rows: model.labels.map((_, index) => index),
    rowKey: String,
    sort: null,
    empty: model.empty,
    part: model.part,
  };
}

function format(model: ChartModel, value: number | null): string | null {
  return value === null ? null : model.format(value);
}
