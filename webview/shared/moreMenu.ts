import * as l10n from '@vscode/l10n';
import ellipsis from '@vscode/codicons/src/icons/ellipsis.svg';
import { html, type TemplateResult } from 'lit-html';
import { iconButton } from './icon.ts';

/** A button that opens the editor's own context menu. @param part what the menu's `when` clauses know the panel by */
export function moreMenu(part: string): TemplateResult {
  return html`<span
    class="more-menu"
    data-vscode-context=${JSON.stringify({ metricsPart: part, preventDefaultContextMenuItems: true })}
  >
    ${iconButton({ svg: ellipsis, label: l10n.t('More'), click: openMenu })}
  </span>`;
}

/** The editor shows its own menu where a webview says that a context menu was asked for. */
function openMenu(event: MouseEvent): void {
  const button = event.currentTarget as HTMLElement;
  const { left, bottom } = button.getBoundingClientRect();
  event.stopPropagation();
  button.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, clientX: left, clientY: bottom }));
}
