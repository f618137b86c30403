import { html, nothing, type TemplateResult } from 'lit-html';
import { unsafeHTML } from 'lit-html/directives/unsafe-html.js';

/** A codicon beside a word, or in a button that has a label: for eyes only. @param svg imported from @vscode/codicons */
export function icon(svg: string): TemplateResult {
  return html`<span class="icon" aria-hidden="true">${unsafeHTML(svg)}</span>`;
}

export interface IconButton {
  readonly svg: string;
  readonly label: string;
  /** The key that does the same, for the tooltip. */
  readonly key?: string;
  /** For a button that is on or off. */
  readonly pressed?: boolean;
  readonly click: (event: MouseEvent) => void;
}

/** A button that shows only an icon. */
export function iconButton({ svg, label, key, pressed, click }: IconButton): TemplateResult {
  return html`<button
    class="icon-button"
    type="button"
    title=${key === undefined ? label : `${label} (${key})`}
    aria-label=${label}
    aria-pressed=${pressed ?? nothing}
    @click=${click}
  >
    ${icon(svg)}
  </button>`;
}
