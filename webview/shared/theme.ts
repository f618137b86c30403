/** Colours of charts, by what they mean; see base.css. */
export type ColourName =
  | 'text'
  | 'text-2'
  | 'ground'
  | 'rule'
  | 'neutral'
  | 'bad'
  | 'warn'
  | 'band'
  | 'series-0'
  | 'series-1'
  | 'series-2'
  | 'series-3'
  | 'series-4'
  | 'series-rest';

/** The editor's theme as a canvas needs it: style sheets follow a change of theme by themselves, drawings do not. */
export class Theme {
  readonly #probe = document.createElement('i');
  readonly #listeners = new Set<() => void>();
  readonly #colours = new Map<ColourName, string>();

  constructor() {
    this.#probe.hidden = true;
    document.body.append(this.#probe);
    const observer = new MutationObserver(() => this.#changed());
    // The editor sets the kind of theme on the body and the colours on the root element.
    observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  }

  /** The colour in the form that a canvas takes. */
  colour(name: ColourName): string {
    const known = this.#colours.get(name);
    if (known !== undefined) {
      return known;
    }
    this.#probe.style.color = `var(--${name})`;
    const colour = getComputedStyle(this.#probe).color;
    this.#colours.set(name, colour);
    return colour;
  }

  get font(): string {
    return getComputedStyle(document.body).fontFamily;
  }

  /** Pixels of captions and axes. */
  get captionSize(): number {
    return Math.round(Number.parseFloat(getComputedStyle(document.body).fontSize) * 0.846);
  }

  get highContrast(): boolean {
    return document.body.classList.contains('vscode-high-contrast');
  }

  get screenReader(): boolean {
    return document.body.classList.contains('vscode-using-screen-reader');
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  forget(listener: () => void): void {
    this.#listeners.delete(listener);
  }

  #changed(): void {
    this.#colours.clear();
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
