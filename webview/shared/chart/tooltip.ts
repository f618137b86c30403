import * as l10n from '@vscode/l10n';
import { html, nothing, render, type TemplateResult } from 'lit-html';
import { isDecoration, stackTotal, type ChartModel, type ChartSeries } from './chartModel.ts';

/** The one tooltip of a document: all series of a bucket, their sum, figures right. */
export class Tooltip {
  readonly #element = document.createElement('div');

  constructor(parent: HTMLElement) {
    this.#element.className = 'tooltip';
    this.#element.hidden = true;
    // What it says is in the chart's table too.
    this.#element.setAttribute('aria-hidden', 'true');
    parent.append(this.#element);
  }

  /** @param x, y in the window, pixels */
  show(model: ChartModel, index: number, x: number, y: number): void {
    render(content(model, index), this.#element);
    this.#element.hidden = false;
    const width = this.#element.offsetWidth;
    const left = x + 14 + width > window.innerWidth - 8 ? x - 14 - width : x + 14;
    this.#element.style.left = `${Math.max(8, left)}px`;
    this.#element.style.top = `${Math.max(8, Math.min(y, window.innerHeight - this.#element.offsetHeight - 8))}px`;
  }

  hide(): void {
    this.#element.hidden = true;
  }
}

/** The same in words, for a screen reader. */
export function bucketText(model: ChartModel, index: number): string {
  const values = readable(model, index).map(({ series, value }) => `${series.label} ${model.format(value)}`);
  const said =
    values.length === 0 ? [model.gaps.some(covers(index)) ? l10n.t('not exported') : l10n.t('none')] : values;
  return `${model.labels[index] ?? ''}: ${said.join(', ')}`;
}

function content(model: ChartModel, index: number): TemplateResult {
  const rows = readable(model, index);
  const bars = rows.filter(({ series }) => series.style === 'bar');
  const others = rows.filter(({ series }) => series.style !== 'bar');
  const total = stackTotal(model.series, index);
  return html`<b>${model.labels[index]}</b>
    <table role="presentation">
      ${bars.map((row) => line(model, row))}
      ${
        bars.length > 1 && total !== null
          ? html`<tr class="total">
              <td>${l10n.t('Total')}</td>
              <td class="number">${model.format(total)}</td>
            </tr>`
          : nothing
      }
      ${others.map((row) => line(model, row))}
    </table>
    ${model.gaps.some(covers(index)) ? html`<span class="quiet">${l10n.t('not exported')}</span>` : nothing}`;
}

function line(model: ChartModel, { series, value }: Reading): TemplateResult {
  return html`<tr>
    <td><span class="swatch" .style=${`background:var(--${series.colour})`}></span>${series.label}</td>
    <td class="number">${model.format(value)}</td>
  </tr>`;
}

interface Reading {
  readonly series: ChartSeries;
  readonly value: number;
}

function readable(model: ChartModel, index: number): readonly Reading[] {
  return model.series
    .filter((series) => !isDecoration(series))
    .flatMap((series) => {
      const value = series.values[index] ?? null;
      return value === null ? [] : [{ series, value }];
    });
}

const covers =
  (index: number) =>
  ({ from, to }: { readonly from: number; readonly to: number }): boolean =>
    from < index + 1 && to > index;
