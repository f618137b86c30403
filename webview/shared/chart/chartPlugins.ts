import type { Chart, Plugin } from 'chart.js';
import type { Theme } from '../theme.ts';
import type { ChartModel } from './chartModel.ts';

/** What our charts have and chart.js does not: hatched gaps, labels at the ends of lines, a note at a peak. */

const lineHeight = 13;

/** Stretches that were not exported. */
export function hatching({ gaps, labels }: ChartModel, theme: Theme): Plugin {
  return {
    id: 'hatching',
    beforeDatasetsDraw: ({ ctx, chartArea, scales }) => {
      if (gaps.length === 0) {
        return;
      }
      const width = (chartArea.right - chartArea.left) / Math.max(1, labels.length);
      const left = scales.x?.left ?? chartArea.left;
      ctx.save();
      ctx.fillStyle = hatch(ctx, theme.colour('series-rest')) ?? theme.colour('series-rest');
      for (const { from, to } of gaps) {
        // The narrowest gap can still be seen.
        ctx.fillRect(
          left + from * width,
          chartArea.top,
          Math.max(3, (to - from) * width),
          chartArea.bottom - chartArea.top,
        );
      }
      ctx.restore();
    },
  };
}

/** The name of each line where it ends, moved apart where they would overlap. */
export function endLabels({ series }: ChartModel, theme: Theme): Plugin {
  return {
    id: 'endLabels',
    afterDatasetsDraw: (chart) => {
      const labels = series
        .map(({ end }, index) => ({ text: end, y: lastY(chart, index) }))
        .filter((label): label is { text: string; y: number } => label.text !== null && label.y !== null)
        .sort((a, b) => a.y - b.y);
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.font = `${theme.captionSize}px ${theme.font}`;
      ctx.textBaseline = 'middle';
      ctx.fillStyle = theme.colour('text');
      let above = -Infinity;
      for (const { text, y } of labels) {
        above = Math.max(y, above + lineHeight);
        ctx.fillText(text, chartArea.right + 6, above);
      }
      ctx.restore();
    },
  };
}

/** A few words beside a peak, on the side where there is room. */
export function peakNote({ annotation, series }: ChartModel, theme: Theme): Plugin {
  return {
    id: 'peakNote',
    afterDatasetsDraw: (chart) => {
      const dataset = series.findIndex(({ id }) => id === annotation?.series);
      const point = annotation === null ? undefined : chart.getDatasetMeta(Math.max(0, dataset)).data[annotation.index];
      if (annotation === null || point === undefined || dataset < 0) {
        return;
      }
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.font = `${theme.captionSize}px ${theme.font}`;
      ctx.textBaseline = 'middle';
      const width = ctx.measureText(annotation.text).width;
      const left = [point.x - 16 - width, point.x + 16].find((x) => x > chartArea.left && x + width < chartArea.right);
      if (left === undefined) {
        // No room on either side: the table says it too.
        ctx.restore();
        return;
      }
      const y = Math.max(point.y, chartArea.top + lineHeight / 2);
      ctx.fillStyle = theme.colour('ground');
      ctx.fillRect(left - 4, y - 8, width + 8, 15);
      ctx.fillStyle = theme.colour('text');
      ctx.fillText(annotation.text, left, y);
      ctx.restore();
    },
  };
}

function lastY(chart: Chart, index: number): number | null {
  const { data } = chart.getDatasetMeta(index);
  for (let at = data.length - 1; at >= 0; at--) {
    const y = data[at]?.y ?? Number.NaN;
    if (Number.isFinite(y) && chart.data.datasets[index]?.data[at] !== null) {
      return y;
    }
  }
  return null;
}

function hatch(context: CanvasRenderingContext2D, colour: string): CanvasPattern | null {
  const size = 6;
  const tile = document.createElement('canvas');
  tile.width = size;
  tile.height = size;
  const pen = tile.getContext('2d');
  if (pen !== null) {
    pen.strokeStyle = colour;
    pen.beginPath();
    pen.moveTo(0, size);
    pen.lineTo(size, 0);
    pen.stroke();
  }
  return context.createPattern(tile, 'repeat');
}
