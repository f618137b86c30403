import { html, type TemplateResult } from 'lit-html';
import { scalePosition } from '../shared/intervalBar.ts';

/** The axis that the intervals of one table share. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
  /** Pixels. */
  readonly width: number;
}

export interface ScaleOptions {
  /** Distances between ticks to choose from, smallest first. */
  readonly steps: readonly number[];
  /** Values beyond these are not drawn. */
  readonly least: number;
  readonly most: number;
  readonly width: number;
  /** As many as there is room for; six when left out. */
  readonly mostTicks?: number;
}

/** The smallest scale that holds the values, from tick to tick, with few ticks; without ticks for no values. */
export function scaleOf(values: readonly number[], { steps, least, most, width, mostTicks = 6 }: ScaleOptions): Scale {
  const within = values.map((value) => Math.min(most, Math.max(least, value)));
  const low = Math.min(...within);
  const high = Math.max(...within);
  const span = (step: number): readonly [number, number] => {
    const first = Math.floor(low / step + 1e-9);
    return [first, Math.max(first + 1, Math.ceil(high / step - 1e-9))];
  };
  const fits = (step: number): boolean => {
    const [first, last] = span(step);
    return last - first < mostTicks;
  };
  const step = steps.find(fits) ?? steps.at(-1) ?? 1;
  if (values.length === 0) {
    return { from: 0, to: step, ticks: [], width };
  }
  const [first, last] = span(step);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => round((first + index) * step));
  return { from: round(first * step), to: round(last * step), ticks, width };
}

/** A scale of differences shows where there is none. */
export function withZero(values: readonly number[]): readonly number[] {
  return values.length === 0 ? [] : [0, ...values];
}

/** Numbers above the intervals, each over its tick. */
export function scaleHead(scale: Scale, label: (tick: number, isLast: boolean) => string): TemplateResult {
  return html`<span class="axis" .style=${`width:${scale.width}px`}
    >${scale.ticks.map(
      (tick, index) =>
        html`<span .style=${`left:${scalePosition(tick, scale)}px`}
          >${label(tick, index === scale.ticks.length - 1)}</span
        >`,
    )}</span
  >`;
}

function round(value: number): number {
  return Number(value.toFixed(6));
}
