import * as l10n from '@vscode/l10n';
import arrowDown from '@vscode/codicons/src/icons/arrow-down.svg';
import arrowUp from '@vscode/codicons/src/icons/arrow-up.svg';
import { html, svg, type TemplateResult } from 'lit-html';
import { iconButton } from '../shared/icon.ts';
import type { Writing } from '../shared/panel.ts';
import type { Overview } from './overview.ts';

export interface FindInput {
  readonly query: string;
  /** Ascending places; null without a query. */
  readonly found: readonly number[] | null;
  readonly selected: number | null;
  /** Texts are still being searched. */
  readonly searching: boolean;
  readonly overview: Overview;
  readonly writing: Writing;
}

export interface FindActions {
  setQuery(query: string): void;
  go(direction: 1 | -1): void;
  leave(): void;
}

/** The find field, with the whole trace in small beside it. */
export function findBar(input: FindInput, actions: FindActions): TemplateResult {
  return html`<div class="over">
    <div class="find" role="search">
      <input
        type="search"
        .value=${input.query}
        placeholder=${l10n.t('Find in names and texts')}
        aria-label=${l10n.t('Find in names, models, messages and texts of all steps')}
        title=${l10n.t('Find in names, models, messages and texts of all steps')}
        @input=${(event: Event) => actions.setQuery((event.target as HTMLInputElement).value)}
        @keydown=${(event: KeyboardEvent) => key(event, actions)}
      />
      <span class="count quiet">${countText(input)}</span>
      <span class="end">
        ${iconButton({
          svg: arrowUp,
          label: l10n.t('Previous match'),
          key: l10n.t('Shift Enter'),
          click: () => actions.go(-1),
        })}${iconButton({ svg: arrowDown, label: l10n.t('Next match'), key: 'Enter', click: () => actions.go(1) })}
      </span>
    </div>
    ${small(input.overview)}
  </div>`;
}

/** `1 of 2`; where nothing was found that is said, not counted. */
export function countText({ found, selected, searching, writing: { numbers } }: FindInput): string {
  if (found === null) {
    return '';
  }
  if (found.length === 0) {
    return searching ? l10n.t('searching…') : l10n.t('none');
  }
  const index = selected === null ? -1 : found.indexOf(selected);
  const total = numbers.count(found.length);
  const count = index < 0 ? l10n.t('{0} found', total) : l10n.t('{0} of {1}', numbers.count(index + 1), total);
  return searching ? `${count}…` : count;
}

function key(event: KeyboardEvent, actions: FindActions): void {
  if (event.key === 'Enter') {
    actions.go(event.shiftKey ? -1 : 1);
  } else if (event.key === 'Escape' || event.key === 'ArrowDown') {
    actions.leave();
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

function small({ width, lanes }: Overview): TemplateResult {
  return html`<svg class="overview" viewBox="0 0 ${width} 34" preserveAspectRatio="none" aria-hidden="true">
    ${svg`<path class="lane model" d=${lanes.model} transform="translate(0 9)" />
      <path class="lane error" d=${lanes.error} transform="translate(0 17)" />
      <path class="lane tool" d=${lanes.tool} transform="translate(0 25)" />`}
  </svg>`;
}
