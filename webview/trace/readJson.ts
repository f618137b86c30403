/** Any value of JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface ReadJson {
  readonly value: Json;
  /** The text ends in the middle; the value is what had come until then. */
  readonly cut: boolean;
}

/**
 * An object or array from its JSON text, also from one that was cut off at its end, as exports do with
 * long texts. Null for everything else: a number or a quoted word is read as the text that it is.
 */
export function readJson(text: string): ReadJson | null {
  if (!/^\s*[[{]/.test(text)) {
    return null;
  }
  const whole = parse(text);
  if (whole !== undefined) {
    return { value: whole, cut: false };
  }
  for (const closed of closings(text)) {
    const value = parse(closed);
    if (value !== undefined) {
      return { value, cut: true };
    }
  }
  return null;
}

export function isRecord(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Ways to complete a text that ends in the middle, those that keep most of it first. */
function closings(text: string): readonly string[] {
  const { open, inText, safeEnd } = scan(text);
  if (open.length === 0) {
    return [];
  }
  const closers = (open: readonly string[]): string => open.toReversed().join('');
  const whole = inText ? `${withoutHalfEscape(text)}"` : text;
  const safe = text.slice(0, safeEnd);
  const untilSafe = halfMember.test(text.slice(safeEnd)) ? [safe + closers(scan(safe).open)] : [];
  return [whole + closers(open), ...untilSafe];
}

/** What may stand at the end of cut JSON after its last whole value, and nothing else: half a member or half a value. */
const halfWord = String.raw`(?:-?[\d.eE+-]*|t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?)`;
const halfMember = new RegExp(String.raw`^,?\s*(?:${halfWord}|"(?:[^"\\]|\\.)*(?:\\|"\s*(?::\s*${halfWord})?)?)$`, 's');

interface Scan {
  /** What closes the brackets that are open at the end, outermost first. */
  readonly open: readonly string[];
  readonly inText: boolean;
  /** The text could end here, with everything before it whole. */
  readonly safeEnd: number;
}

function scan(text: string): Scan {
  const open: string[] = [];
  let inText = false;
  let safeEnd = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (inText) {
      index += character === '\\' ? 1 : 0;
      inText = character !== '"';
    } else if (character === '"') {
      inText = true;
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? '}' : ']');
      safeEnd = index + 1;
    } else if (character === '}' || character === ']') {
      open.pop();
      safeEnd = index + 1;
    } else if (character === ',') {
      safeEnd = index;
    }
  }
  return { open, inText, safeEnd };
}

/** A text cut within a \n or a \u00e9 ends before it. */
function withoutHalfEscape(text: string): string {
  const backslash = text.lastIndexOf('\\');
  const tail = text.slice(backslash);
  const isHalf = backslash >= 0 && /^\\(?:u[0-9a-fA-F]{0,3})?$/.test(tail);
  const before = /\\*$/.exec(text.slice(0, Math.max(0, backslash)))?.[0].length ?? 0;
  // An even number of backslashes before it are escaped ones: this one begins an escape.
  return isHalf && before % 2 === 0 ? text.slice(0, backslash) : text;
}
