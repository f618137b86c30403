import * as l10n from '@vscode/l10n';
import { html, render } from 'lit-html';
import type { SqlValue } from '../../src/protocol/engine.ts';

/** One value in full, JSON laid out, in a dialog that Escape closes. */
export function showCell(parent: HTMLElement, name: string, value: SqlValue, copy: (text: string) => void): void {
  const dialog = document.createElement('dialog');
  dialog.className = 'cell';
  dialog.setAttribute('aria-label', name);
  const text = readable(value);
  const close = (): void => dialog.close();
  render(
    html`<h2>${name}</h2>
      <pre tabindex="0">${value === null ? html`<i>null</i>` : text}</pre>
      <p>
        <button type="button" class="button main" @click=${close}>${l10n.t('Close')}</button>
        <button type="button" class="button" @click=${() => copy(String(value ?? ''))}>${l10n.t('Copy')}</button>
      </p>`,
    dialog,
  );
  dialog.addEventListener('close', () => dialog.remove());
  parent.append(dialog);
  dialog.showModal();
}

function readable(value: SqlValue): string {
  const text = String(value ?? '');
  if (!/^\s*[[{]/.test(text)) {
    return text;
  }
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
