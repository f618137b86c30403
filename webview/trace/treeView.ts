import * as l10n from '@vscode/l10n';
import { html, render } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { Writing } from '../shared/panel.ts';
import { VirtualRows } from '../shared/virtualRows.ts';
import { columnsHead, stepRow } from './stepRow.ts';
import type { StepTree } from './stepTree.ts';
import { ticks, type Tick } from './timeScale.ts';
import type { VisibleRows } from './visibleRows.ts';

/** Pixels, as in the style sheet. */
const rowHeight = 22;
/** Pixels that a mark of the time axis needs. */
const tickWidth = 72;
const mostTicks = 7;
/** Pixels that the words beside a mark take. */
const tickWords = 44;
/** Rows that Page Up and Page Down move by. */
const page = 20;

export interface TreeListener {
  /** A row was walked to or clicked. */
  select(place: number): void;
  /** Enter: what it says is to be read. */
  open(): void;
  /** Something was folded or unfolded. */
  folded(): void;
}

/** The steps of a trace as a tree beside their bars on a time axis. Draws only the rows in sight. */
export class TreeView {
  readonly element = document.createElement('div');
  readonly #head = document.createElement('div');
  readonly #grid = document.createElement('div');
  readonly #scroller = document.createElement('div');
  readonly #virtual: VirtualRows;
  readonly #writing: Writing;
  readonly #listener: TreeListener;
  readonly #drawn: () => void;
  #tree: StepTree | null = null;
  #rows: VisibleRows | null = null;
  #selected: number | null = null;
  #focusWanted = false;
  #money: (usd: number) => string = String;

  /** @param drawn called after each drawing */
  constructor(writing: Writing, listener: TreeListener, drawn: () => void) {
    this.#writing = writing;
    this.#listener = listener;
    this.#drawn = drawn;
    this.element.className = 'waterfall';
    this.#head.className = 'columns-head';
    this.#grid.className = 'time-grid';
    this.#grid.setAttribute('aria-hidden', 'true');
    this.#scroller.className = 'tree';
    this.#scroller.setAttribute('role', 'tree');
    this.#scroller.addEventListener('keydown', (event) => this.#key(event));
    this.element.append(this.#head, this.#grid, this.#scroller);
    this.#virtual = new VirtualRows(this.#scroller, rowHeight, () => this.#draw());
    new ResizeObserver(() => this.#draw()).observe(this.element);
  }

  /** @param name of the trace, for screen readers */
  show(tree: StepTree, rows: VisibleRows, name: string): void {
    this.#tree = tree;
    this.#rows = rows;
    this.#money = this.#writing.numbers.moneyColumn(tree.columns.costsUsd);
    this.#scroller.setAttribute('aria-label', l10n.t('Observations of {0}', name));
    this.redraw();
  }

  /** After a change of what is unfolded. */
  redraw(): void {
    this.#virtual.resize(this.#rows?.length ?? 0);
    this.#draw();
  }

  /** Marks a step as the selected one; null marks none. */
  select(place: number | null): void {
    this.#selected = place;
    if (place !== null && this.#rows !== null) {
      this.#virtual.reveal(this.#rows.indexOf(place));
    }
    this.#draw();
  }

  /** Far away rows are drawn, and take the focus, only when the browser has scrolled to them. */
  focus(): void {
    this.#focusWanted = true;
    this.#virtual.reveal(this.#current);
    this.#draw();
  }

  /** The row that Tab leads to. */
  get #current(): number {
    return this.#selected === null ? 0 : (this.#rows?.indexOf(this.#selected) ?? 0);
  }

  #draw(): void {
    const tree = this.#tree;
    const rows = this.#rows;
    if (tree === null || rows === null) {
      return;
    }
    const marks = this.#ticks(tree);
    render(columnsHead(marks), this.#head);
    render(
      html`<div class="marks">${marks.map(({ at }) => html`<i .style=${`left:${at * 100}%`}></i>`)}</div>`,
      this.#grid,
    );
    const { indexes, before, after } = this.#virtual.window;
    render(
      html`<div role="none" .style=${`height:${before}px`}></div>
        ${repeat(
          indexes.filter((index) => index < rows.length),
          (index) => rows.at(index),
          (index) =>
            stepRow(tree, rows, index, {
              selected: this.#selected,
              tabStop: this.#current,
              writing: this.#writing,
              money: this.#money,
              choose: (place) => this.#choose(place),
              toggle: (place) => this.#toggle(place),
              twist: (event, place) => this.#twist(event, place),
            }),
        )}
        <div role="none" .style=${`height:${after}px`}></div>`,
      this.#scroller,
    );
    this.#takeFocus();
    this.#drawn();
  }

  #takeFocus(): void {
    const row = this.#focusWanted ? this.#scroller.querySelector<HTMLElement>(`[data-index="${this.#current}"]`) : null;
    if (row !== null) {
      this.#focusWanted = false;
      row.focus({ preventScroll: true });
    }
  }

  #ticks(tree: StepTree): readonly Tick[] {
    const axis = this.#head.querySelector('.axis')?.clientWidth ?? 0;
    const most = Math.max(2, Math.min(mostTicks, Math.floor(axis / tickWidth)));
    const marks = ticks(tree.duration, axis === 0 ? mostTicks : most, this.#writing.numbers);
    const isCut = ({ at }: Tick): boolean => axis > 0 && (1 - at) * axis < tickWords;
    return marks.map((mark) => (isCut(mark) ? { ...mark, label: '' } : mark));
  }

  #choose(place: number): void {
    this.#listener.select(place);
    this.focus();
  }

  #twist(event: Event, place: number): void {
    if (this.#tree?.hasChildren(place) === true) {
      event.stopPropagation();
      this.#toggle(place);
    }
  }

  #toggle(place: number): void {
    const rows = this.#rows;
    if (rows === null) {
      return;
    }
    if (rows.isFolded(place)) {
      rows.unfold(place);
    } else {
      rows.fold(place);
    }
    this.redraw();
    this.#listener.folded();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) {
      return;
    }
    if (event.key === 'Enter' || event.key === ' ') {
      this.#handled(event);
      this.#goTo(this.#current);
      this.#listener.open();
      return;
    }
    const index = this.#indexAfter(event.key);
    if (index !== null) {
      this.#handled(event);
      this.#goTo(index);
    }
  }

  #handled(event: Event): void {
    event.preventDefault();
    event.stopPropagation();
  }

  #goTo(index: number): void {
    const place = this.#rows?.at(index);
    if (place !== undefined) {
      this.#choose(place);
    }
  }

  /** Where a key leads, which may fold or unfold a row on its way; null for keys that lead nowhere. */
  #indexAfter(key: string): number | null {
    const tree = this.#tree;
    const rows = this.#rows;
    const index = this.#current;
    const place = rows?.at(index);
    if (tree === null || rows === null || place === undefined) {
      return null;
    }
    const last = rows.length - 1;
    const open = tree.hasChildren(place) && !rows.isFolded(place);
    switch (key) {
      case 'ArrowDown':
        return Math.min(last, index + 1);
      case 'ArrowUp':
        return Math.max(0, index - 1);
      case 'PageDown':
        return Math.min(last, index + page);
      case 'PageUp':
        return Math.max(0, index - page);
      case 'Home':
        return 0;
      case 'End':
        return last;
      case 'ArrowRight':
        return open ? index + 1 : this.#toggled(place, tree.hasChildren(place));
      case 'ArrowLeft':
        return open ? this.#toggled(place, true) : rows.indexOf(tree.parent(place) ?? place);
      default:
        return null;
    }
  }

  #toggled(place: number, foldable: boolean): number {
    if (foldable) {
      this.#toggle(place);
    }
    return this.#current;
  }
}
