import { sqlPieces } from './sqlText.ts';

/** One statement of a document. */
export interface SqlStatement {
  /** Without blanks and comments around it, and without its semicolon. */
  readonly sql: string;
  readonly start: number;
  readonly end: number;
  /** From behind the semicolon before it to behind its own. */
  readonly from: number;
  readonly to: number;
}

/** The statements of a text in their order. Those of blanks and comments alone are none. */
export function splitStatements(text: string): readonly SqlStatement[] {
  const statements: SqlStatement[] = [];
  let from = 0;
  let start: number | null = null;
  let end = 0;
  const finish = (to: number): void => {
    if (start !== null) {
      statements.push({ sql: text.slice(start, end), start, end, from, to });
    }
    from = to;
    start = null;
  };
  for (const piece of sqlPieces(text)) {
    if (piece.kind === 'comment') {
      continue;
    }
    if (piece.kind !== 'code') {
      start ??= piece.start;
      end = piece.end;
      continue;
    }
    for (let at = piece.start; at < piece.end; at++) {
      const character = text.charAt(at);
      if (character === ';') {
        finish(at + 1);
      } else if (character.trim() !== '') {
        start ??= at;
        end = at + 1;
      }
    }
  }
  finish(text.length);
  return statements;
}

/**
 * The statement that a cursor is in. Behind a semicolon it is still in the statement before, as far as
 * the line is blank; behind the last one it is in the last one. Null where there is no statement.
 */
export function statementAt(text: string, offset: number): SqlStatement | null {
  const statements = splitStatements(text);
  const at = statements.find(({ to }) => offset <= to || (offset > to && isBlankLineRest(text, to, offset)));
  return at ?? statements.at(-1) ?? null;
}

function isBlankLineRest(text: string, from: number, to: number): boolean {
  const lineEnd = text.indexOf('\n', from);
  const rest = text.slice(from, lineEnd < 0 ? text.length : lineEnd);
  return rest.trim() === '' && to <= from + rest.length;
}
