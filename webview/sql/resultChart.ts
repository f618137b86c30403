import * as l10n from '@vscode/l10n';
import type { QueryResult, SqlValue } from '../../src/protocol/engine.ts';
import type { ChartModel, ChartSeries } from '../shared/chart/chartModel.ts';
import type { Writing } from '../shared/panel.ts';
import type { ColourName } from '../shared/theme.ts';
import { isOrdered, type ChartChoice } from './chartChoice.ts';
import { cellText, type ResultColumn } from './resultColumns.ts';

const colours: readonly ColourName[] = ['series-0', 'series-1', 'series-2', 'series-3', 'series-4'];
/** Names under an axis; further ones are left to the grid. Points in time are all drawn. */
const mostNames = 20;
/** Days without rows are drawn as holes up to here. */
const mostDays = 1000;
const mostTicks = 10;
const day = 86_400_000;

export interface ResultChart {
  readonly model: ChartModel;
  /** Names that are not drawn, because they are too many. */
  readonly left: number;
}

/** The drawing of a result. Rows of the same bucket and series are added up, which bars may be; lines with such rows have no value there. */
export function resultChart(
  { rows }: QueryResult,
  columns: readonly ResultColumn[],
  choice: ChartChoice,
  writing: Writing,
): ResultChart {
  const value = columns[choice.value];
  const by = columns[choice.by];
  const split = choice.split === null ? undefined : columns[choice.split];
  if (value === undefined || by === undefined) {
    throw new Error('The chart names a column that the result does not have.');
  }
  const all = bucketsOf(rows, by);
  const buckets = isOrdered(by) ? all : all.slice(0, mostNames);
  const names = split === undefined ? [value.name] : seriesNames(rows, split, value);
  const shown = names.slice(0, colours.length);
  const style = choice.style === 'line' ? 'line' : 'bar';
  const series = shown.map((name, index): ChartSeries => ({
    id: name,
    label: name,
    values: valuesOf(
      rows,
      buckets,
      by,
      value,
      choice.style,
      (row) => split === undefined || keyOf(row, split) === name,
    ),
    style,
    colour: colours[index] ?? 'series-rest',
    end: style === 'line' ? name : null,
  }));
  const others = names.slice(colours.length);
  const rest: readonly ChartSeries[] =
    others.length === 0 || style === 'line' || split === undefined
      ? []
      : [
          {
            id: '\u0000others',
            label: l10n.t('{0} others', others.length),
            values: valuesOf(rows, buckets, by, value, 'bar', (row) => others.includes(keyOf(row, split))),
            style: 'bar',
            colour: 'series-rest',
            end: null,
          },
        ];
  const labels = buckets.map((bucket) => labelOf(bucket, by, writing));
  const title =
    split === undefined
      ? l10n.t('{0} by {1}', value.name, by.name)
      : l10n.t('{0} by {1} and {2}', value.name, by.name, split.name);
  const format = (amount: number): string => formatOf(amount, value, writing);
  return {
    left: all.length - buckets.length,
    model: {
      part: 'chart.result',
      title,
      finding: findingOf(title, series, labels, format),
      labels,
      starts: buckets,
      ticks: ticksOf(labels),
      series: [...series, ...rest],
      gaps: [],
      unit: '',
      format,
      tick: (amount) => tickOf(amount, value, writing),
      annotation: null,
      empty: null,
    },
  };
}

/** Values under the axis, each once: in their order where they have one, with the days between them; else as they came. */
function bucketsOf(rows: QueryResult['rows'], by: ResultColumn): readonly string[] {
  const seen = [...new Set(rows.map((row) => keyOf(row, by)))];
  if (by.kind === 'integer') {
    return seen.toSorted((a, b) => Number(a) - Number(b));
  }
  if (by.kind === 'date') {
    return everyDay(seen.toSorted());
  }
  return by.kind === 'time' ? seen.toSorted() : seen;
}

function everyDay(days: readonly string[]): readonly string[] {
  const known = days.filter((text) => !Number.isNaN(Date.parse(text)));
  const first = Date.parse(known[0] ?? '');
  const count = (Date.parse(known.at(-1) ?? '') - first) / day + 1;
  if (!(count <= mostDays) || known.length < days.length) {
    return days;
  }
  return Array.from({ length: count }, (_, index) => new Date(first + index * day).toISOString().slice(0, 10));
}

/** Largest first. */
function seriesNames(rows: QueryResult['rows'], split: ResultColumn, value: ResultColumn): readonly string[] {
  const sums = new Map<string, number>();
  for (const row of rows) {
    const name = keyOf(row, split);
    sums.set(name, (sums.get(name) ?? 0) + Math.abs(Number(row[value.index] ?? 0)));
  }
  return [...sums].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
}

function valuesOf(
  rows: QueryResult['rows'],
  buckets: readonly string[],
  by: ResultColumn,
  value: ResultColumn,
  style: ChartChoice['style'],
  isPart: (row: readonly SqlValue[]) => boolean,
): readonly (number | null)[] {
  const places = new Map(buckets.map((bucket, index) => [bucket, index]));
  const values: (number | null)[] = buckets.map(() => null);
  const counts = buckets.map(() => 0);
  for (const row of rows) {
    const amount = row[value.index];
    const place = places.get(keyOf(row, by));
    if (typeof amount === 'number' && place !== undefined && isPart(row)) {
      values[place] = (values[place] ?? 0) + amount;
      counts[place] = (counts[place] ?? 0) + 1;
    }
  }
  // A mean of means would be a figure that nobody asked for.
  return style === 'bar' ? values : values.map((amount, index) => ((counts[index] ?? 0) > 1 ? null : amount));
}

function keyOf(row: readonly SqlValue[], { index }: ResultColumn): string {
  const value = row[index] ?? null;
  return value === null ? 'null' : String(value);
}

function labelOf(bucket: string, by: ResultColumn, { times, now }: Writing): string {
  if (bucket === 'null') {
    return bucket;
  }
  if (by.kind === 'time') {
    return times.moment(bucket, now());
  }
  // A day is a day everywhere: it is written as noon of this place.
  return by.kind === 'date' ? times.day(`${bucket}T12:00:00`, now()) : cellText(bucket, by);
}

function ticksOf(labels: readonly string[]): readonly (string | null)[] {
  const every = Math.max(1, Math.ceil(labels.length / mostTicks));
  return labels.map((label, index) => (index % every === 0 ? shortened(label) : null));
}

function shortened(label: string): string {
  return label.length > 18 ? `${label.slice(0, 17)}…` : label;
}

function formatOf(amount: number, { name, kind, digits }: ResultColumn, { numbers }: Writing): string {
  if (/(^|_)usd(_|$)|(^|_)costs?(_|$)/i.test(name)) {
    return numbers.money(amount);
  }
  if (/(^|_)(s|sec|seconds)$/i.test(name)) {
    return numbers.duration(amount);
  }
  if (/(^|_)(pct|percent)$/i.test(name)) {
    return numbers.share(amount / 100);
  }
  return kind === 'integer' ? numbers.count(amount) : numbers.decimal(amount, digits);
}

function tickOf(amount: number, value: ResultColumn, writing: Writing): string {
  const written = formatOf(amount, value, writing);
  const plain = value.kind === 'integer' || Math.abs(amount) >= 1000;
  return plain && !/(^|_)(usd|costs?|s|sec|seconds|pct|percent)(_|$)/i.test(value.name)
    ? writing.numbers.tokens(amount)
    : written;
}

function findingOf(
  title: string,
  series: readonly ChartSeries[],
  labels: readonly string[],
  format: (amount: number) => string,
): string {
  const points = series.flatMap(({ label, values }) =>
    values.flatMap((amount, index) => (amount === null ? [] : [{ label, amount, index }])),
  );
  const [first] = points;
  if (first === undefined) {
    return l10n.t('{0}: none.', title);
  }
  const highest = points.reduce((best, one) => (one.amount > best.amount ? one : best), first);
  const where = labels[highest.index] ?? '';
  return series.length === 1
    ? l10n.t('{0}: highest {1} at {2}.', title, format(highest.amount), where)
    : l10n.t('{0}: highest {1} at {2}, {3}.', title, format(highest.amount), where, highest.label);
}
