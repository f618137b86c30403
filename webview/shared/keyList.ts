import * as l10n from '@vscode/l10n';
import { html, render, type TemplateResult } from 'lit-html';

export interface KeyHelp {
  readonly keys: readonly string[];
  readonly does: string;
}

/** The most useful keys in one line, at the foot of a panel. */
export function keyLine(help: readonly KeyHelp[]): TemplateResult {
  return html`<p class="keys">${help.map(keyEntry)}</p>`;
}

/** All keys of a panel, in a dialog that Escape closes. */
export function showKeyList(parent: HTMLElement, help: readonly KeyHelp[]): void {
  const dialog = document.createElement('dialog');
  dialog.className = 'key-list';
  dialog.setAttribute('aria-label', l10n.t('Keys'));
  const close = (): void => dialog.close();
  render(
    html`<h2>${l10n.t('Keys')}</h2>
      <dl>
        ${help.map(
          ({ keys, does }) =>
            html`<dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt>
              <dd>${does}</dd>`,
        )}
      </dl>
      <button type="button" class="button" @click=${close}>${l10n.t('Close')}</button>`,
    dialog,
  );
  dialog.addEventListener('close', () => dialog.remove());
  parent.append(dialog);
  dialog.showModal();
}

function keyEntry({ keys, does }: KeyHelp): TemplateResult {
  return html`<span>${keys.map((key) => html`<kbd>${key}</kbd> `)}${does}</span>`;
}
