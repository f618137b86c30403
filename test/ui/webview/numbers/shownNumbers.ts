import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/** What a person can read at one place of a document: its text, what hovering or a screen reader gives, how far down a point is drawn. */
type Read = 'text' | 'title' | 'aria-label' | 'cy';

export interface TableColumn {
  /** Null: a picture, whose axis is no figure. */
  readonly head: string | null;
  readonly texts: readonly string[];
  /** Left out: none of the cells has any. */
  readonly titles?: readonly string[];
}

/**
 * All numbers that a document shows. Each has to be claimed by an expectation of what stands at its
 * place; what nobody claimed is found at the end.
 */
export class ShownNumbers {
  readonly #page: Page;
  readonly #exempt: string;
  readonly #root: string;

  /**
   * @param exempt where digits are no figures, as selectors: names of keys, dates …
   * @param root the part of the document that this is about, as a selector
   */
  constructor(page: Page, exempt: readonly string[], root = 'body') {
    this.#page = page;
    this.#exempt = exempt.join(', ');
    this.#root = root;
  }

  /** Asserts what all elements of a selector say, in their order, and claims that. */
  async claim(selector: string, expected: readonly string[], read: Read = 'text'): Promise<void> {
    assert.deepEqual(await this.#read(selector, read), expected.map(plain), `${selector}, ${read}`);
  }

  /** As `claim`, of rows whose order is not what is asked: each row with what its parts say, joined by ` | `. */
  async claimRows(
    parts: readonly (readonly [selector: string, read: Read])[],
    expected: readonly string[],
  ): Promise<void> {
    const columns: (readonly string[])[] = [];
    for (const [selector, read] of parts) {
      columns.push(await this.#read(selector, read));
    }
    const rows = (columns[0] ?? []).map((_, row) => plain(columns.map((column) => column[row] ?? '').join(' | ')));
    assert.deepEqual(rows.toSorted(), expected.map(plain).toSorted());
  }

  /** All cells of a table, column by column, with what hovering says. */
  async claimTable(part: string, columns: readonly TableColumn[]): Promise<void> {
    for (const [index, { head, texts, titles }] of columns.entries()) {
      const column = `:nth-child(${index + 1})`;
      if (head !== null) {
        await this.claim(`${part} thead th${column}`, [head]);
      }
      const cells = `${part} tbody td${column}`;
      await this.claim(cells, texts);
      await this.claim(cells, titles ?? texts.map(() => ''), 'title');
      const label = await this.has(`${part} thead th${column}[aria-label]`);
      if (label && head !== null && /\d/.test(head) && !head.includes('100 %')) {
        await this.claim(`${part} thead th${column}`, [head], 'aria-label');
      }
    }
    assert.ok(!(await this.has(`${part} thead th:nth-child(${columns.length + 1})`)), `${part} has more columns`);
  }

  async has(selector: string): Promise<boolean> {
    return (await this.#page.locator(selector).count()) > 0;
  }

  async #read(selector: string, read: Read): Promise<readonly string[]> {
    const found = await this.#page.evaluate<string[]>(`(${claimAll})(...${JSON.stringify([selector, read])})`);
    return found.map(plain);
  }

  /** Texts with digits that no expectation was about. */
  unclaimed(): Promise<readonly string[]> {
    return this.#page.evaluate<string[]>(`(${findUnclaimed})(...${JSON.stringify([this.#root, this.#exempt])})`);
  }

  /** Forgets what was claimed: the document uses its elements again for other figures. */
  async startOver(): Promise<void> {
    await this.#page.evaluate(`(${forgetClaims})(${JSON.stringify(this.#root)})`);
  }
}

const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** Runs in the browser. */
const claimAll = `(selector, read) => [...document.querySelectorAll(selector)].map((element) => {
  element.dataset.claimed = (element.dataset.claimed ?? '') + ' ' + read;
  return (read === 'text' ? element.textContent : element.getAttribute(read)) ?? '';
})`;

/** Runs in the browser. */
const forgetClaims = `(root) => {
  for (const element of document.querySelectorAll(root + ' [data-claimed]')) {
    delete element.dataset.claimed;
  }
}`;

/** Runs in the browser. */
const findUnclaimed = `(root, exempt) => {
  const found = [];
  for (const element of document.querySelectorAll(root + ' *')) {
    if (element.matches('script, style') || (exempt !== '' && element.closest(exempt) !== null)) {
      continue;
    }
    const place = (element.parentElement.className ?? '') + ' > ' + element.tagName + '.' + element.className;
    const own = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
    if (own.some(({ nodeValue }) => /\\d/.test(nodeValue)) && element.closest('[data-claimed~=text]') === null) {
      found.push(place + ': ' + element.textContent.trim());
    }
    for (const name of ['title', 'aria-label']) {
      if (/\\d/.test(element.getAttribute(name) ?? '') && !element.matches('[data-claimed~="' + name + '"]')) {
        found.push(place + ' ' + name + ': ' + element.getAttribute(name));
      }
    }
  }
  return found;
}`;
