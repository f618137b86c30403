import * as l10n from '@vscode/l10n';
import chevron from '@vscode/codicons/src/icons/chevron-down.svg';
import copyIcon from '@vscode/codicons/src/icons/copy.svg';
import exportIcon from '@vscode/codicons/src/icons/export.svg';
import goToFile from '@vscode/codicons/src/icons/go-to-file.svg';
import graph from '@vscode/codicons/src/icons/graph.svg';
import play from '@vscode/codicons/src/icons/play.svg';
import stop from '@vscode/codicons/src/icons/debug-stop.svg';
import { html, nothing, type TemplateResult } from 'lit-html';
import { sqlSeconds, type SqlTarget } from '../../src/protocol/sql.ts';
import { icon, iconButton } from '../shared/icon.ts';
import type { KeyHelp } from '../shared/keyList.ts';
import type { Writing } from '../shared/panel.ts';
import type { ChartSeries } from '../shared/chart/chartModel.ts';
import type { ChartChoice } from './chartChoice.ts';
import type { ResultColumn } from './resultColumns.ts';

export interface HeadParts {
  readonly target: SqlTarget;
  readonly running: boolean;
  readonly maxRows: number;
  readonly writing: Writing;
}

export interface HeadActions {
  run(): void;
  stop(): void;
  openDocument(): void;
}

/** What was run, with which values, and under which limits. */
export function head({ target, running, maxRows, writing }: HeadParts, actions: HeadActions): TemplateResult {
  const limits = l10n.t('Read-only, stops after {0} s, first {1} rows', sqlSeconds, writing.numbers.count(maxRows));
  const button = running
    ? html`<button type="button" class="button" @click=${() => actions.stop()}>
        ${icon(stop)}${l10n.t('Stop')} <kbd>Esc</kbd>
      </button>`
    : html`<button type="button" class="button main" @click=${() => actions.run()}>
        ${icon(play)}${l10n.t('Run')} <kbd>${l10n.t('Ctrl Enter')}</kbd>
      </button>`;
  return html`<div class="toolbar" role="toolbar" aria-label=${l10n.t('Query')}>
    <h1 title=${target.title}>${target.title}</h1>
    ${button}
    ${Object.entries(target.parameters).map(
      ([name, value]) =>
        html`<span class="parameter"><code>:${name}</code> <span class="quiet">=</span> ${value}</span>`,
    )}
    <span class="limits quiet">${limits}</span>
    <span class="end">
      ${iconButton({ svg: goToFile, label: l10n.t('Show the statement'), key: 'Q', click: () => actions.openDocument() })}
    </span>
  </div>`;
}

export interface StatusParts {
  /** "13 rows in 9 ms", or what is going on. */
  readonly said: TemplateResult;
  /** The next larger number of rows, where there are more; null otherwise. */
  readonly moreRows: string | null;
  readonly hasRows: boolean;
  readonly charted: boolean;
  readonly chartable: boolean;
}

export interface StatusActions {
  readMore(): void;
  copy(): void;
  saveCsv(): void;
  toggleChart(): void;
}

/** What came of it, and what can be taken away. */
export function status(parts: StatusParts, actions: StatusActions): TemplateResult {
  const { said, moreRows, hasRows, charted, chartable } = parts;
  return html`<div class="status">
    <span>${said}</span>
    ${
      moreRows === null
        ? nothing
        : html`<button type="button" class="link" @click=${() => actions.readMore()}>
            ${l10n.t('Read up to {0}', moreRows)}
          </button>`
    }
    <span class="end">
      ${
        hasRows
          ? html`${iconButton({ svg: copyIcon, label: l10n.t('Copy all rows as…'), key: l10n.t('Ctrl A, Ctrl C'), click: () => actions.copy() })}
            ${iconButton({ svg: exportIcon, label: l10n.t('Save as CSV'), key: 'S', click: () => actions.saveCsv() })}`
          : nothing
      }
      ${
        chartable
          ? iconButton({
              svg: graph,
              label: l10n.t('Chart'),
              key: 'T',
              pressed: charted,
              click: () => actions.toggleChart(),
            })
          : nothing
      }
    </span>
  </div>`;
}

export interface ChartParts {
  readonly choice: ChartChoice;
  readonly columns: readonly ResultColumn[];
  readonly plot: HTMLElement;
  readonly series: readonly ChartSeries[];
  /** Names that are left out. */
  readonly left: number;
}

export interface ChartActions {
  pick(what: 'value' | 'by' | 'split'): void;
}

/** The chart with what it is made of, each a choice. */
export function chartPane({ choice, columns, plot, series, left }: ChartParts, actions: ChartActions): TemplateResult {
  const name = (index: number): string => columns[index]?.name ?? '';
  const pick = (what: 'value' | 'by' | 'split', word: string, text: string): TemplateResult =>
    html`<button type="button" class="pick" @click=${() => actions.pick(what)}>
      <span class=${what === 'value' ? 'unseen' : 'quiet'}>${word}</span>
      <span class="name">${text}</span>${icon(chevron)}
    </button>`;
  return html`<section class="chart" aria-label=${l10n.t('Chart')} data-part="chart.result">
    <header>
      ${pick('value', l10n.t('Value'), name(choice.value))} ${pick('by', l10n.t('by'), name(choice.by))}
      ${pick('split', l10n.t('split by'), choice.split === null ? l10n.t('nothing') : name(choice.split))}
    </header>
    ${plot}
    ${
      series.length < 2
        ? nothing
        : html`<ul class="series">
            ${series.map(({ label, colour }) => html`<li><span class=${`swatch ${colour}`}></span>${label}</li>`)}
          </ul>`
    }
    ${left === 0 ? nothing : html`<p class="caption">${l10n.t('{0} more are in the rows only.', left)}</p>`}
  </section>`;
}

export function keyHelp(singleKeys: boolean): readonly KeyHelp[] {
  const always: readonly KeyHelp[] = [
    { keys: [l10n.t('Ctrl Enter')], does: l10n.t('run the statement again') },
    { keys: ['Esc'], does: l10n.t('stop it') },
    { keys: ['↑', '↓', '←', '→'], does: l10n.t('cell; above the first row: the heads') },
    { keys: ['Enter', l10n.t('Space')], does: l10n.t('the whole value; on a head: sort') },
    { keys: [l10n.t('Ctrl C')], does: l10n.t('copy the cell') },
    { keys: [l10n.t('Ctrl A, Ctrl C')], does: l10n.t('copy all rows') },
  ];
  return singleKeys
    ? [
        ...always,
        { keys: ['T'], does: l10n.t('show or hide the chart') },
        { keys: ['S'], does: l10n.t('save as CSV') },
        { keys: ['Q'], does: l10n.t('show the statement') },
        { keys: ['?'], does: l10n.t('all keys') },
      ]
    : always;
}
