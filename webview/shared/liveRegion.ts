/** What screen readers say of changes that eyes see: politely of news, at once of failures. */
export class LiveRegion {
  readonly #polite = region('polite');
  readonly #assertive = region('assertive');

  constructor(parent: HTMLElement) {
    parent.append(this.#polite, this.#assertive);
  }

  say(text: string): void {
    this.#polite.textContent = text;
  }

  alert(text: string): void {
    this.#assertive.textContent = text;
  }
}

function region(politeness: 'polite' | 'assertive'): HTMLElement {
  const element = document.createElement('div');
  element.className = 'unseen';
  element.setAttribute('aria-live', politeness);
  return element;
}
