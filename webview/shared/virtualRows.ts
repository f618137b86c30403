import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';

/** Rows beyond the edges that are drawn too, so that scrolling never shows a hole. */
const overscan = 12;

/** Which rows of a long list are to be drawn, and the space that stands for the others. */
export interface RowWindow {
  readonly indexes: readonly number[];
  /** Pixels above the first and below the last drawn row. */
  readonly before: number;
  readonly after: number;
}

/** Follows the scrolling of an element whose rows all have the same height. */
export class VirtualRows {
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>;
  readonly #unmount: () => void;

  /**
   * @param rowHeight pixels
   * @param changed other rows came into sight: `window` is to be drawn anew
   */
  constructor(scroller: HTMLElement, rowHeight: number, changed: () => void) {
    this.#virtualizer = new Virtualizer({
      count: 0,
      overscan,
      estimateSize: () => rowHeight,
      getScrollElement: () => scroller,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      onChange: changed,
    });
    this.#unmount = this.#virtualizer._didMount();
    this.#virtualizer._willUpdate();
  }

  resize(count: number): void {
    if (this.#virtualizer.options.count !== count) {
      this.#virtualizer.setOptions({ ...this.#virtualizer.options, count });
      this.#virtualizer._willUpdate();
    }
  }

  get window(): RowWindow {
    const items = this.#virtualizer.getVirtualItems();
    const first = items[0];
    const last = items.at(-1);
    return {
      indexes: items.map(({ index }) => index),
      before: first?.start ?? 0,
      after: last === undefined ? 0 : this.#virtualizer.getTotalSize() - last.end,
    };
  }

  /** Scrolls just far enough that the row is in sight. */
  reveal(index: number): void {
    this.#virtualizer.scrollToIndex(index, { align: 'auto' });
  }

  dispose(): void {
    this.#unmount();
  }
}
