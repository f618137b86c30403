/** Input and output as exports keep them; null: none. */
export interface KeptTexts {
  readonly inputText: string | null;
  readonly outputText: string | null;
  readonly inputCut: boolean;
  readonly outputCut: boolean;
}

/** @param limit characters that exports keep of a text; 0: all */
export function keptTexts(inputText: string | null, outputText: string | null, limit: number): KeptTexts {
  return { inputText, outputText, inputCut: isCut(inputText, limit), outputCut: isCut(outputText, limit) };
}

/** The export never splits a character that UTF-16 writes as two units: a cut text may be one short of the limit. */
const isCut = (text: string | null, limit: number): boolean =>
  text !== null && limit > 0 && (text.length === limit || text.length === limit - 1);
