import type { RawDatabase } from './sqlJs.ts';

const named =
  /^(?:near "(?<near>[\s\S]+)": syntax error|(?:no such (?:column|table|function)|ambiguous column name|unrecognized token|wrong number of arguments to function): ?"?(?<name>[\s\S]+?)"?(?:\(\))?)$/;
/** Where names cannot stand: texts and comments. */
const elsewhere = /'(?:[^']|'')*'?|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

/**
 * Where in a statement SQLite's message points, in characters; null when it names nothing. This build of
 * SQLite does not export sqlite3_error_offset, so the place is found by what the message quotes.
 */
export function errorPosition(database: RawDatabase, sql: string, message: string): number | null {
  if (message === 'incomplete input') {
    return sql.trimEnd().length;
  }
  const { near, name } = named.exec(message)?.groups ?? {};
  if (near !== undefined) {
    return occurrences(sql, near).find((at) => failsAlike(database, sql.slice(0, at + near.length), message)) ?? null;
  }
  if (name === undefined) {
    return null;
  }
  const places = occurrences(sql, name);
  // A message may qualify a name that the statement does not.
  return (places.length > 0 ? places : occurrences(sql, name.slice(name.lastIndexOf('.') + 1)))[0] ?? null;
}

function occurrences(sql: string, quoted: string): readonly number[] {
  const masked = /^['/-]/.test(quoted) ? sql : sql.replaceAll(elsewhere, (text) => ' '.repeat(text.length));
  const word = quoted.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  const whole = new RegExp(
    `${/^\w/.test(quoted) ? String.raw`(?<!\w)` : ''}${word}${/\w$/.test(quoted) ? String.raw`(?!\w)` : ''}`,
    'giu',
  );
  return [...masked.matchAll(whole)].map(({ index }) => index);
}

/** The parser reads from the left: what it stops at, it stops at without the rest, too. */
function failsAlike(database: RawDatabase, start: string, message: string): boolean {
  try {
    database.prepare(start).free();
    return false;
  } catch (error) {
    return error instanceof Error && error.message === message;
  }
}
