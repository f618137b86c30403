import * as l10n from '@vscode/l10n';
import { html, nothing, render, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { SqlValue } from '../../src/protocol/engine.ts';
import { VirtualRows } from '../shared/virtualRows.ts';
import { moved, type GridPlace } from './gridPlace.ts';
import { cellText, isNumeric, type ResultColumn } from './resultColumns.ts';
import type { ColumnSort } from './sortResult.ts';

const rowHeight = 22;
const rowNumberWidth = 52;

export interface GridModel {
  readonly columns: readonly ResultColumn[];
  /** Pixels, one a column. */
  readonly widths: readonly number[];
  readonly rows: readonly (readonly SqlValue[])[];
  /** Indexes of the rows in the order in which they are shown. */
  readonly order: readonly number[];
  readonly sort: ColumnSort | null;
}

export interface GridListener {
  sort(sort: ColumnSort | null): void;
  /** Enter, Space or a double click. */
  open(column: ResultColumn, value: SqlValue): void;
  /** Ctrl+C: one cell, or everything after Ctrl+A. */
  copyCell(value: SqlValue): void;
  copyAll(): void;
}

/**
 * The rows of a result, of which only those in sight are drawn. The table itself keeps the focus and
 * names the current cell, which may be scrolled out of sight and out of the document.
 */
export class ResultGrid {
  readonly element = document.createElement('div');
  readonly #listener: GridListener;
  readonly #virtual: VirtualRows;
  #model: GridModel | null = null;
  #place: GridPlace = { row: 0, column: 0 };
  #all = false;

  constructor(listener: GridListener) {
    this.#listener = listener;
    this.element.className = 'grid';
    this.#virtual = new VirtualRows(this.element, rowHeight, () => this.#draw());
    this.element.addEventListener('keydown', (event) => this.#key(event));
  }

  update(model: GridModel): void {
    if (model.columns !== this.#model?.columns) {
      this.#place = { row: model.order.length === 0 ? -1 : 0, column: 0 };
      this.#all = false;
      this.element.scrollTop = 0;
    }
    this.#model = model;
    this.#virtual.resize(model.order.length);
    this.#draw();
  }

  focus(): void {
    this.element.querySelector('table')?.focus();
  }

  #draw(): void {
    const model = this.#model;
    if (model === null) {
      return;
    }
    const { columns, widths, order } = model;
    const { indexes, before, after } = this.#virtual.window;
    const isDrawn = this.#place.row < 0 || indexes.includes(this.#place.row);
    const total = widths.reduce((sum, width) => sum + width, rowNumberWidth);
    const gap = (height: number): unknown =>
      height > 0
        ? html`<tr class="gap" aria-hidden="true">
            <td colspan=${columns.length + 1} .style=${`height:${height}px`}></td>
          </tr>`
        : nothing;
    render(
      html`<table
        role="grid"
        tabindex="0"
        aria-label=${l10n.t('Result')}
        aria-rowcount=${order.length + 1}
        aria-colcount=${columns.length + 1}
        aria-multiselectable="true"
        aria-activedescendant=${isDrawn ? this.#idOf(this.#place) : nothing}
        class=${this.#all ? 'all' : ''}
        .style=${`width:${total}px`}
        data-vscode-context=${JSON.stringify({ metricsPart: 'table.result', preventDefaultContextMenuItems: true })}
      >
        <colgroup>
          <col .style=${`width:${rowNumberWidth}px`} />
          ${widths.map((width) => html`<col .style=${`width:${width}px`} />`)}
        </colgroup>
        <thead>
          <tr aria-rowindex="1">
            <th scope="col" class="row-number"><span class="unseen">${l10n.t('Row')}</span></th>
            ${columns.map((column, at) => this.#head(model, column, at))}
          </tr>
        </thead>
        <tbody>
          ${gap(before)}
          ${repeat(
            indexes.filter((row) => row < order.length),
            (row) => row,
            (row) => this.#row(model, row),
          )}
          ${gap(after)}
        </tbody>
      </table>`,
      this.element,
    );
  }

  #head({ sort }: GridModel, column: ResultColumn, at: number): TemplateResult {
    const sorted = sort?.column === column.index ? (sort.descending ? 'descending' : 'ascending') : 'none';
    return html`<th
      scope="col"
      id=${this.#idOf({ row: -1, column: at })}
      class=${this.#classes(column, -1, at)}
      title=${column.name}
      aria-sort=${sorted}
      aria-colindex=${at + 2}
      @click=${() => this.#sort(column)}
    >
      <span
        >${column.name}${sorted === 'none' ? nothing : html`<span aria-hidden="true"> ${sorted === 'descending' ? '↓' : '↑'}</span>`}</span
      ><small>${column.kind === 'none' ? 'null' : column.kind}</small>
    </th>`;
  }

  #row({ columns, rows, order }: GridModel, row: number): TemplateResult {
    const values = rows[order[row] ?? 0] ?? [];
    return html`<tr aria-rowindex=${row + 2}>
      <td class="row-number" aria-colindex="1">${row + 1}</td>
      ${columns.map((column, at) => {
        const value = values[column.index] ?? null;
        return html`<td
          id=${this.#idOf({ row, column: at })}
          class=${this.#classes(column, row, at)}
          title=${column.kind === 'real' && value !== null ? String(value) : nothing}
          aria-colindex=${at + 2}
          aria-selected=${this.#all || this.#isAt(row, at)}
          @click=${() => this.#go({ row, column: at })}
          @dblclick=${() => this.#listener.open(column, value)}
        >
          ${value === null ? html`<i>null</i>` : cellText(value, column)}
        </td>`;
      })}
    </tr>`;
  }

  #classes(column: ResultColumn, row: number, at: number): string {
    return [isNumeric(column) ? 'number' : '', this.#isAt(row, at) ? 'current' : ''].join(' ').trim();
  }

  #idOf({ row, column }: GridPlace): string {
    return `cell-${row}-${column}`;
  }

  #isAt(row: number, column: number): boolean {
    return row === this.#place.row && column === this.#place.column;
  }

  #go(place: GridPlace): void {
    this.#place = place;
    this.#all = false;
    if (place.row >= 0) {
      this.#virtual.reveal(place.row);
    }
    this.#draw();
    this.#reveal();
  }

  /** The head and the numbers of the rows stand over what is scrolled beneath them. */
  #reveal(): void {
    const cell = this.element.querySelector<HTMLElement>(`#${this.#idOf(this.#place)}`);
    const head = this.element.querySelector<HTMLElement>('thead')?.offsetHeight ?? 0;
    if (cell === null) {
      return;
    }
    const { element } = this;
    const box = cell.getBoundingClientRect();
    const frame = element.getBoundingClientRect();
    const above = frame.top + head - box.top;
    if (this.#place.row >= 0 && above > 0) {
      element.scrollTop -= above;
    }
    const left = frame.left + rowNumberWidth - box.left;
    const right = box.right - frame.left - element.clientWidth;
    element.scrollLeft += left > 0 ? -left : Math.max(0, right);
  }

  /** Falling, rising, as it came; figures begin with the largest. */
  #sort(column: ResultColumn): void {
    const before = this.#model?.sort;
    const first = isNumeric(column);
    const descending = before?.column === column.index ? !before.descending : first;
    const isThird = before?.column === column.index && before.descending !== first;
    this.#listener.sort(isThird ? null : { column: column.index, descending });
  }

  #key(event: KeyboardEvent): void {
    const model = this.#model;
    if (model === null || event.altKey) {
      return;
    }
    const modified = event.ctrlKey || event.metaKey;
    const size = { rows: model.order.length, columns: model.columns.length };
    const target = moved(this.#place, event.key, modified, size, Math.floor(this.element.clientHeight / rowHeight) - 2);
    if (target !== null) {
      this.#go(target);
    } else if (!this.#act(model, event.key, modified)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #act(model: GridModel, key: string, modified: boolean): boolean {
    const column = model.columns[this.#place.column];
    const row = this.#place.row < 0 ? undefined : model.rows[model.order[this.#place.row] ?? -1];
    const value = column === undefined ? null : (row?.[column.index] ?? null);
    if (modified && key === 'a') {
      this.#all = true;
      this.#draw();
    } else if (modified && key === 'c' && this.#all) {
      this.#listener.copyAll();
    } else if (modified && key === 'c' && row !== undefined) {
      this.#listener.copyCell(value);
    } else if (!modified && (key === 'Enter' || key === ' ') && column !== undefined) {
      if (row === undefined) {
        this.#sort(column);
      } else {
        this.#listener.open(column, value);
      }
    } else if (key === 'Escape' && this.#all) {
      this.#all = false;
      this.#draw();
    } else {
      return false;
    }
    return true;
  }
}
