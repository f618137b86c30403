import { decodeEscapes } from '../code/stringEscapes.ts';
import type { MaskedLanguage } from '../languages.ts';

export interface StringToken {
  readonly start: number;
  readonly end: number;
  /** Null when it has holes. */
  readonly value: string | null;
}

/** A program without its comments and the insides of its strings: spaces stand for them, so that offsets stay. */
export interface MaskedText {
  readonly text: string;
  readonly masked: string;
  /** By where they start. */
  readonly strings: ReadonlyMap<number, StringToken>;
}

interface Lexis {
  readonly lineComments: readonly string[];
  readonly blockComments: boolean;
  /** Longest first. */
  readonly quotes: readonly Quote[];
}

interface Quote {
  readonly open: RegExp;
  readonly close: string;
  /** Nothing is escaped inside. */
  readonly raw: boolean;
  readonly hole: RegExp | null;
  /** Ends with its line, closed or not. */
  readonly oneLine: boolean;
  /** A character, which is no string. */
  readonly character?: true;
}

const plain = (mark: string, hole: RegExp | null = null, oneLine = true): Quote => ({
  open: new RegExp(mark, 'y'),
  close: mark,
  raw: false,
  hole,
  oneLine,
});
const raw = (open: string, close: string, hole: RegExp | null = null): Quote => ({
  open: new RegExp(open, 'y'),
  close,
  raw: true,
  hole,
  oneLine: false,
});
const character: Quote = { open: /'/y, close: "'", raw: false, hole: null, oneLine: true, character: true };

const kotlinHole = /\$[\p{L}_{]/u;
const phpHole = /\$[\p{L}_{]|\{\$/u;
const rubyHole = /#\{/;
const csharpHole = /(?<!\{)(?:\{\{)*\{(?!\{)/;

const lexes: Readonly<Record<MaskedLanguage, Lexis>> = {
  java: { lineComments: ['//'], blockComments: true, quotes: [raw('"""', '"""'), plain('"'), character] },
  kotlin: {
    lineComments: ['//'],
    blockComments: true,
    quotes: [raw('"""', '"""', kotlinHole), plain('"', kotlinHole), character],
  },
  go: { lineComments: ['//'], blockComments: true, quotes: [plain('"'), raw('`', '`'), character] },
  php: {
    lineComments: ['//', '#'],
    blockComments: true,
    quotes: [plain('"', phpHole, false), plain("'", null, false)],
  },
  ruby: { lineComments: ['#'], blockComments: false, quotes: [plain('"', rubyHole, false), plain("'", null, false)] },
  csharp: {
    lineComments: ['//'],
    blockComments: true,
    quotes: [
      { ...raw('\\$+"""', '"""'), hole: csharpHole },
      raw('"""', '"""'),
      { ...raw('(?:\\$@|@\\$)"', '"'), hole: csharpHole },
      raw('@"', '"'),
      { ...plain('"', csharpHole), open: /\$"/y },
      plain('"'),
      character,
    ],
  },
};

/** Masks a whole file; an unclosed string or comment goes to the end. */
export function maskText(text: string, language: MaskedLanguage): MaskedText {
  const lexis = lexes[language];
  const strings = new Map<number, StringToken>();
  const parts: string[] = [];
  let from = 0;
  let at = 0;
  while (at < text.length) {
    const comment = commentEnd(text, at, lexis, language);
    const heredoc = comment === null ? heredocAt(text, at, language) : null;
    const string = comment === null && heredoc === null ? stringAt(text, at, lexis) : null;
    const end = comment ?? heredoc?.end ?? string?.end ?? null;
    if (end === null) {
      at += 1;
      continue;
    }
    const token = heredoc ?? string;
    if (token !== null) {
      strings.set(at, token);
    }
    const first = token === null ? at : at + 1;
    const last = token === null ? end : Math.max(first, end - 1);
    parts.push(text.slice(from, first), blank(text.slice(first, last)), text.slice(last, end));
    from = end;
    at = end;
  }
  parts.push(text.slice(from));
  return { text, masked: parts.join(''), strings };
}

function blank(text: string): string {
  return text.replace(/[^\n\r]/g, ' ');
}

function commentEnd(text: string, at: number, lexis: Lexis, language: MaskedLanguage): number | null {
  if (lexis.blockComments && text.startsWith('/*', at)) {
    const close = text.indexOf('*/', at + 2);
    return close < 0 ? text.length : close + 2;
  }
  if (language === 'php' && ((at === 0 && !text.startsWith('<?')) || text.startsWith('?>', at))) {
    // Between the programs of a page is its text.
    const open = text.indexOf('<?', at);
    return open < 0 ? text.length : open;
  }
  if (language === 'ruby' && text.startsWith('=begin', at) && (at === 0 || text[at - 1] === '\n')) {
    const close = text.indexOf('\n=end', at);
    return close < 0 ? text.length : close + 5;
  }
  // PHP's attributes start with #[.
  const mark = lexis.lineComments.find(
    (start) => text.startsWith(start, at) && !(start === '#' && text[at + 1] === '['),
  );
  if (mark === undefined) {
    return null;
  }
  const lineEnd = text.indexOf('\n', at);
  return lineEnd < 0 ? text.length : lineEnd;
}

function stringAt(text: string, at: number, lexis: Lexis): StringToken | null {
  for (const quote of lexis.quotes) {
    quote.open.lastIndex = at;
    const open = quote.open.exec(text);
    if (open === null) {
      continue;
    }
    const inside = at + open[0].length;
    const close = closing(text, inside, quote);
    const end = text.startsWith(quote.close, close) ? close + quote.close.length : close;
    const content = text.slice(inside, close);
    const holes = quote.character === true || (quote.hole?.test(content) ?? false);
    const interpolated = open[0].startsWith('$') || open[0].startsWith('@$');
    const unescaped = quote.raw ? content : decodeEscapes(content);
    const value = interpolated ? unescaped.replaceAll('{{', '{').replaceAll('}}', '}') : unescaped;
    return { start: at, end, value: holes ? null : value };
  }
  return null;
}

function closing(text: string, inside: number, { close, raw: isRaw, oneLine }: Quote): number {
  for (let at = inside; at < text.length; at += 1) {
    if (!isRaw && text[at] === '\\') {
      at += 1;
    } else if (text.startsWith(close, at) || (oneLine && text[at] === '\n')) {
      return at;
    }
  }
  return text.length;
}

const heredocs: Partial<Record<MaskedLanguage, RegExp>> = {
  php: /<<<[ \t]*(["']?)(\w+)\1\r?\n/y,
  ruby: /<<[~-](["']?)([A-Z_]\w*)\1[^\n]*\r?\n/y,
};

function heredocAt(text: string, at: number, language: MaskedLanguage): StringToken | null {
  const pattern = heredocs[language];
  if (pattern === undefined || text[at] !== '<') {
    return null;
  }
  pattern.lastIndex = at;
  const open = pattern.exec(text);
  const label = open?.[2];
  if (open === null || label === undefined) {
    return null;
  }
  const inside = at + open[0].length;
  const close = new RegExp(`^[ \\t]*${label}\\b`, 'm');
  const found = close.exec(text.slice(inside));
  const end = found === null ? text.length : inside + found.index + found[0].length;
  const content = text.slice(inside, found === null ? end : inside + found.index);
  const hole = open[1] === "'" ? null : language === 'php' ? phpHole : rubyHole;
  return { start: at, end, value: hole?.test(content) === true ? null : content };
}
