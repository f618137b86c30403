import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
} from 'chart.js';
import type { PlotConfig } from './chartConfig.ts';

/** chart.js with the parts of it that are used: a file of its own, which is read while the first questions are answered. */
Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
);

export type Plot = Chart<'bar' | 'line', (number | null)[]>;

export function plot(canvas: HTMLCanvasElement, config: PlotConfig): Plot {
  return new Chart(canvas, config);
}
