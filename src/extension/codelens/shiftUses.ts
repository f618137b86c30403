import type { PromptUse } from '../../protocol/promptUses.ts';

/** A change as the editor tells it, before it was made. */
export interface TextChange {
  readonly startLine: number;
  readonly endLine: number;
  /** Lines that the new text adds. */
  readonly addedLines: number;
  /** The first line of the change holds nothing but space now: what stood on it has moved down. */
  readonly pushesLine: boolean;
}

/** Uses where they stand after an edit, until the document has been scanned again: lenses move with their lines. */
export function shiftUses(uses: readonly PromptUse[], changes: readonly TextChange[]): readonly PromptUse[] {
  return changes.reduce<readonly PromptUse[]>((shifted, change) => shifted.map((use) => shift(use, change)), uses);
}

function shift(use: PromptUse, { startLine, endLine, addedLines, pushesLine }: TextChange): PromptUse {
  const delta = addedLines - (endLine - startLine);
  const move = (line: number): number => {
    if (line > endLine || (line === endLine && endLine > startLine) || (line === startLine && pushesLine)) {
      return line + delta;
    }
    // Inside of what was removed.
    return line > startLine ? startLine : line;
  };
  const line = move(use.line);
  const startOf = move(use.span.startLine);
  const endOf = move(use.span.endLine);
  return line === use.line && startOf === use.span.startLine && endOf === use.span.endLine
    ? use
    : { ...use, line, span: { ...use.span, startLine: startOf, endLine: endOf } };
}
