/**
 * What keys of a panel do, by `KeyboardEvent.key` in lower case; with Ctrl or ⌘ as `mod+key`, with Shift as
 * `shift+key` where that is something else than without.
 */
export type KeyMap = Readonly<Record<string, () => void>>;

/**
 * Listens for the keys of a panel. Single letters, digits and signs do nothing while typing, nor when
 * the setting switches them off; Escape and function keys always do.
 */
export function listenForKeys(target: HTMLElement | Document, keys: () => KeyMap, singleKeys: () => boolean): void {
  target.addEventListener('keydown', (event) => {
    if (!(event instanceof KeyboardEvent) || event.defaultPrevented || event.altKey) {
      return;
    }
    if (document.querySelector('dialog[open]') !== null) {
      // A modal dialog has its own keys, Escape first of all.
      return;
    }
    const modified = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const single = key.length === 1 && !modified;
    if (single && (!singleKeys() || isTyping(event.target))) {
      return;
    }
    const name = modified ? `mod+${key}` : key;
    const known = keys();
    // Some signs need Shift on some keyboards: then it means nothing.
    const action = (event.shiftKey ? known[`shift+${name}`] : undefined) ?? known[name];
    if (action !== undefined) {
      event.preventDefault();
      action();
    }
  });
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) {
    return false;
  }
  const textual = target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio';
  return textual || target instanceof HTMLTextAreaElement || target.isContentEditable;
}
