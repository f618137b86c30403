import { nothing, svg, html, type TemplateResult } from 'lit-html';

export interface SparklineSize {
  readonly width: number;
  readonly height: number;
}

const margin = 2;

/** A small line without axes, for eyes only: the figure beside it says its last value. Breaks where a value is missing. */
export function sparkline(values: readonly (number | null)[], { width, height }: SparklineSize): TemplateResult {
  const { path, end } = sparklinePath(values, { width, height });
  return html`<svg
    class="sparkline"
    width=${width}
    height=${height}
    viewBox="0 0 ${width} ${height}"
    aria-hidden="true"
  >
    <path d=${path}></path>
    ${end === null ? nothing : svg`<circle cx=${end.x} cy=${end.y} r="1.75"></circle>`}
  </svg>`;
}

/** From the least to the greatest value over the whole height; a constant runs through the middle. */
export function sparklinePath(
  values: readonly (number | null)[],
  { width, height }: SparklineSize,
): { readonly path: string; readonly end: { readonly x: number; readonly y: number } | null } {
  const known = values.filter((value) => value !== null);
  const least = Math.min(...known);
  const range = Math.max(...known) - least;
  const point = (value: number, index: number): { x: number; y: number } => ({
    x: round(margin + (index / Math.max(1, values.length - 1)) * (width - 2 * margin - 1)),
    y: round(range === 0 ? height / 2 : height - margin - ((value - least) / range) * (height - 2 * margin)),
  });
  let path = '';
  let drawing = false;
  let end: { x: number; y: number } | null = null;
  values.forEach((value, index) => {
    if (value === null) {
      drawing = false;
      return;
    }
    end = point(value, index);
    path += `${drawing ? 'L' : 'M'}${end.x} ${end.y}`;
    drawing = true;
  });
  return { path, end };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
