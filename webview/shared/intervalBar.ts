import { html, nothing, svg, type TemplateResult } from 'lit-html';

export interface IntervalBar {
  readonly value: number;
  /** The 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** Ends of the scale. */
  readonly from: number;
  readonly to: number;
  /** What it is compared with; null without. */
  readonly baseline: number | null;
  /** Pixels. */
  readonly width: number;
  /** Pixels; a row's when left out. */
  readonly height?: number;
  /** Values of the scale's ticks, drawn in place of a track. */
  readonly ticks?: readonly number[];
}

const edge = 2;
const rowHeight = 22;
/** Pixels that the mark keeps from the edges of the row. */
const markMargin = 5;

/** An estimate as a mark on its interval. Blue only when the interval clears the baseline. The numbers beside it are what is read aloud. */
export function intervalBar(bar: IntervalBar): TemplateResult {
  const { value, low, high, baseline, width, height = rowHeight, ticks } = bar;
  const x = (at: number): number => scalePosition(at, bar);
  const clear = baseline !== null && (low > baseline || high < baseline);
  const middle = height / 2;
  const markHeight = height - 2 * markMargin;
  return html`<svg class="interval" width=${width} height=${height} viewBox="0 0 ${width} ${height}" aria-hidden="true">
    ${
      ticks === undefined
        ? svg`<line class="track" x1=${edge} x2=${width - edge} y1=${middle} y2=${middle}></line>`
        : ticks.map((tick) => svg`<line class="tick" x1=${x(tick)} x2=${x(tick)} y1="0" y2=${height}></line>`)
    }
    <line class=${clear ? 'bar clear' : 'bar'} x1=${x(low)} x2=${x(high)} y1=${middle} y2=${middle}></line>
    ${baseline === null ? nothing : svg`<line class="baseline" x1=${x(baseline)} x2=${x(baseline)} y1="0" y2=${height}></line>`}
    <rect class="halo" x=${x(value) - 2} y=${markMargin} width="5" height=${markHeight}></rect>
    <rect class="mark" x=${x(value) - 1} y=${markMargin} width="3" height=${markHeight}></rect>
  </svg>`;
}

/** Pixels from the left at which a value of the scale lies; beyond its ends, at the end. */
export function scalePosition(value: number, { from, to, width }: Pick<IntervalBar, 'from' | 'to' | 'width'>): number {
  return edge + Math.min(1, Math.max(0, (value - from) / (to - from))) * (width - 2 * edge);
}
