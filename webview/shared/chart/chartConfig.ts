import type { ChartConfiguration, ChartDataset } from 'chart.js';
import type { Theme } from '../theme.ts';
import type { ChartModel, ChartSeries } from './chartModel.ts';
import { endLabels, hatching, peakNote } from './chartPlugins.ts';

type Dataset = ChartDataset<'bar' | 'line', (number | null)[]>;
export type PlotConfig = ChartConfiguration<'bar' | 'line', (number | null)[]>;

const lineWidths = {
  step: 1,
  thin: 1.5,
  line: 1.75,
  strong: 2,
  dotted: 1.25,
  dashed: 1.75,
  level: 1,
  edge: 0,
  band: 0,
} as const;
/** Of a character, as a share of the font's size; a little more than it is. */
const widthOfCharacter = 0.62;
const dashes: Readonly<Record<string, readonly number[]>> = { step: [3, 3], dotted: [2, 3], dashed: [5, 3] };

/** The model as chart.js draws it, in the theme of the moment. */
export function plotConfig(model: ChartModel, theme: Theme): PlotConfig {
  const stacked = model.series.some(({ style }) => style === 'bar');
  const font = { family: theme.font, size: theme.captionSize };
  const rule = theme.colour('rule');
  const ends = model.series.filter(({ end }) => end !== null);
  return {
    type: stacked ? 'bar' : 'line',
    data: { labels: [...model.labels], datasets: model.series.map((series) => dataset(series, theme)) },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: false,
      font,
      color: theme.colour('text-2'),
      // ChartView listens for itself.
      events: [],
      layout: { padding: { top: 6, right: ends.length === 0 ? 0 : endWidth(ends, font) } },
      plugins: { legend: { display: false }, tooltip: { enabled: false } },
      scales: {
        x: {
          stacked,
          offset: true,
          grid: { display: false },
          border: { color: rule },
          ticks: {
            font,
            color: theme.colour('text-2'),
            autoSkip: false,
            maxRotation: 0,
            callback: (index) => model.ticks[Number(index)] ?? null,
          },
          // Without those that have no words: chart.js measures each of them.
          afterBuildTicks: (axis) => {
            const fitting = fittingTicks(model.ticks, axis.chart.width, font.size);
            axis.ticks = axis.ticks.filter(({ value }) => fitting[value] != null);
          },
        },
        y: {
          stacked,
          beginAtZero: true,
          border: { display: false },
          grid: { color: rule, tickLength: 0, lineWidth: theme.highContrast ? 0.5 : 1 },
          ticks: {
            font,
            color: theme.colour('text-2'),
            padding: 6,
            maxTicksLimit: 5,
            autoSkip: false,
            callback: (value) => model.tick(Number(value)),
          },
        },
      },
    },
    plugins: [hatching(model, theme), endLabels(model, theme), peakNote(model, theme)],
  };
}

function dataset(series: ChartSeries, theme: Theme): Dataset {
  const colour = theme.colour(series.colour);
  const data = [...series.values];
  if (series.style === 'bar') {
    return {
      type: 'bar',
      label: series.label,
      data,
      stack: 'sum',
      // There is one stack: no bar has to look for those beside it.
      grouped: false,
      order: 1,
      backgroundColor: colour,
      hoverBackgroundColor: colour,
      barPercentage: 1,
      categoryPercentage: 0.82,
      // In high contrast neighbours of a stack are parted by a line, not by their colours alone.
      borderColor: theme.colour('ground'),
      borderWidth: { top: theme.highContrast ? 1 : 0 },
      borderSkipped: false,
    };
  }
  return {
    type: 'line',
    label: series.label,
    data,
    // A stacked axis adds up lines too, unless each has a stack of its own.
    stack: series.id,
    order: 0,
    borderColor: colour,
    backgroundColor: theme.colour('band'),
    borderWidth: lineWidths[series.style],
    borderDash: [...(dashes[series.style] ?? [])],
    stepped: series.style === 'step' ? 'middle' : false,
    fill: series.style === 'band' ? '-1' : false,
    pointRadius: loneRadius(series.values),
    pointHoverRadius: 0,
    pointBackgroundColor: colour,
    pointBorderWidth: 0,
    spanGaps: false,
    tension: 0,
  };
}

/** Without those that would be written over the one before. @param width pixels of the whole axis */
function fittingTicks(ticks: readonly (string | null)[], width: number, fontSize: number): readonly (string | null)[] {
  const step = width / Math.max(1, ticks.length);
  let free = -Infinity;
  return ticks.map((tick, index) => {
    const room = (tick?.length ?? 0) * fontSize * widthOfCharacter + fontSize;
    const left = index * step - room / 2;
    if (tick === null || left < free) {
      return null;
    }
    free = left + room;
    return tick;
  });
}

/** A value between two missing ones has no line: it is drawn as a point. One radius for all takes less time. */
function loneRadius(values: readonly (number | null)[]): number | number[] {
  const isLone = (value: number | null, index: number): boolean =>
    value !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
  return values.some(isLone) ? values.map((value, index) => (isLone(value, index) ? 1.5 : 0)) : 0;
}

function endWidth(series: readonly ChartSeries[], { size, family }: { size: number; family: string }): number {
  const context = document.createElement('canvas').getContext('2d');
  if (context === null) {
    return 0;
  }
  context.font = `${size}px ${family}`;
  return Math.ceil(Math.max(...series.map(({ end }) => context.measureText(end ?? '').width))) + 8;
}
