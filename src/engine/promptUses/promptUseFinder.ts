import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PromptUse, PromptUsesRequest } from '../../protocol/promptUses.ts';
import type { PromptCatalogue } from './catalogue.ts';
import { documentLanguage, isParsed } from './languages.ts';
import { Parsers } from './parsers.ts';
import { PromptScanner } from './promptScanner.ts';
import { sourceFiles, toPosix } from './sourceFiles.ts';
import { WorkspaceIndex } from './workspaceIndex.ts';

export interface PromptUseFinderOptions {
  /** Absolute. */
  readonly workspace: string;
  /** Where tree-sitter.wasm and the grammars lie; undefined for the installed package. */
  readonly grammars: string | undefined;
  /** The prompts of the database; null when there is none. */
  readonly catalogue: () => Promise<PromptCatalogue | null>;
}

/** Finds uses of prompts in files of the workspace, or of any folder. */
export class PromptUseFinder {
  readonly #options: PromptUseFinderOptions;
  #parsers: Promise<Parsers> | null = null;

  constructor(options: PromptUseFinderOptions) {
    this.#options = options;
  }

  /** Files of the workspace are named from its folder, others by their whole path. */
  async find({ paths, settings }: PromptUsesRequest, signal?: AbortSignal): Promise<readonly PromptUse[]> {
    const { workspace, grammars, catalogue } = this.#options;
    this.#parsers ??= Parsers.load(grammars);
    const parsers = await this.#parsers;
    const known = await catalogue();
    const inside = paths.length === 0 ? [workspace] : paths.filter((start) => isInside(start, workspace));
    const outside = paths.filter((start) => !isInside(start, workspace));
    const uses: PromptUse[] = [];
    for (const [root, starts] of [[workspace, inside] as const, ...outside.map((start) => [start, [start]] as const)]) {
      if (starts.length > 0) {
        const search = new Search(root, parsers, known, settings);
        for (const use of await search.run(starts, signal)) {
          uses.push(root === workspace ? use : { ...use, file: toPosix(path.join(search.root, use.file)) });
        }
      }
    }
    return uses;
  }
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
}

/** One pass over the files below a root: first what they export, then what they use. */
class Search {
  readonly root: string;
  readonly #scanner: PromptScanner;
  readonly #index: WorkspaceIndex;

  constructor(
    root: string,
    parsers: Parsers,
    catalogue: PromptCatalogue | null,
    settings: PromptUsesRequest['settings'],
  ) {
    this.root = documentLanguage(toPosix(root)) === null ? root : path.dirname(root);
    this.#index = new WorkspaceIndex(parsers, (file) => readText(path.join(this.root, file)), settings);
    this.#scanner = new PromptScanner(parsers, this.#index, catalogue, settings.promptFiles);
  }

  async run(starts: readonly string[], signal?: AbortSignal): Promise<readonly PromptUse[]> {
    for await (const file of sourceFiles(this.root, signal)) {
      const name = this.#nameOf(file);
      const language = documentLanguage(name);
      if (language !== null && isParsed(language)) {
        this.#index.update(name, await readFile(file, 'utf8').catch(() => null));
      }
    }
    const seen = new Set<string>();
    const uses: PromptUse[] = [];
    for (const start of starts) {
      for await (const file of sourceFiles(start, signal)) {
        const name = this.#nameOf(file);
        const text = seen.has(name) ? null : await readFile(file, 'utf8').catch(() => null);
        seen.add(name);
        if (text !== null) {
          uses.push(...this.#scanner.scan({ file: name, text }).uses);
        }
      }
    }
    return uses;
  }

  #nameOf(file: string): string {
    return toPosix(path.relative(this.root, file));
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
