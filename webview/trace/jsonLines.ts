import { isList, isRecord, type Json } from './readJson.ts';

/** Longer texts are folded to their length. */
const longText = 160;
/** Columns that an unfolded text is broken at, at the latest. */
const textColumns = 100;

export type JsonLineKind = 'object' | 'list' | 'text' | 'number' | 'word' | 'continued';

/** One line of JSON as it is shown: a member with its value, or with what its folded value holds. */
export interface JsonLine {
  /** Where in the value, as a JSON pointer (RFC 6901): what folds are remembered by. */
  readonly path: string;
  readonly depth: number;
  /** The member's name, or its number in a list; null for the whole value and the lines of a text. */
  readonly key: string | null;
  readonly kind: JsonLineKind;
  /** The value when it is short, or a piece of a long text. */
  readonly text: string;
  /** Members, elements or characters of what can be folded; null for what cannot. */
  readonly size: number | null;
  readonly open: boolean;
}

/** The lines of a value, without those that are folded away. @param isOpen by path */
export function jsonLines(value: Json, isOpen: (path: string, depth: number) => boolean): readonly JsonLine[] {
  const lines: JsonLine[] = [];
  // A stack and no recursion: values may be nested as deep as they are long.
  const stack: { readonly path: string; readonly depth: number; readonly key: string | null; readonly value: Json }[] =
    [{ path: '', depth: 0, key: null, value }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { path, depth, key, value } = next;
    const size = foldableSize(value);
    const open = size !== null && size > 0 && isOpen(path, depth);
    lines.push({ path, depth, key, kind: kindOf(value), text: shortText(value), size, open });
    if (!open) {
      continue;
    }
    if (typeof value === 'string') {
      lines.push(...textPieces(value).map((text) => pieceOf(text, path, depth + 1)));
    } else {
      for (const [name, member] of membersOf(value).reverse()) {
        stack.push({ path: `${path}/${escapePointer(name)}`, depth: depth + 1, key: name, value: member });
      }
    }
  }
  return lines;
}

function pieceOf(text: string, path: string, depth: number): JsonLine {
  return { path, depth, key: null, kind: 'continued', text, size: null, open: false };
}

/** A text in lines that are no longer than `columns` UTF-16 units, without breaking a character in two. */
export function textPieces(text: string, columns: number = textColumns): readonly string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    if (line.length <= columns) {
      return [line];
    }
    const pieces: string[] = [];
    for (let from = 0; from < line.length;) {
      const to = breakBefore(line, from, columns);
      pieces.push(line.slice(from, to));
      from = to;
    }
    return pieces;
  });
}

/** At the last blank of the line's second half, else at its end. */
function breakBefore(line: string, from: number, columns: number): number {
  const end = from + columns;
  if (end >= line.length) {
    return line.length;
  }
  const blank = line.lastIndexOf(' ', end - 1);
  if (blank > from + columns / 2) {
    return blank + 1;
  }
  const last = line.charCodeAt(end - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff && columns > 1;
  return splitsPair ? end - 1 : end;
}

function kindOf(value: Json): JsonLineKind {
  if (isList(value)) {
    return 'list';
  }
  if (isRecord(value)) {
    return 'object';
  }
  return typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'word';
}

function foldableSize(value: Json): number | null {
  if (isList(value)) {
    return value.length;
  }
  if (isRecord(value)) {
    return Object.keys(value).length;
  }
  return typeof value === 'string' && (value.length > longText || value.includes('\n')) ? value.length : null;
}

function shortText(value: Json): string {
  if (isList(value) || isRecord(value)) {
    return '';
  }
  return typeof value === 'string' && foldableSize(value) !== null ? '' : JSON.stringify(value);
}

function membersOf(value: Json): [string, Json][] {
  if (isList(value)) {
    return value.map((element, index) => [String(index), element]);
  }
  return isRecord(value) ? Object.entries(value) : [];
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
