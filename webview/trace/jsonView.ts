import * as l10n from '@vscode/l10n';
import chevronDown from '@vscode/codicons/src/icons/chevron-down.svg';
import chevronRight from '@vscode/codicons/src/icons/chevron-right.svg';
import { html, nothing, render, type TemplateResult } from 'lit-html';
import type { Numbers } from '../../src/format/numbers.ts';
import { icon } from '../shared/icon.ts';
import { VirtualRows } from '../shared/virtualRows.ts';
import { jsonLines, type JsonLine } from './jsonLines.ts';
import type { Json } from './readJson.ts';
import { sizeText } from './sizeText.ts';

/** Pixels, as in the style sheet. */
const lineHeight = 18;
/** More lines scroll by themselves, and only those in sight are drawn. */
const longJson = 200;
/** Deeper values are indented no further. */
const deepest = 16;

/** JSON as a tree that folds: walked with the arrow keys, folded with left and right. */
export class JsonView {
  readonly element = document.createElement('div');
  readonly #value: Json;
  readonly #numbers: Numbers;
  /** What a person folded or unfolded; the outermost level begins unfolded. */
  readonly #folds = new Map<string, boolean>();
  #lines: readonly JsonLine[] = [];
  #virtual: VirtualRows | null = null;
  #current = 0;
  /** A line that is far away is drawn, and takes the focus, only when the browser has scrolled to it. */
  #focusWanted = false;

  /** @param label of the tree, for screen readers */
  constructor(value: Json, label: string, numbers: Numbers) {
    this.#value = value;
    this.#numbers = numbers;
    this.element.className = 'json';
    this.element.setAttribute('role', 'tree');
    this.element.setAttribute('aria-label', label);
    this.element.addEventListener('keydown', (event) => this.#key(event));
    this.#layOut();
  }

  dispose(): void {
    this.#virtual?.dispose();
  }

  #layOut(): void {
    this.#lines = jsonLines(this.#value, (path, depth) => this.#folds.get(path) ?? depth === 0);
    const long = this.#lines.length > longJson;
    this.element.classList.toggle('long', long);
    if (long) {
      this.#virtual ??= new VirtualRows(this.element, lineHeight, () => this.#draw());
      this.#virtual.resize(this.#lines.length);
    } else {
      this.#virtual?.dispose();
      this.#virtual = null;
    }
    this.#current = Math.min(this.#current, this.#lines.length - 1);
    this.#draw();
  }

  #draw(): void {
    const all = { indexes: this.#lines.map((_, index) => index), before: 0, after: 0 };
    const { indexes, before, after } = this.#virtual?.window ?? all;
    const gap = (height: number): unknown =>
      height > 0 ? html`<div role="none" .style=${`height:${height}px`}></div>` : nothing;
    render(html`${gap(before)}${indexes.map((index) => this.#line(index))}${gap(after)}`, this.element);
    const line = this.#focusWanted ? this.element.querySelector<HTMLElement>(`[data-index="${this.#current}"]`) : null;
    if (line !== null) {
      this.#focusWanted = false;
      line.focus({ preventScroll: this.#virtual !== null });
    }
  }

  #line(index: number): TemplateResult | typeof nothing {
    const line = this.#lines[index];
    if (line === undefined) {
      return nothing;
    }
    const foldable = line.size !== null && line.size > 0;
    return html`<div
      role="treeitem"
      class="json-line"
      aria-level=${line.depth + 1}
      aria-expanded=${foldable ? line.open : nothing}
      aria-selected=${index === this.#current}
      tabindex=${index === this.#current ? 0 : -1}
      data-index=${index}
      .style=${`padding-left:${Math.min(line.depth, deepest) * 14}px`}
      @click=${() => this.#click(index, foldable)}
    >
      <span class="twistie">${foldable ? icon(line.open ? chevronDown : chevronRight) : nothing}</span
      >${line.key === null ? nothing : html`<span class="json-key">${line.key}:</span>`}${this.#valueOf(line)}
    </div>`;
  }

  #valueOf(line: JsonLine): TemplateResult {
    if (line.size !== null && (line.kind === 'object' || line.kind === 'list' || line.text === '')) {
      return html`<span class="quiet">${this.#summary(line)}</span>`;
    }
    return html`<span class=${`json-${line.kind}`}>${line.text}</span>`;
  }

  #summary({ kind, size }: JsonLine): string {
    const count = size ?? 0;
    const written = this.#numbers.count(count);
    if (kind === 'list') {
      return count === 0 ? '[]' : `[ ${count === 1 ? l10n.t('1 element') : l10n.t('{0} elements', written)} ]`;
    }
    if (kind === 'object') {
      return count === 0 ? '{}' : `{ ${count === 1 ? l10n.t('1 key') : l10n.t('{0} keys', written)} }`;
    }
    return l10n.t('text, {0}', sizeText(count, this.#numbers));
  }

  #click(index: number, foldable: boolean): void {
    if (foldable && getSelection()?.isCollapsed !== false) {
      this.#toggle(index);
    }
    this.#focus(index);
  }

  #toggle(index: number, open?: boolean): void {
    const line = this.#lines[index];
    if (line !== undefined && line.size !== null) {
      this.#folds.set(line.path, open ?? !line.open);
      this.#layOut();
    }
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const index = this.#current;
    const line = this.#lines[index];
    if (line === undefined) {
      return;
    }
    const last = this.#lines.length - 1;
    const foldable = line.size !== null && line.size > 0;
    const acts: Readonly<Record<string, () => void>> = {
      ArrowDown: () => this.#focus(Math.min(last, index + 1)),
      ArrowUp: () => this.#focus(Math.max(0, index - 1)),
      Home: () => this.#focus(0),
      End: () => this.#focus(last),
      ArrowRight: () => {
        if (foldable && !line.open) {
          this.#toggle(index, true);
        }
        this.#focus(foldable && line.open ? Math.min(last, index + 1) : index);
      },
      ArrowLeft: () => {
        if (foldable && line.open) {
          this.#toggle(index, false);
        }
        this.#focus(foldable && line.open ? index : this.#parentOf(index));
      },
      Enter: () => this.#toggleAndFocus(index),
      ' ': () => this.#toggleAndFocus(index),
    };
    const act = acts[event.key];
    if (act !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
  }

  #toggleAndFocus(index: number): void {
    this.#toggle(index);
    this.#focus(index);
  }

  #parentOf(index: number): number {
    const depth = this.#lines[index]?.depth ?? 0;
    const parent = this.#lines.findLastIndex((line, other) => other < index && line.depth < depth);
    return Math.max(0, parent);
  }

  #focus(index: number): void {
    this.#current = index;
    this.#focusWanted = true;
    this.#virtual?.reveal(index);
    this.#draw();
  }
}
