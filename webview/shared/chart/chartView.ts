import { html, nothing, render } from 'lit-html';
import { Table } from '../table.ts';
import type { TextTable } from '../tableText.ts';
import type { Theme } from '../theme.ts';
import { plotConfig } from './chartConfig.ts';
import type { ChartModel } from './chartModel.ts';
import { chartTable } from './chartTable.ts';
import type { plot, Plot } from './plot.ts';
import { bucketText, type Tooltip } from './tooltip.ts';

const plots = import('./plot.ts');

/** Pixels that a pointer may move in a click. */
const clickTolerance = 4;

export interface ChartListener {
  /** A click, or Enter: on a series' part of a bucket, or beside all of them. */
  pick?(index: number, series: string | null): void;
  /** A drag from one bucket to another, both included. */
  select?(first: number, last: number): void;
  copy(table: TextTable): void;
  /** For screen readers: the bucket that the arrow keys came to. */
  say(text: string): void;
}

/**
 * A chart and the table behind it, in the same place. The chart can be clicked, dragged over, and walked
 * with the arrow keys; it is drawn anew when the theme changes.
 */
export class ChartView {
  readonly element = document.createElement('div');
  readonly #canvas = document.createElement('canvas');
  readonly #selection = document.createElement('div');
  readonly #message = document.createElement('div');
  readonly #theme: Theme;
  readonly #tooltip: Tooltip;
  readonly #listener: ChartListener;
  readonly #table: Table<number>;
  #model: ChartModel | null = null;
  #plot: typeof plot | null = null;
  #chart: Plot | null = null;
  #asTable = false;
  #drag: { readonly index: number; readonly x: number } | null = null;
  #current: number | null = null;

  constructor({ theme, tooltip, listener }: { theme: Theme; tooltip: Tooltip; listener: ChartListener }) {
    this.#theme = theme;
    this.#tooltip = tooltip;
    this.#listener = listener;
    this.#table = new Table<number>({
      copy: (table) => listener.copy(table),
      choose: (index) => listener.pick?.(index, null),
    });
    this.element.className = 'plot';
    this.#selection.className = 'selection';
    this.#selection.hidden = true;
    this.#message.className = 'waiting';
    this.#canvas.tabIndex = 0;
    this.#canvas.setAttribute('role', 'img');
    this.#listen();
    theme.onChange(this.#redraw);
    void plots.then(({ plot }) => {
      this.#plot = plot;
      this.#redraw();
    });
  }

  /** @param asTable whether the table is to be seen instead of the drawing */
  update(model: ChartModel, asTable: boolean): void {
    this.#model = model;
    this.#asTable = asTable;
    this.#canvas.setAttribute('aria-label', model.finding);
    this.#canvas.dataset.vscodeContext = JSON.stringify({
      metricsPart: model.part,
      preventDefaultContextMenuItems: true,
    });
    this.#message.textContent = model.empty ?? '';
    render(
      asTable
        ? this.#table.element
        : html`${this.#canvas}${this.#selection}${model.empty === null ? nothing : this.#message}`,
      this.element,
    );
    this.#redraw();
  }

  get text(): TextTable {
    this.#table.update(chartTable(this.#modelOrThrow()));
    return this.#table.text;
  }

  /** The drawing on the editor's ground with its title, as base64 of a PNG. */
  image(): string {
    const model = this.#modelOrThrow();
    if (this.#chart === null) {
      this.update(model, false);
    }
    const scale = window.devicePixelRatio;
    const titleHeight = 28 * scale;
    const picture = document.createElement('canvas');
    picture.width = this.#canvas.width;
    picture.height = this.#canvas.height + titleHeight;
    const pen = picture.getContext('2d');
    if (pen === null) {
      throw new Error('This editor cannot draw.');
    }
    pen.fillStyle = this.#theme.colour('ground');
    pen.fillRect(0, 0, picture.width, picture.height);
    pen.fillStyle = this.#theme.colour('text');
    pen.font = `600 ${13 * scale}px ${this.#theme.font}`;
    pen.fillText(model.title, 4 * scale, 18 * scale);
    pen.drawImage(this.#canvas, 0, titleHeight);
    return picture.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
  }

  dispose(): void {
    this.#theme.forget(this.#redraw);
    this.#chart?.destroy();
    this.#table.dispose();
  }

  readonly #redraw = (): void => {
    const model = this.#model;
    if (model === null) {
      return;
    }
    if (this.#asTable) {
      this.#chart?.destroy();
      this.#chart = null;
      this.#table.update(chartTable(model));
      return;
    }
    // Plugins hold the model: they are given when a chart is made.
    this.#chart?.destroy();
    this.#chart = this.#plot?.(this.#canvas, plotConfig(model, this.#theme)) ?? null;
  };

  #modelOrThrow(): ChartModel {
    if (this.#model === null) {
      throw new Error('This chart has nothing to show yet.');
    }
    return this.#model;
  }

  #listen(): void {
    const canvas = this.#canvas;
    canvas.addEventListener('pointermove', (event) => this.#hover(event));
    canvas.addEventListener('pointerleave', () => this.#tooltip.hide());
    canvas.addEventListener('pointerdown', (event) => this.#press(event));
    canvas.addEventListener('pointerup', (event) => this.#release(event));
    canvas.addEventListener('pointercancel', () => this.#endDrag());
    canvas.addEventListener('keydown', (event) => this.#key(event));
    canvas.addEventListener('blur', () => {
      this.#current = null;
      this.#tooltip.hide();
    });
  }

  #hover(event: PointerEvent): void {
    const index = this.#bucketAt(event.offsetX);
    if (this.#model === null || index === null) {
      this.#tooltip.hide();
      return;
    }
    this.#tooltip.show(this.#model, index, event.clientX, this.#canvas.getBoundingClientRect().top + 8);
    if (this.#drag !== null && this.#listener.select !== undefined) {
      this.#showSelection(Math.min(this.#drag.index, index), Math.max(this.#drag.index, index));
    }
  }

  #press(event: PointerEvent): void {
    const index = this.#bucketAt(event.offsetX);
    if (event.button === 0 && index !== null) {
      this.#canvas.setPointerCapture(event.pointerId);
      this.#drag = { index, x: event.offsetX };
    }
  }

  #release(event: PointerEvent): void {
    const drag = this.#drag;
    this.#endDrag();
    const index = this.#bucketAt(event.offsetX);
    if (drag === null || index === null) {
      return;
    }
    if (Math.abs(event.offsetX - drag.x) <= clickTolerance) {
      this.#listener.pick?.(index, this.#seriesAt(index, event.offsetY));
      return;
    }
    this.#listener.select?.(Math.min(drag.index, index), Math.max(drag.index, index));
  }

  #endDrag(): void {
    this.#drag = null;
    this.#selection.hidden = true;
  }

  #key(event: KeyboardEvent): void {
    const model = this.#model;
    const last = (model?.labels.length ?? 0) - 1;
    if (model === null || last < 0 || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const from = this.#current ?? (event.key === 'ArrowLeft' ? last + 1 : -1);
    const target = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: last }[event.key];
    if (target !== undefined) {
      this.#current = Math.min(last, Math.max(0, target));
      const box = this.#canvas.getBoundingClientRect();
      this.#tooltip.show(model, this.#current, box.left + this.#centre(this.#current), box.top + 8);
      this.#listener.say(bucketText(model, this.#current));
    } else if (event.key === 'Enter' && this.#current !== null) {
      this.#listener.pick?.(this.#current, null);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #bucketAt(x: number): number | null {
    const area = this.#chart?.chartArea;
    const count = this.#model?.labels.length ?? 0;
    if (area === undefined || count === 0 || x < area.left || x > area.right) {
      return null;
    }
    return Math.min(count - 1, Math.floor(((x - area.left) / (area.right - area.left)) * count));
  }

  #centre(index: number): number {
    return this.#chart?.scales.x?.getPixelForValue(index) ?? 0;
  }

  /** The part of the stack at this height; the space between two bars belongs to them. */
  #seriesAt(index: number, y: number): string | null {
    const hit = this.#model?.series.find((series, dataset) => {
      const element = this.#chart?.getDatasetMeta(dataset).data[index];
      if (series.style !== 'bar' || element === undefined) {
        return false;
      }
      const { y: top, base } = element.getProps(['y', 'base']) as { y: number; base: number };
      return y >= Math.min(top, base) && y <= Math.max(top, base);
    });
    return hit?.id ?? null;
  }

  #showSelection(first: number, last: number): void {
    const area = this.#chart?.chartArea;
    const count = this.#model?.labels.length ?? 0;
    if (area === undefined || count === 0) {
      return;
    }
    const width = (area.right - area.left) / count;
    this.#selection.hidden = false;
    this.#selection.style.left = `${area.left + first * width}px`;
    this.#selection.style.width = `${(last - first + 1) * width}px`;
    this.#selection.style.top = `${area.top}px`;
    this.#selection.style.height = `${area.bottom - area.top}px`;
  }
}
