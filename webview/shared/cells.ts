import * as l10n from '@vscode/l10n';
import { html, type TemplateResult } from 'lit-html';

/** What stands in a cell that has nothing to say. */
export function none(text: string = l10n.t('none')): TemplateResult {
  return html`<span class="quiet">${text}</span>`;
}

/** A name with its folders in second-level text. */
export function pathName(name: string): TemplateResult {
  const end = name.lastIndexOf('/') + 1;
  return html`<span class="quiet">${name.slice(0, end)}</span>${name.slice(end)}`;
}
