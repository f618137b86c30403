import { isObject } from './fields.ts';
import { parseJson } from './json.ts';

/**
 * Bytes between two rows of a page. A string cannot hold them, because quotes in it are escaped:
 * they stand between objects of a list, most often the list of rows.
 */
const betweenRows = '},{"';
const beginning = '{"data":[{"';
const ending = '}],"meta":';

/**
 * What a page's JSON holds, parsed row by row. As one text a page takes two bytes a character as soon
 * as a single one is beyond Latin-1, which made parsing it half as fast; most rows by themselves take
 * one.
 * @param body JSON in UTF-8
 * @returns undefined when it is no whole JSON
 */
export function parsePageText(body: Buffer): unknown {
  return parseByRows(body) ?? parseJson(body.toString('utf8'));
}

/** Undefined for JSON of any other form, such as rows that hold lists of objects. */
function parseByRows(body: Buffer): unknown {
  const end = body.lastIndexOf(ending);
  if (end < beginning.length || body.toString('latin1', 0, beginning.length) !== beginning) {
    return undefined;
  }
  const rest = parseJson(`{"data":[0${body.toString('utf8', end + 1)}`);
  const data: unknown[] = [];
  for (let start = beginning.indexOf('{"', 1); start < end;) {
    const next = body.indexOf(betweenRows, start);
    const rowEnd = next === -1 || next > end ? end : next;
    const row = parseJson(body.toString('utf8', start, rowEnd + 1));
    if (row === undefined) {
      return undefined;
    }
    data.push(row);
    start = rowEnd + 2;
  }
  return holdsPlaceholder(rest) ? { ...rest, data } : undefined;
}

/** Not so when the page names its rows twice. */
function holdsPlaceholder(rest: unknown): rest is { readonly data: unknown } {
  return isObject(rest) && Array.isArray(rest.data) && rest.data[0] === 0;
}
