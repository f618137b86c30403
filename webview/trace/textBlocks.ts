import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit-html';
import type { Numbers } from '../../src/format/numbers.ts';
import { JsonView } from './jsonView.ts';
import { LongText } from './longText.ts';
import type { Json } from './readJson.ts';
import { byteText } from './sizeText.ts';

/** Characters and lines of a text that are shown at first. */
const previewLength = 360;
const previewLines = 8;
/** Longer texts are shown in a box of their own. */
const longText = 20_000;

/** The texts and values of one observation, and which of them were unfolded. */
export class TextBlocks {
  readonly #numbers: Numbers;
  readonly #changed: () => void;
  readonly #unfolded = new Set<string>();
  readonly #longTexts = new Map<string, LongText>();
  readonly #jsonViews = new Map<string, JsonView>();
  readonly #query: () => string;

  /**
   * @param changed something was unfolded: it is to be drawn
   * @param query what is looked for, in lower case; texts that have it are shown whole
   */
  constructor(numbers: Numbers, changed: () => void, query: () => string) {
    this.#numbers = numbers;
    this.#changed = changed;
    this.#query = query;
  }

  /** @param label what it is, for screen readers */
  text(text: string, id: string, label: string): TemplateResult {
    const preview = previewOf(text);
    if (preview.length === text.length) {
      return html`<p><span class="text">${text}</span></p>`;
    }
    if (!this.#isOpen(text, id)) {
      return html`<p>
        <span class="text">${preview}…</span>
        <button type="button" class="link" @click=${() => this.#unfold(id)}>${this.#more(text, preview)}</button>
      </p>`;
    }
    return text.length <= longText
      ? html`<p><span class="text">${text}</span></p>`
      : html`${this.#longText(text, id, label).element}`;
  }

  json(value: Json, id: string, label: string): TemplateResult {
    const view = this.#jsonViews.get(id) ?? new JsonView(value, label, this.#numbers);
    this.#jsonViews.set(id, view);
    return html`${view.element}`;
  }

  /** A text as text, anything else as JSON. */
  value(value: Json, id: string, label: string): TemplateResult {
    return typeof value === 'string' ? this.text(value, id, label) : this.json(value, id, label);
  }

  dispose(): void {
    for (const block of [...this.#longTexts.values(), ...this.#jsonViews.values()]) {
      block.dispose();
    }
  }

  #isOpen(text: string, id: string): boolean {
    const query = this.#query();
    return this.#unfolded.has(id) || (query !== '' && text.toLowerCase().includes(query));
  }

  #unfold(id: string): void {
    this.#unfolded.add(id);
    this.#changed();
  }

  #more(text: string, preview: string): string {
    return text.length <= longText
      ? l10n.t('{0} more characters', this.#numbers.count(text.length - preview.length))
      : l10n.t('Show all {0}', byteText(text, this.#numbers));
  }

  #longText(text: string, id: string, label: string): LongText {
    const known = this.#longTexts.get(id);
    const box = known ?? new LongText(text, label);
    this.#longTexts.set(id, box);
    const query = this.#query();
    if (query !== '') {
      requestAnimationFrame(() => box.reveal(query));
    }
    return box;
  }
}

/** The beginning of a text, up to a blank where there is one; all of it when little more would be left. */
function previewOf(text: string): string {
  const lines = text
    .slice(0, previewLength * 2)
    .split('\n', previewLines)
    .join('\n');
  const most = Math.min(previewLength, lines.length);
  if (text.length <= most * 1.2) {
    return text;
  }
  const cut = text.slice(0, most);
  const blank = Math.max(cut.lastIndexOf(' '), cut.lastIndexOf('\n'));
  return blank > most / 2 ? cut.slice(0, blank) : withoutHalfPair(cut);
}

function withoutHalfPair(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}
