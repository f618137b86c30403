import type { Language, Parser, Tree } from '@vscode/tree-sitter-wasm';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ParsedLanguage } from './languages.ts';

const languages = ['python', 'javascript', 'typescript', 'tsx'] as const satisfies readonly ParsedLanguage[];

/**
 * tree-sitter with its grammars. Loading takes some 50 ms and happens once, before the first parse;
 * a parse is then synchronous.
 */
export class Parsers {
  readonly #parser: Parser;
  readonly #languages: ReadonlyMap<ParsedLanguage, Language>;

  private constructor(parser: Parser, grammars: ReadonlyMap<ParsedLanguage, Language>) {
    this.#parser = parser;
    this.#languages = grammars;
  }

  /** @param folder where tree-sitter.wasm and the grammars lie; undefined for the installed package */
  static async load(folder: string | undefined): Promise<Parsers> {
    const from = folder ?? path.dirname(createRequire(import.meta.filename).resolve('@vscode/tree-sitter-wasm'));
    // A UMD file: bundled, its names are on `default`; required by Node, on both.
    const loaded = await import('@vscode/tree-sitter-wasm');
    const treeSitter = 'default' in loaded ? (loaded.default as typeof loaded) : loaded;
    await treeSitter.Parser.init({ locateFile: (file) => path.join(from, file) });
    const grammars = new Map<ParsedLanguage, Language>();
    for (const name of languages) {
      const bytes = await readFile(path.join(from, `tree-sitter-${name}.wasm`));
      grammars.set(name, await treeSitter.Language.load(bytes));
    }
    return new Parsers(new treeSitter.Parser(), grammars);
  }

  /** The tree lives outside JavaScript's memory until `delete()`. */
  parse(language: ParsedLanguage, text: string): Tree {
    this.#parser.setLanguage(this.#languages.get(language) ?? null);
    const tree = this.#parser.parse(text);
    if (tree === null) {
      throw new Error(`tree-sitter has no ${language}`);
    }
    return tree;
  }
}
