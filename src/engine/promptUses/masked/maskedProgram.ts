import { isLangfuseName } from '../code/meaning.ts';
import type { MaskedLanguage } from '../languages.ts';
import { maskText, type MaskedText, type StringToken } from './mask.ts';

export interface MaskedArgument {
  readonly keyword: string | null;
  readonly start: number;
  readonly end: number;
}

export interface Receiver {
  /** The last name of it; for a call, the function's. */
  readonly name: string;
  readonly isCall: boolean;
  /** Where the whole chain begins. */
  readonly start: number;
  readonly end: number;
}

const wordBefore = /[\p{L}\p{N}_$@\\]+$/u;

/** What can be said of a program by its words and brackets alone. */
export class MaskedProgram {
  readonly masked: string;
  readonly strings: ReadonlyMap<number, StringToken>;
  readonly #text: MaskedText;
  readonly #packages: ReadonlySet<string>;

  constructor(text: string, language: MaskedLanguage) {
    this.#text = maskText(text, language);
    this.masked = this.#text.masked;
    this.strings = this.#text.strings;
    this.#packages = language === 'go' ? goPackages(text) : new Set();
  }

  /** The expression that a `.` or `->` at `end` continues. */
  receiverBefore(end: number): Receiver | null {
    let at = this.#skipSpaceBack(end);
    const isCall = this.masked[at - 1] === ')';
    if (isCall) {
      at = this.#openingOf(at - 1);
    }
    const name = wordBefore.exec(this.masked.slice(Math.max(0, at - 200), at))?.[0];
    if (name === undefined) {
      return null;
    }
    const start = this.#chainStart(at - name.length);
    return { name, isCall, start, end: this.#skipSpaceBack(end) };
  }

  /** A name that says Langfuse, or a variable that is declared as or given a client in this file. */
  isLangfuse({ name, isCall, start, end }: Receiver): boolean {
    if (isLangfuseName(name)) {
      return true;
    }
    const chain = this.masked.slice(start, end);
    const first = /^[\p{L}\p{N}_$@\\]+/u.exec(chain)?.[0] ?? '';
    if (isCall) {
      // LangfuseClient.builder()….build(), app(LangfuseClient::class), langfuseService.getClient()
      return isLangfuseName(first) || /^\w+\(\s*\\?[\w\\]*Langfuse\w*::class\s*\)$/.test(chain);
    }
    // Langfuse.client, in Ruby a call
    return (isLangfuseName(first) && /^(get_?)?client$/i.test(name)) || this.#isClient(name);
  }

  /** Arguments between the bracket at `open` and its counterpart; null when it is not closed. */
  argumentsAt(open: number): MaskedArgument[] | null {
    const close = this.#closingOf(open);
    return close === null ? null : this.#split(open + 1, close);
  }

  /** Ruby's calls without brackets: to the end of the line, and on while lines end in a comma. */
  argumentsOnLine(start: number): MaskedArgument[] {
    let end = start;
    do {
      const next = this.masked.indexOf('\n', end + 1);
      end = next < 0 ? this.masked.length : next;
    } while (end < this.masked.length && /,\s*$/.test(this.masked.slice(start, end)));
    const block = /\s(do|if|unless|rescue)\b|[{;]/.exec(this.masked.slice(start, end));
    return this.#split(start, block === null ? end : start + block.index);
  }

  /** The string that an argument is, itself or by a constant; null for anything else. */
  textOf({ start, end }: { readonly start: number; readonly end: number }): string | null {
    const [from, to] = this.#trim(start, end);
    const token = this.#tokenAt(from);
    if (token !== null) {
      const rest = this.masked.slice(token.end, to);
      return rest === '' || /^\.(freeze|trim\(\))$/.test(rest) ? token.value : null;
    }
    const word = /^(?:[\p{L}_$][\p{L}\p{N}_]*\s*(?:\.|::)\s*)*([\p{L}_$][\p{L}\p{N}_]*)$/u.exec(
      this.masked.slice(from, to),
    );
    return word?.[1] === undefined ? null : this.#constant(word[1]);
  }

  numberOf({ start, end }: { readonly start: number; readonly end: number }): number | null {
    const text = this.masked.slice(start, end).trim();
    return /^\d+$/.test(text) ? Number(text) : null;
  }

  slice({ start, end }: { readonly start: number; readonly end: number }): string {
    return this.masked.slice(start, end);
  }

  /** The string that starts at or right after `at`. */
  #tokenAt(at: number): StringToken | null {
    return this.strings.get(at) ?? null;
  }

  /** The one string that a name is given in this file, unless it is a parameter or a loop's variable too. */
  #constant(name: string): string | null {
    const word = name.startsWith('$') ? `\\${name}` : `(?<![\\p{L}\\p{N}_$])${name}`;
    const assigned = new RegExp(`${word}(?:\\s*:\\s*[\\w.?]+|\\s+string)?\\s*(?::=|=(?![=>~]))\\s*`, 'gu');
    const found = [...this.masked.matchAll(assigned)];
    const [only] = found;
    if (found.length !== 1 || only === undefined || this.#isParameter(name)) {
      return null;
    }
    const token = this.#tokenAt(only.index + only[0].length);
    const after = token === null ? '' : this.masked.slice(token.end, token.end + 20);
    return token !== null && /^(\.freeze)?[ \t]*([;\n\r)}#,/]|$)/.test(after) ? token.value : null;
  }

  #isParameter(name: string): boolean {
    const word = name.startsWith('$') ? `\\${name}` : `(?<![\\p{L}\\p{N}_$.])${name}`;
    const typed = new RegExp(`[(,]\\s*(?:[\\w<>[\\]?.@]+\\s+)+${word}\\s*[,):]`, 'u');
    const annotated = new RegExp(`[(,]\\s*(?:va[lr]\\s+)?${word}\\s*:\\s*[\\w<>?]+\\s*[,)=]`, 'u');
    const goStyle = new RegExp(`[(,]\\s*(?:\\w+\\s*,\\s*)*${word}(?:\\s*,\\s*\\w+)*\\s+string\\s*[,)]`, 'u');
    const looped = new RegExp(`(?:\\bas|\\bfor|\\bin|=>|\\|)\\s*(?:\\w+\\s+)?${word}\\s*(?:[):|,]|\\bin\\b|:)`, 'u');
    const defined = new RegExp(`(?:\\bfn|\\bfunction|\\bdef)\\b[^)\\n]*[(,\\s]${word}\\s*[,)=:\\n]`, 'u');
    return [typed, annotated, goStyle, looped, defined].some((pattern) => pattern.test(this.masked));
  }

  #isClient(name: string): boolean {
    const bare = name.replace(/^[$@]+/, '');
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(bare)) {
      return false;
    }
    const word = `[$@]*(?<![\\p{L}\\p{N}_])${bare}(?![\\p{L}\\p{N}_])`;
    const type = '[*&?\\\\\\w.]*?I?Langfuse(?!\\w*(?:Mcp|Mock|Fake|Stub))\\w*';
    const packages = [...this.#packages, '(?:\\w+(?:\\.|::))*\\w*[Ll]angfuse\\w*', '\\\\?[\\w\\\\]*Langfuse\\w*'].join(
      '|',
    );
    const patterns = [
      // LangfuseClient client, Langfuse $client
      `\\b${type}[?&*]*\\s+${word}`,
      // client: LangfuseClient
      `${word}\\s*:\\s*${type}`,
      // client *langfuse.Client
      `${word}\\s+\\*?(?:${packages})\\b`,
      // client = new LangfuseClient(…), client := langfuse.New(…), @client ||= Langfuse.client
      `${word}(?:\\s*:\\s*[\\w.?]+|\\s*,\\s*\\w+)*\\s*(?:\\|\\|=|:=|=|by\\s+lazy\\s*\\{)\\s*(?:new\\s+|await\\s+|&)*(?:${packages})\\b`,
      // def client = Langfuse.client
      `\\bdef\\s+(?:self\\.)?${bare}\\b[^\\n]*\\n?\\s*(?:[$@]*\\w+\\s*\\|\\|=\\s*)?=?\\s*Langfuse\\b`,
    ];
    return patterns.some((pattern) => new RegExp(pattern, 'u').test(this.masked));
  }

  #split(start: number, end: number): MaskedArgument[] {
    const found: MaskedArgument[] = [];
    let depth = 0;
    let from = start;
    for (let at = start; at <= end; at += 1) {
      const character = this.masked[at] ?? '';
      if (at === end || (character === ',' && depth === 0)) {
        if (this.masked.slice(from, at).trim() !== '') {
          found.push(this.#argument(from, at));
        }
        from = at + 1;
      } else if ('([{'.includes(character) && character !== '') {
        depth += 1;
      } else if (')]}'.includes(character) && character !== '') {
        depth -= 1;
      }
    }
    return found;
  }

  #argument(start: number, end: number): MaskedArgument {
    const [from, to] = this.#trim(start, end);
    // name: value, :name => value, and Kotlin's name = value
    const named = /^:?([\p{L}_][\p{L}\p{N}_]*)\s*(?::(?!:)|=>?(?!=))\s*/u.exec(this.masked.slice(from, to));
    return named?.[1] === undefined
      ? { keyword: null, start: from, end: to }
      : { keyword: named[1], start: from + named[0].length, end: to };
  }

  #trim(start: number, end: number): [number, number] {
    const text = this.masked.slice(start, end);
    return [start + text.length - text.trimStart().length, end - text.length + text.trimEnd().length];
  }

  #skipSpaceBack(end: number): number {
    let at = end;
    while (at > 0 && /[\s?!]/.test(this.masked[at - 1] ?? '')) {
      at -= 1;
    }
    return at;
  }

  #chainStart(start: number): number {
    let at = start;
    for (;;) {
      const before = this.#skipSpaceBack(at);
      const link = /(?:\.|->|::)$/.exec(this.masked.slice(Math.max(0, before - 2), before))?.[0];
      const object = link === undefined ? null : this.receiverBefore(before - link.length);
      if (object === null || object.start >= at) {
        return at;
      }
      at = object.start;
    }
  }

  #closingOf(open: number): number | null {
    let depth = 0;
    for (let at = open; at < this.masked.length; at += 1) {
      const character = this.masked[at] ?? '';
      depth += '([{'.includes(character) ? 1 : ')]}'.includes(character) ? -1 : 0;
      if (depth === 0) {
        return at;
      }
    }
    return null;
  }

  #openingOf(close: number): number {
    let depth = 0;
    for (let at = close; at >= 0; at -= 1) {
      const character = this.masked[at] ?? '';
      depth += ')]}'.includes(character) ? 1 : '([{'.includes(character) ? -1 : 0;
      if (depth === 0) {
        return at;
      }
    }
    return 0;
  }
}

/** Names of imported packages whose path says Langfuse. */
function goPackages(text: string): Set<string> {
  const names = new Set<string>();
  for (const [, alias, importPath = ''] of text.matchAll(/^\s*(?:import\s+)?(\w+\s+)?"([^"\s]*langfuse[^"\s]*)"/gim)) {
    const base = importPath.split('/').findLast((part) => !/^v\d+$/.test(part)) ?? '';
    names.add(alias?.trim() ?? base.replace(/^go-|-go$/g, '').replaceAll('-', ''));
  }
  names.delete('import');
  return names;
}
