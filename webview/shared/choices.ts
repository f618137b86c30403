import { html, type TemplateResult } from 'lit-html';

export interface Choice<T> {
  readonly value: T;
  readonly label: string;
}

export interface Choices<T> {
  /** Of the group, for screen readers. */
  readonly label: string;
  readonly choices: readonly Choice<T>[];
  /** Undefined: none of them. */
  readonly chosen: T | undefined;
  readonly choose: (value: T) => void;
}

/** A choice of one, drawn as the editor's panel titles: Tab reaches the chosen one, arrows go to the others. */
export function choices<T>({ label, choices, chosen, choose }: Choices<T>): TemplateResult {
  const known = choices.some(({ value }) => value === chosen);
  return html`<div class="choices" role="radiogroup" aria-label=${label} @keydown=${moveByArrow}>
    ${choices.map(
      ({ value, label }, index) =>
        html`<button
          type="button"
          role="radio"
          aria-checked=${value === chosen}
          tabindex=${value === chosen || (!known && index === 0) ? 0 : -1}
          @click=${() => choose(value)}
        >
          ${label}
        </button>`,
    )}
  </div>`;
}

function moveByArrow(event: KeyboardEvent): void {
  const group = event.currentTarget as HTMLElement;
  const buttons = [...group.querySelectorAll<HTMLElement>('[role=radio]')];
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) {
    return;
  }
  event.preventDefault();
  const index = buttons.indexOf(event.target as HTMLElement);
  const next = buttons[(index + step + buttons.length) % buttons.length];
  next?.focus();
  next?.click();
}
