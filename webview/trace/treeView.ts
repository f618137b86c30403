import * as l10n from '@vscode/l10n';
import arrowSwap from '@vscode/codicons/src/icons/arrow-swap.svg';
import chevronDown from '@vscode/codicons/src/icons/chevron-down.svg';
import chevronRight from '@vscode/codicons/src/icons/chevron-right.svg';
import error from '@vscode/codicons/src/icons/error.svg';
import warning from '@vscode/codicons/src/icons/warning.svg';
import { html, nothing, render, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { icon } from '../shared/icon.ts';
import type { Writing } from '../shared/panel.ts';
import { VirtualRows } from '../shared/virtualRows.ts';
import type { Step, StepTree } from './stepTree.ts';
import {
  errorsInside,
  failuresShown,
  firstLine,
  stepName,
  stepSeconds,
  stepTooltip,
  unseenWords,
} from './stepWords.ts';
import { typeIcon } from './typeIcon.ts';
import { barPlace, ticks, type Tick } from './timeScale.ts';
import type { VisibleRows } from './visibleRows.ts';

/** Pixels, as in the style sheet. */
const rowHeight = 22;
const indent = 12;
/** Deeper steps are indented no further. */
const deepest = 14;
/** Pixels that a mark of the time axis needs. */
const tickWidth = 72;
const mostTicks = 7;
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
    render(head(marks), this.#head);
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
          (index) => this.#row(tree, rows, index),
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
    return ticks(tree.duration, axis === 0 ? mostTicks : most, this.#writing.numbers);
  }

  #row(tree: StepTree, rows: VisibleRows, index: number): TemplateResult {
    const place = rows.at(index) ?? 0;
    const step = tree.step(place);
    const depth = tree.depth(place);
    const foldable = tree.hasChildren(place);
    const folded = rows.isFolded(place);
    const inside = step.failed ? 0 : failuresShown(tree, place, folded);
    const { position, siblings } = tree.position(place);
    const classes = ['step', place === this.#selected ? 'selected' : ''].join(' ').trim();
    return html`<div
      class=${classes}
      role="treeitem"
      aria-level=${depth + 1}
      aria-setsize=${siblings}
      aria-posinset=${position}
      aria-expanded=${foldable ? !folded : nothing}
      aria-selected=${place === this.#selected}
      tabindex=${index === this.#current ? 0 : -1}
      data-index=${index}
      title=${stepTooltip(step, this.#writing)}
      @click=${() => this.#choose(place)}
      @dblclick=${() => this.#toggle(place)}
    >
      <span class="name" .style=${`padding-left:${Math.min(depth, deepest) * indent}px`}>
        ${guides(depth)}
        <span class="twistie" @click=${(event: Event) => this.#twist(event, place)}
          >${foldable ? icon(folded ? chevronRight : chevronDown) : nothing}</span
        >
        <span class="type">${icon(typeIcon(step.type))}</span>
        <span class="words">${words(step, inside, this.#writing)}</span>
        <span class="unseen">${unseenWords(step, this.#writing).join(', ')}</span>
        ${mark(step, inside)}
      </span>
      <span class="bars">${bar(step, tree.duration)}</span>
      <span class="figure tokens">${step.tokens === null ? nothing : this.#writing.numbers.tokens(step.tokens)}</span>
      <span class="figure">${this.#duration(step)}</span>
      <span class="figure">${step.costUsd === null ? nothing : this.#money(step.costUsd)}</span>
    </div>`;
  }

  #duration(step: Step): unknown {
    const seconds = stepSeconds(step);
    if (seconds !== null) {
      return this.#writing.numbers.duration(seconds);
    }
    return step.kind === 'event' ? nothing : html`<span class="quiet">${l10n.t('no end')}</span>`;
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

function head(marks: readonly Tick[]): TemplateResult {
  return html`<span>${l10n.t('Observation')}</span>
    <span class="axis" aria-hidden="true"
      >${marks.map(({ at, label }) => html`<i .style=${`left:${at * 100}%`}>${label}</i>`)}</span
    >
    <span class="figure tokens">${l10n.t('Tokens')}</span>
    <span class="figure">${l10n.t('Duration')}</span>
    <span class="figure">${l10n.t('Cost')}</span>`;
}

function guides(depth: number): readonly TemplateResult[] {
  return Array.from(
    { length: Math.min(depth, deepest) },
    (_, level) => html`<i class="guide" .style=${`left:${level * indent + 7}px`}></i>`,
  );
}

function words(step: Step, inside: number, writing: Writing): TemplateResult {
  const said = step.statusMessage === null ? null : firstLine(step.statusMessage);
  const toModel = step.kind === 'event' && step.fallback && step.model !== null;
  return html`<span class="tx">${stepName(step)}</span>${
      step.model === null
        ? nothing
        : html` <span class="quiet">${toModel ? l10n.t('to {0}', step.model) : step.model}</span>`
    }${inside === 0 ? nothing : html` <span class="bad">${errorsInside(inside, writing)}</span>`}${
      said === null || said === ''
        ? nothing
        : html` <span class=${step.failed ? 'bad' : step.level === 'WARNING' ? 'warn' : 'quiet'}>${said}</span>`
    }`;
}

function mark(step: Step, inside: number): unknown {
  if (step.failed || inside > 0) {
    return html`<span class="mark bad">${icon(error)}</span>`;
  }
  if (step.fallback) {
    return html`<span class="mark warn">${icon(arrowSwap)}</span>`;
  }
  return step.level === 'WARNING' ? html`<span class="mark warn">${icon(warning)}</span>` : nothing;
}

function bar(step: Step, duration: number): TemplateResult {
  const { left, width, waiting, open } = barPlace(step, duration);
  if (step.kind === 'event') {
    const kind = step.failed ? 'error' : step.fallback ? 'fallback' : '';
    return html`<i class=${`diamond ${kind}`} .style=${`left:${left}%`}></i>`;
  }
  const kind = step.failed && step.kind !== 'group' ? 'error' : step.kind;
  return html`<i class=${`bar ${kind}${open ? ' open' : ''}`} .style=${`left:${left}%;width:${width}%`}
      >${waiting === null || waiting === 0 ? nothing : html`<i class="waiting" .style=${`width:${waiting}%`}></i>`}</i
    >${step.fallback ? html`<i class="fallback-line" .style=${`left:${left}%`}></i>` : nothing}`;
}
