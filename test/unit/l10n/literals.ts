import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import path from 'node:path';
import ts from 'typescript';

export interface Literal {
  readonly text: string;
  /** File and line, for messages. */
  readonly where: string;
}

/** Every text that src/ and webview/ hand to `l10n.t`. @throws Error at a call whose text is no literal, which no translator could find */
export async function localisedLiterals(root: string): Promise<readonly Literal[]> {
  const literals: Literal[] = [];
  for await (const file of glob(['src/**/*.ts', 'webview/**/*.ts'], { cwd: root })) {
    const source = ts.createSourceFile(file, readFileSync(path.join(root, file), 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && /(^|\.)l10n\.t$/.test(node.expression.getText())) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        literals.push({ text: literalOf(node, `${file}:${line + 1}`), where: `${file}:${line + 1}` });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return literals;
}

function literalOf(call: ts.CallExpression, where: string): string {
  const [text] = call.arguments;
  if (text !== undefined && ts.isStringLiteralLike(text)) {
    return text.text;
  }
  throw new Error(`${where}: the text of l10n.t must be a literal`);
}
