import * as l10n from '@vscode/l10n';
import { html, render } from 'lit-html';
import { VirtualRows } from '../shared/virtualRows.ts';
import { textPieces } from './jsonLines.ts';

/** Pixels, as in the style sheet. */
const lineHeight = 18;
const fewestColumns = 20;

/** A text of any length in a box that scrolls: only the lines in sight are drawn, broken where the box ends. */
export class LongText {
  readonly element = document.createElement('div');
  readonly #text: string;
  readonly #virtual: VirtualRows;
  readonly #resized: ResizeObserver;
  #columns = 0;
  #lines: readonly string[] = [];

  /** @param label of the box, for screen readers */
  constructor(text: string, label: string) {
    this.#text = text;
    this.element.className = 'long-text';
    this.element.tabIndex = 0;
    this.element.setAttribute('role', 'region');
    this.element.setAttribute('aria-label', l10n.t('{0}, whole text', label));
    this.#virtual = new VirtualRows(this.element, lineHeight, () => this.#draw());
    this.#resized = new ResizeObserver(() => this.#breakLines());
    this.#resized.observe(this.element);
  }

  /** Scrolls to the first line that has it, in lower case; where there is none nothing happens. */
  reveal(found: string): void {
    const line = this.#lines.findIndex((text) => text.toLowerCase().includes(found));
    if (line >= 0) {
      this.#virtual.reveal(line);
    }
  }

  dispose(): void {
    this.#resized.disconnect();
    this.#virtual.dispose();
  }

  #breakLines(): void {
    const columns = Math.max(fewestColumns, Math.floor(this.element.clientWidth / this.#characterWidth()) - 2);
    if (columns === this.#columns) {
      return;
    }
    this.#columns = columns;
    this.#lines = textPieces(this.#text, columns);
    this.#virtual.resize(this.#lines.length);
    this.#draw();
  }

  /** Pixels of a character in the editor's font, which is monospaced for most people. */
  #characterWidth(): number {
    const probe = document.createElement('span');
    probe.className = 'long-line';
    probe.textContent = '0'.repeat(100);
    this.element.append(probe);
    const width = probe.getBoundingClientRect().width / 100;
    probe.remove();
    return width > 0 ? width : 8;
  }

  #draw(): void {
    const { indexes, before, after } = this.#virtual.window;
    render(
      html`<div .style=${`height:${before}px`}></div>
        ${indexes.map((index) => html`<div class="long-line">${this.#lines[index]}</div>`)}
        <div .style=${`height:${after}px`}></div>`,
      this.element,
    );
  }
}
