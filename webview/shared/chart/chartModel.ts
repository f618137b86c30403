import type { ColourName } from '../theme.ts';

/** How a series is drawn. bar: part of a stack; step: the previous period; band: between this and the series before it. */
export type SeriesStyle = 'bar' | 'step' | 'thin' | 'line' | 'strong' | 'dotted' | 'dashed' | 'level' | 'edge' | 'band';

export interface ChartSeries {
  readonly id: string;
  readonly label: string;
  /** One a bucket; null where there is nothing to say. */
  readonly values: readonly (number | null)[];
  readonly style: SeriesStyle;
  readonly colour: ColourName;
  /** Written at the right end of a line; null for none. */
  readonly end: string | null;
}

/** A stretch that was not exported, in buckets: 2.5 is the middle of the third. */
export interface ChartGap {
  readonly from: number;
  readonly to: number;
}

/** What a chart says. Drawing it is chartView.ts, the same as a table chartTable.ts. */
export interface ChartModel {
  /** Of the part of the panel, as context menus and file names know it; begins with "chart". */
  readonly part: string;
  readonly title: string;
  /** The finding in a sentence, for those who do not see it. */
  readonly finding: string;
  /** One text a bucket, for the tooltip and the table. */
  readonly labels: readonly string[];
  /** What is copied for each bucket: its start as ISO-8601. */
  readonly starts: readonly string[];
  /** Under the axis; null for a bucket without one. */
  readonly ticks: readonly (string | null)[];
  readonly series: readonly ChartSeries[];
  readonly gaps: readonly ChartGap[];
  /** The unit, for heads of the table. */
  readonly unit: string;
  /** A value with its unit. */
  readonly format: (value: number) => string;
  /** A value at the axis; fewer digits. */
  readonly tick: (value: number) => string;
  /** Written at a peak; at most one. */
  readonly annotation: { readonly series: string; readonly index: number; readonly text: string } | null;
  /** Said where there is nothing to draw; null while there may be some soon. */
  readonly empty: string | null;
}

/** Series that are drawn but have no value of their own to read. */
export function isDecoration({ style }: ChartSeries): boolean {
  return style === 'edge' || style === 'band';
}

/** The sum of a bucket's stack; null when nothing is stacked there. */
export function stackTotal(series: readonly ChartSeries[], index: number): number | null {
  const values = series.filter(({ style }) => style === 'bar').map(({ values }) => values[index] ?? null);
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
