import { html, nothing, render, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { sortRows, type Sort } from './sort.ts';
import type { TextTable, TextValue } from './tableText.ts';
import { VirtualRows } from './virtualRows.ts';

/** Longer tables draw only the rows in sight. */
const longTable = 200;
const rowHeight = 22;
/** Rows that Page Up and Page Down move by. */
const page = 10;

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** Numbers stand right, as their head does. */
  readonly number?: boolean;
  /** What is drawn. */
  readonly cell: (row: Row) => unknown;
  /** The exact value: what is copied, and what rows are sorted by. Null: unknown, sorted last. */
  readonly value: (row: Row) => TextValue;
  readonly tooltip?: (row: Row) => string | null;
  /** Drawn instead of the title, which stays the name for screen readers and copies. */
  readonly head?: TemplateResult;
  /** A class for the cells, such as one that a narrow panel hides. */
  readonly className?: string;
  /** Rows cannot be sorted by what this column shows. */
  readonly unsorted?: boolean;
  /** Drawn, but no part of copies. */
  readonly picture?: boolean;
}

export interface TableModel<Row> {
  /** Of the table, for screen readers. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Null: in the order of `rows`. */
  readonly sort: Sort | null;
  /** How many rows are drawn, the first in the order of `sort`; copies hold all. Absent: all. */
  readonly limit?: number;
  readonly selected?: (row: Row) => boolean;
  /** Said in the place of rows. Null while there may be some soon. */
  readonly empty: string | null;
  /** What the extension's context menus know it by. */
  readonly part: string;
}

export interface TableListener<Row> {
  /** A click on a head, or Enter on it. */
  sort?(sort: Sort): void;
  /** Enter. Without it Enter does what Space does. */
  open?(row: Row): void;
  /** Space or a click. */
  choose?(row: Row): void;
  /** Ctrl+C or ⌘C. */
  copy?(table: TextTable): void;
}

/** Rows under heads: sorted by a click, walked with the arrow keys, drawn in part when they are many. */
export class Table<Row> {
  readonly element = document.createElement('div');
  readonly #listener: TableListener<Row>;
  #model: TableModel<Row> | null = null;
  #rows: readonly Row[] = [];
  #drawn: readonly Row[] = [];
  #virtual: VirtualRows | null = null;
  /** The row that Tab leads to. */
  #current = 0;

  constructor(listener: TableListener<Row>) {
    this.#listener = listener;
    this.element.className = 'table';
    this.element.addEventListener('keydown', (event) => this.#key(event));
  }

  update(model: TableModel<Row>): void {
    this.#model = model;
    const column = model.columns.find(({ id }) => id === model.sort?.column);
    this.#rows =
      column === undefined || model.sort === null ? model.rows : sortRows(model.rows, column.value, model.sort);
    this.#drawn = model.limit === undefined ? this.#rows : this.#rows.slice(0, model.limit);
    this.#current = Math.min(this.#current, Math.max(0, this.#drawn.length - 1));
    this.#followLength();
    this.#draw();
  }

  /** The whole table in its order, with exact values. */
  get text(): TextTable {
    const columns = this.#model?.columns.filter(({ picture }) => picture !== true) ?? [];
    return {
      heads: columns.map(({ title }) => title),
      rows: this.#rows.map((row) => columns.map(({ value }) => value(row))),
    };
  }

  /** Moves the focus so many rows on; to the row that Tab leads to when the focus is elsewhere. */
  move(rows: number): void {
    const inside = this.element.contains(document.activeElement);
    if (this.#drawn.length > 0) {
      this.#focus(Math.min(this.#drawn.length - 1, Math.max(0, this.#current + (inside ? rows : 0))));
    }
  }

  dispose(): void {
    this.#virtual?.dispose();
  }

  #followLength(): void {
    const long = this.#drawn.length > longTable;
    this.element.classList.toggle('long', long);
    if (!long) {
      this.#virtual?.dispose();
      this.#virtual = null;
      return;
    }
    this.#virtual ??= new VirtualRows(this.element, rowHeight, () => this.#draw());
    this.#virtual.resize(this.#drawn.length);
  }

  #draw(): void {
    const model = this.#model;
    if (model === null) {
      return;
    }
    const { columns } = model;
    const rows = this.#drawn;
    const window = this.#virtual?.window ?? { indexes: rows.map((_, index) => index), before: 0, after: 0 };
    const gap = (height: number): unknown =>
      height > 0
        ? html`<tr class="gap" aria-hidden="true">
            <td colspan=${columns.length} .style=${`height:${height}px`}></td>
          </tr>`
        : nothing;
    render(
      html`<table
        class="rows"
        role="grid"
        aria-label=${model.label}
        aria-rowcount=${rows.length + 1}
        data-vscode-context=${JSON.stringify({ metricsPart: model.part, preventDefaultContextMenuItems: true })}
      >
        <thead>
          <tr>
            ${columns.map((column) => this.#head(column, model.sort))}
          </tr>
        </thead>
        <tbody>
          ${gap(window.before)}
          ${repeat(
            window.indexes.flatMap((index) => (rows[index] === undefined ? [] : [{ index, row: rows[index] }])),
            ({ row }) => model.rowKey(row),
            ({ index, row }) => this.#row(model, row, index),
          )}
          ${gap(window.after)}
          ${
            rows.length === 0 && model.empty !== null
              ? html`<tr class="none">
                  <td colspan=${columns.length}>${model.empty}</td>
                </tr>`
              : nothing
          }
        </tbody>
      </table>`,
      this.element,
    );
  }

  #head(column: Column<Row>, sort: Sort | null): TemplateResult {
    const classes = [column.number === true ? 'number' : '', column.className ?? ''].join(' ').trim();
    const sorted = sort?.column === column.id ? sort : null;
    const direction = sorted === null ? 'none' : sorted.descending ? 'descending' : 'ascending';
    const arrow = sorted === null ? nothing : html`<span aria-hidden="true"> ${sorted.descending ? '↓' : '↑'}</span>`;
    if (column.unsorted === true || this.#listener.sort === undefined) {
      return html`<th
        scope="col"
        class=${classes}
        aria-label=${column.title}
        aria-sort=${sorted === null ? nothing : direction}
      >
        ${column.head ?? column.title}${arrow}
      </th>`;
    }
    // Numbers begin with the largest, texts with A.
    const next = { column: column.id, descending: sorted === null ? column.number === true : !sorted.descending };
    return html`<th scope="col" class=${classes} aria-sort=${direction}>
      <button type="button" @click=${() => this.#listener.sort?.(next)}>${column.title}${arrow}</button>
    </th>`;
  }

  #row(model: TableModel<Row>, row: Row, index: number): TemplateResult {
    return html`<tr
      tabindex=${index === this.#current ? 0 : -1}
      aria-rowindex=${index + 2}
      aria-selected=${model.selected === undefined ? nothing : model.selected(row)}
      data-index=${index}
      @click=${() => this.#choose(index)}
    >
      ${model.columns.map((column) => {
        const classes = [column.number === true ? 'number' : '', column.className ?? ''].join(' ').trim();
        return html`<td class=${classes} title=${column.tooltip?.(row) ?? nothing}>${column.cell(row)}</td>`;
      })}
    </tr>`;
  }

  #choose(index: number): void {
    const row = this.#drawn[index];
    if (row !== undefined) {
      this.#focus(index);
      this.#listener.choose?.(row);
    }
  }

  #key(event: KeyboardEvent): void {
    if ((event.ctrlKey || event.metaKey) && event.key === 'c' && getSelection()?.isCollapsed !== false) {
      this.#listener.copy?.(this.text);
      return;
    }
    if (!(event.target instanceof HTMLTableRowElement) || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const index = Number(event.target.dataset.index);
    const row = this.#drawn[index];
    if (row === undefined) {
      return;
    }
    const target = targetOf(event.key, index, this.#drawn.length);
    if (target !== null) {
      this.#focus(target);
    } else if (event.key === 'Enter' && this.#listener.open !== undefined) {
      this.#listener.open(row);
    } else if (event.key === ' ' || event.key === 'Enter') {
      this.#listener.choose?.(row);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #focus(index: number): void {
    this.#current = index;
    this.#virtual?.reveal(index);
    this.#draw();
    this.element.querySelector<HTMLElement>(`tr[data-index="${index}"]`)?.focus();
  }
}

/** Where a key leads from a row; null for other keys. */
function targetOf(key: string, index: number, count: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + page,
    PageUp: index - page,
    Home: 0,
    End: count - 1,
  };
  const target = steps[key];
  return target === undefined ? null : Math.min(count - 1, Math.max(0, target));
}
