import * as l10n from '@vscode/l10n';
import arrowSwap from '@vscode/codicons/src/icons/arrow-swap.svg';
import chevronDown from '@vscode/codicons/src/icons/chevron-down.svg';
import chevronRight from '@vscode/codicons/src/icons/chevron-right.svg';
import error from '@vscode/codicons/src/icons/error.svg';
import warning from '@vscode/codicons/src/icons/warning.svg';
import { html, nothing, type TemplateResult } from 'lit-html';
import { icon } from '../shared/icon.ts';
import type { Writing } from '../shared/panel.ts';
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
import { barPlace, type Tick } from './timeScale.ts';
import type { VisibleRows } from './visibleRows.ts';

/** Pixels, as in the style sheet. */
const indent = 12;
/** Deeper steps are indented no further. */
const deepest = 14;

export interface StepRowContext {
  /** The place of the selected step. */
  readonly selected: number | null;
  /** The row that Tab leads to. */
  readonly tabStop: number;
  readonly writing: Writing;
  /** Of all costs of the trace, with as many digits. */
  readonly money: (usd: number) => string;
  choose(place: number): void;
  toggle(place: number): void;
  /** Its arrow was clicked, if it has one. */
  twist(event: Event, place: number): void;
}

/** The names of the columns, and the marks of the time axis. */
export function columnsHead(marks: readonly Tick[]): TemplateResult {
  return html`<span>${l10n.t('Observation')}</span>
    <span class="axis" aria-hidden="true"
      >${marks.map(({ at, label }) => html`<i .style=${`left:${at * 100}%`}>${label}</i>`)}</span
    >
    <span class="figure tokens">${l10n.t('Tokens')}</span>
    <span class="figure">${l10n.t('Duration')}</span>
    <span class="figure">${l10n.t('Cost')}</span>`;
}

/** @param index of the row among those that are unfolded */
export function stepRow(tree: StepTree, rows: VisibleRows, index: number, context: StepRowContext): TemplateResult {
  const { selected, tabStop, writing, money } = context;
  const place = rows.at(index) ?? 0;
  const step = tree.step(place);
  const depth = tree.depth(place);
  const foldable = tree.hasChildren(place);
  const folded = rows.isFolded(place);
  const inside = step.failed ? 0 : failuresShown(tree, place, folded);
  const { position, siblings } = tree.position(place);
  const classes = ['step', place === selected ? 'selected' : ''].join(' ').trim();
  return html`<div
    class=${classes}
    role="treeitem"
    aria-level=${depth + 1}
    aria-setsize=${siblings}
    aria-posinset=${position}
    aria-expanded=${foldable ? !folded : nothing}
    aria-selected=${place === selected}
    tabindex=${index === tabStop ? 0 : -1}
    data-index=${index}
    title=${stepTooltip(step, writing)}
    @click=${() => context.choose(place)}
    @dblclick=${() => context.toggle(place)}
  >
    <span class="name" .style=${`padding-left:${Math.min(depth, deepest) * indent}px`}>
      ${guides(depth)}
      <span class="twistie" @click=${(event: Event) => context.twist(event, place)}
        >${foldable ? icon(folded ? chevronRight : chevronDown) : nothing}</span
      >
      <span class="type">${icon(typeIcon(step.type))}</span>
      <span class="words">${words(step, inside, writing)}</span>
      <span class="unseen">${unseenWords(step, writing).join(', ')}</span>
      ${mark(step, inside)}
    </span>
    <span class="bars">${bar(step, tree.duration)}</span>
    <span class="figure tokens">${step.tokens === null ? nothing : writing.numbers.tokens(step.tokens)}</span>
    <span class="figure">${duration(step, writing)}</span>
    <span class="figure">${step.costUsd === null ? nothing : money(step.costUsd)}</span>
  </div>`;
}

function duration(step: Step, { numbers }: Writing): unknown {
  const seconds = stepSeconds(step);
  if (seconds !== null) {
    return numbers.duration(seconds);
  }
  return step.kind === 'event' ? nothing : html`<span class="quiet">${l10n.t('no end')}</span>`;
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
