const [firstStrongIsolate, popDirectionalIsolate] = ['\u2068', '\u2069'];
/** Hebrew, Arabic and the other scripts that are written from right to left (bidirectional classes R and AL). */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A text that others follow on its line: written from right to left, it would draw the figures behind it
 * to its other side (Unicode Standard Annex 9, directional isolates).
 */
export function isolate(text: string): string {
  return rightToLeft.test(text) ? `${firstStrongIsolate}${text}${popDirectionalIsolate}` : text;
}
