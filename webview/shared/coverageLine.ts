import * as l10n from '@vscode/l10n';
import { html, nothing, svg, type TemplateResult } from 'lit-html';
import type { CoverageAnswer } from '../../src/protocol/analytics.ts';
import type { TimeRange } from '../../src/protocol/scope.ts';
import type { Writing } from './panel.ts';

const width = 112;
const height = 6;
const hour = 3_600_000;

export interface CoverageLine {
  readonly coverage: CoverageAnswer;
  readonly range: TimeRange;
  readonly writing: Writing;
  readonly reexport: (missing: TimeRange) => void;
}

/** What the numbers below cover: a strip of the range, until when, how many windows are missing, and how to fetch them. */
export function coverageLine({ coverage, range, writing, reexport }: CoverageLine): TemplateResult {
  const { exportedUntil, missing } = coverage;
  const { times, now } = writing;
  const first = missing[0];
  const last = missing.at(-1);
  return html`<div class="coverage">
    ${strip(coverage, range, writing)}
    <span class="quiet"
      >${
        exportedUntil === null
          ? l10n.t('Not exported yet')
          : html`<span title=${times.iso(exportedUntil)}>${untilText(exportedUntil, now(), writing)}</span>`
      }</span
    >
    ${
      first === undefined || last === undefined
        ? nothing
        : html`<span class="quiet">·</span>
            <span
              class="warn"
              title=${missing.map(({ start, end }) => `${times.iso(start)} – ${times.iso(end)}`).join('\n')}
              >${missing.length === 1 ? l10n.t('1 window missing') : l10n.t('{0} windows missing', writing.numbers.count(missing.length))}</span
            >
            <span class="quiet">·</span>
            <button type="button" class="link" @click=${() => reexport({ start: first.start, end: last.end })}>
              ${l10n.t('Re-export')}
            </button>`
    }
  </div>`;
}

/** `Exported up to 14:32`, with the day when that is not today. */
function untilText(until: string, now: number, { times }: Writing): string {
  const today = times.day(until, now) === times.day(now, now);
  return l10n.t('Exported up to {0}', today ? times.clock(until) : times.moment(until, now));
}

function strip({ covered }: CoverageAnswer, range: TimeRange, { numbers }: Writing): TemplateResult {
  const start = Date.parse(range.start);
  const length = Math.max(1, Date.parse(range.end) - start);
  const clamp = (instant: string): number => Math.min(1, Math.max(0, (Date.parse(instant) - start) / length));
  const parts = covered
    .map((one) => ({ from: clamp(one.start), to: clamp(one.end) }))
    .filter(({ from, to }) => to > from);
  const hours = parts.reduce((sum, { from, to }) => sum + (to - from), 0) * (length / hour);
  const label = l10n.t('Exported: {0} of {1} hours', numbers.count(hours), numbers.count(length / hour));
  return html`<svg
    class="strip"
    width=${width}
    height=${height}
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label=${label}
  >
    <rect class="track" width=${width} height=${height}></rect>
    ${parts.map(({ from, to }) => svg`<rect class="part" x=${from * width} width=${(to - from) * width} height=${height}></rect>`)}
  </svg>`;
}
