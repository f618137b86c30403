/**
 * PostgreSQL stores neither NUL characters nor, in jsonb, halves of surrogate pairs, written out or
 * as escapes. Each becomes U+FFFD, the replacement character, which keeps lengths and shows that
 * something was there. SQLite does the same to lone surrogates; it keeps NUL.
 */
const replacement = '\uFFFD';

/** Plain text as PostgreSQL can store it. */
export function storableText(text: string): string {
  return (text.isWellFormed() ? text : text.toWellFormed()).replaceAll('\u0000', replacement);
}

/** An escape as a whole, so that the second half of an escaped backslash is never taken for the start of one. */
const escapes = /\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\./gs;
const refusedEscape = /^\\u(?:0000|[dD][89a-fA-F][\da-fA-F]{2})$/;

/** JSON text as jsonb can store it. */
export function storableJson(json: string): string {
  return storableText(json).replace(escapes, (escape) => (refusedEscape.test(escape) ? replacement : escape));
}

/** A parameter of a single statement, whose column is not known here: what looks like JSON is treated so. */
export function storableParameter(value: unknown): unknown {
  if (typeof value !== 'string') {
    return value;
  }
  return /^\s*[[{]/.test(value) ? storableJson(value) : storableText(value);
}
