import * as l10n from '@vscode/l10n';
import close from '@vscode/codicons/src/icons/close.svg';
import { html, nothing, type TemplateResult } from 'lit-html';
import type { ScopeFilters } from '../../src/protocol/scope.ts';
import { fieldName, filterFields, withoutField } from './filters.ts';
import { icon } from './icon.ts';

export interface FilterChips {
  readonly filters: ScopeFilters;
  readonly change: (filters: ScopeFilters) => void;
  /** Opens the pick. */
  readonly add: () => void;
  /** The key that does the same is switched on. */
  readonly showKey: boolean;
}

/** The filters in force, each with a button that takes it away. */
export function filterChips({ filters, change, add, showKey }: FilterChips): TemplateResult {
  const chips = filterFields.filter((field) => (filters[field] ?? []).length > 0);
  return html`<div class="chips">
    ${chips.length === 0 ? nothing : html`<span class="quiet">${l10n.t('Where')}</span>`}
    ${chips.map((field) => {
      const values = (filters[field] ?? []).join(', ');
      return html`<span class="chip"
        >${l10n.t('{0} is', fieldName(field))}&nbsp;<b title=${values}>${values}</b>
        <button
          type="button"
          aria-label=${l10n.t('Remove the filter {0}', fieldName(field))}
          @click=${() => change(withoutField(filters, field))}
        >
          ${icon(close)}
        </button></span
      >`;
    })}
    <button type="button" class="quiet add" @click=${add}>
      ${l10n.t('Add filter')}${showKey ? html` <kbd>F</kbd>` : nothing}
    </button>
  </div>`;
}
