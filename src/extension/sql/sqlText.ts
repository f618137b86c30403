/** How SQL text falls into code and what is none, in both dialects: quotes, dollar quotes, comments. */

export type SqlPieceKind = 'code' | 'comment' | 'text' | 'name';

export interface SqlPiece {
  readonly kind: SqlPieceKind;
  readonly start: number;
  /** Behind its last character. */
  readonly end: number;
}

/**
 * What begins other than code; the order matters. Unclosed ones go to the end of the text. A dollar
 * quote is PostgreSQL's; behind a letter or digit the dollar is part of a name.
 */
const notCode =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<text>(?<![\w$])[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|'(?:[^']|'')*(?:'|$)|(?<![\w$])\$(?<tag>(?:[A-Za-z_]\w*)?)\$[\s\S]*?(?:\$\k<tag>\$|$))|(?<name>"(?:[^"]|"")*(?:"|$)|`[^`]*(?:`|$)|(?<!\w|\]|\))\[[A-Za-z_][^\]\n]*\])/g;

/** The whole text in pieces without gaps. */
export function sqlPieces(sql: string): readonly SqlPiece[] {
  const pieces: SqlPiece[] = [];
  let end = 0;
  const addCode = (until: number): void => {
    if (until > end) {
      pieces.push({ kind: 'code', start: end, end: until });
    }
  };
  for (const match of sql.matchAll(notCode)) {
    addCode(match.index);
    const { comment, text } = match.groups ?? {};
    const kind = comment !== undefined ? 'comment' : text !== undefined ? 'text' : 'name';
    end = match.index + match[0].length;
    pieces.push({ kind, start: match.index, end });
  }
  addCode(sql.length);
  return pieces;
}

/** The text with blanks in place of comments and texts, so that what is left stays where it was. */
export function onlyCode(sql: string): string {
  return sqlPieces(sql)
    .map(({ kind, start, end }) => {
      const piece = sql.slice(start, end);
      return kind === 'code' || kind === 'name' ? piece : piece.replaceAll(/[^\n]/g, ' ');
    })
    .join('');
}
