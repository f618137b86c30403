import * as l10n from '@vscode/l10n';
import { html, nothing, type TemplateResult } from 'lit-html';
import { note, type Note } from '../shared/states.ts';

/** The parts of the page, each drawn by its own file. */
export interface PageParts {
  readonly head: TemplateResult;
  readonly trouble: Note | null;
  /** What is missing of the trace, in words. */
  readonly partial: string | null;
  readonly find: TemplateResult;
  /** Null for a trace without steps. */
  readonly steps: HTMLElement | null;
  readonly foot: TemplateResult;
  readonly detail: TemplateResult;
}

/** Above all the head, at the left the steps, at the right what is selected. */
export function pageLayout({ head, trouble, partial, find, steps, foot, detail }: PageParts): TemplateResult {
  return html`${head}${trouble === null ? nothing : note(trouble)}${partial === null ? nothing : html`<p class="partial">${partial}</p>`}
    <div class="split">
      <div class="left">
        ${find}
        ${steps ?? html`<p class="no-steps quiet">${l10n.t('This trace has no observations in the database.')}</p>`}
        ${foot}
      </div>
      <aside class="detail" aria-label=${l10n.t('Selected observation')} tabindex="-1">${detail}</aside>
    </div>`;
}
