import ignore, { type Ignore } from 'ignore';
import type { PromptCatalogue } from './catalogue.ts';
import { embeddedUses } from './code/embedded.ts';
import { Source } from './code/source.ts';
import { parseJsonData, parseYamlData } from './data/dataTree.ts';
import { DataUses } from './data/dataUses.ts';
import { envUses } from './data/envUses.ts';
import { isPromptFile, textFileUses } from './files/promptFile.ts';
import { largestFileBytes, mayUsePrompts } from './gate.ts';
import { documentLanguage, isDocumentation, isParsed, type ParsedLanguage } from './languages.ts';
import { maskedUses } from './masked/maskedScan.ts';
import type { Parsers } from './parsers.ts';
import type { DocumentUses } from '../../protocol/promptUses.ts';
import type { FoundUse } from './promptUse.ts';
import { TextLines } from './textLines.ts';
import type { WorkspaceIndex } from './workspaceIndex.ts';

export interface SourceDocument {
  /** Relative to the workspace, with `/`. */
  readonly file: string;
  /** The editor's id of its language, where there is an editor. */
  readonly languageId?: string;
  readonly text: string;
}

const nothing: DocumentUses = { uses: [], hasErrors: false };

/** Finds uses of Langfuse prompts in one document at a time. */
export class PromptScanner {
  readonly #parsers: Parsers;
  readonly #index: WorkspaceIndex;
  readonly #catalogue: PromptCatalogue | null;
  readonly #promptFiles: Ignore;

  /**
   * @param catalogue the prompts of the database; null without one: then only syntax proves a use
   * @param promptFiles patterns of files whose whole text is meant for a model
   */
  constructor(
    parsers: Parsers,
    index: WorkspaceIndex,
    catalogue: PromptCatalogue | null,
    promptFiles: readonly string[],
  ) {
    this.#parsers = parsers;
    this.#index = index;
    this.#catalogue = catalogue;
    this.#promptFiles = ignore().add([...promptFiles]);
  }

  scan({ file, languageId, text }: SourceDocument): DocumentUses {
    const language = documentLanguage(file, languageId);
    if (language === null || text.length > largestFileBytes || isDocumentation(file) || text.includes('\0')) {
      return nothing;
    }
    if (isParsed(language)) {
      return this.#parsed(file, text, language);
    }
    if (
      !mayUsePrompts(text) &&
      !this.#isPromptFile(file) &&
      !this.#mayHoldStoredText(text) &&
      language !== 'yaml' &&
      language !== 'json'
    ) {
      return nothing;
    }
    switch (language) {
      case 'yaml':
      case 'json':
        return this.#data(file, text, language);
      case 'env':
        return result(file, envUses(text));
      case 'text':
        return result(file, textFileUses(file, text, this.#isPromptFile(file), this.#catalogue));
      case 'java':
      case 'kotlin':
      case 'go':
      case 'php':
      case 'ruby':
      case 'csharp':
        return result(file, maskedUses(text, language, this.#catalogue));
    }
  }

  #parsed(file: string, original: string, language: ParsedLanguage): DocumentUses {
    if (!mayUsePrompts(original) && !this.#callsWrappers(original) && !this.#mayHoldStoredText(original)) {
      return nothing;
    }
    const text = /\.ipynb\b/.test(file) ? withoutMagics(original) : original;
    const tree = this.#parsers.parse(language, text);
    try {
      const source = new Source(text, tree, language);
      const scan = this.#index.scan(file, source, true);
      const calls = scan.run();
      const embedded = embeddedUses(source, scan.evaluator, this.#catalogue);
      // The text of a definition and the fallback of a fetch belong to the call that holds them.
      const own = embedded.filter((use) => use.via !== 'text' || !scan.holds(use.span));
      return { ...result(file, [...calls, ...own]), hasErrors: source.hasErrors };
    } finally {
      tree.delete();
    }
  }

  #data(file: string, text: string, language: 'yaml' | 'json'): DocumentUses {
    if (!mayUsePrompts(text) && !/prompt/i.test(text) && !this.#mayHoldStoredText(text)) {
      return nothing;
    }
    const lines = new TextLines(text);
    const roots = language === 'yaml' ? parseYamlData(text) : [parseJsonData(text)];
    const uses = roots.flatMap((root) => (root === null ? [] : new DataUses(lines, this.#catalogue).find(root)));
    const titled = /\.prompt\.ya?ml$/i.test(file) && roots[0]?.kind === 'map' ? roots[0] : null;
    const title = titled?.entries.find(({ key }) => key === 'name')?.value;
    if (title?.kind === 'scalar' && typeof title.value === 'string' && this.#catalogue?.has(title.value) === true) {
      const named = new DataUses(lines, this.#catalogue).use(title, title.value, 'frontMatter');
      return result(file, [named, ...uses.filter(({ via }) => via !== 'text')]);
    }
    return result(file, uses);
  }

  #isPromptFile(file: string): boolean {
    return isPromptFile(file) || (isRelative(file) && this.#promptFiles.ignores(file));
  }

  #callsWrappers(text: string): boolean {
    for (const name of this.#index.wrapperNames) {
      if (text.includes(name)) {
        return true;
      }
    }
    return false;
  }

  #mayHoldStoredText(text: string): boolean {
    for (const probe of this.#catalogue?.probes ?? []) {
      if (text.includes(probe)) {
        return true;
      }
    }
    return false;
  }
}

/** Only files of the workspace can be told by a pattern. */
function isRelative(file: string): boolean {
  return ignore.isPathValid(file);
}

function result(file: string, found: readonly FoundUse[]): DocumentUses {
  const byPlace = new Map(
    found.map((use) => [`${use.line} ${use.span.startColumn} ${use.promptName}`, { file, ...use }]),
  );
  const uses = [...byPlace.values()].toSorted((a, b) => a.line - b.line || a.span.startColumn - b.span.startColumn);
  return { uses, hasErrors: false };
}

/** `%pip install` and `!ls` are no Python; spaces stand for them. */
function withoutMagics(text: string): string {
  return text.replace(/^[ \t]*[%!].*$/gm, (line) => ' '.repeat(line.length));
}
