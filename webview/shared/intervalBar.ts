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
}

const edge = 2;
const height = 22;

/** An estimate as a mark on its interval. Blue only when the interval clears the baseline. The numbers beside it are what is read aloud. */
export function intervalBar({ value, low, high, from, to, baseline, width }: IntervalBar): TemplateResult {
  const x = (at: number): number => edge + Math.min(1, Math.max(0, (at - from) / (to - from))) * (width - 2 * edge);
  const clear = baseline !== null && (low > baseline || high < baseline);
  const middle = height / 2;
  return html`<svg class="interval" width=${width} height=${height} viewBox="0 0 ${width} ${height}" aria-hidden="true">
    <line class="track" x1=${edge} x2=${width - edge} y1=${middle} y2=${middle}></line>
    <line class=${clear ? 'bar clear' : 'bar'} x1=${x(low)} x2=${x(high)} y1=${middle} y2=${middle}></line>
    ${baseline === null ? nothing : svg`<line class="baseline" x1=${x(baseline)} x2=${x(baseline)} y1="0" y2=${height}></line>`}
    <rect class="halo" x=${x(value) - 2} y="5" width="5" height="12"></rect>
    <rect class="mark" x=${x(value) - 1} y="5" width="3" height="12"></rect>
  </svg>`;
}
