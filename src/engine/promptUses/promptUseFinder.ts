import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type {
  DocumentUses,
  DocumentUsesRequest,
  PromptUse,
  PromptUseSettings,
  PromptUsesRequest,
} from '../../protocol/promptUses.ts';
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

interface OpenWorkspace {
  readonly key: string;
  readonly root: SourceRoot;
  readonly indexed: Promise<void>;
}

/** Finds uses of prompts in files of the workspace, or of any folder. */
export class PromptUseFinder {
  readonly #options: PromptUseFinderOptions;
  #parsers: Promise<Parsers> | null = null;
  #catalogue: Promise<PromptCatalogue | null> | null = null;
  #open: OpenWorkspace | null = null;

  constructor(options: PromptUseFinderOptions) {
    this.#options = options;
  }

  /** Files of the workspace are named from its folder, others by their whole path. */
  async find({ paths, settings }: PromptUsesRequest, signal?: AbortSignal): Promise<readonly PromptUse[]> {
    const { workspace, catalogue } = this.#options;
    const parsers = await this.#loadParsers();
    const known = await catalogue();
    const inside = paths.length === 0 ? [workspace] : paths.filter((start) => isInside(start, workspace));
    const uses: PromptUse[] = [];
    if (inside.length > 0) {
      const root = new SourceRoot(workspace, parsers, settings);
      await root.index(signal);
      uses.push(...(await root.find(inside, known, signal)));
    }
    for (const start of paths.filter((given) => !isInside(given, workspace))) {
      const root = new SourceRoot(folderOf(start), parsers, settings);
      await root.index(signal);
      const found = await root.find([start], known, signal);
      uses.push(...found.map((use) => ({ ...use, file: toPosix(path.join(root.folder, use.file)) })));
    }
    return uses;
  }

  /** Uses in one document. The first request reads the workspace's files for what they export. */
  async findIn(request: DocumentUsesRequest, signal?: AbortSignal): Promise<DocumentUses> {
    const { file, languageId, text, settings, changedFiles, databaseChanged } = request;
    if (databaseChanged) {
      this.#catalogue = null;
    }
    const { root, indexed } = await this.#workspace(settings);
    await indexed;
    signal?.throwIfAborted();
    await root.update(changedFiles);
    return root.scanner(await this.#readCatalogue()).scan({ file, languageId, text });
  }

  /** Remembered until the database changes; a failure is not. */
  #readCatalogue(): Promise<PromptCatalogue | null> {
    this.#catalogue ??= this.#options.catalogue().catch((error: unknown) => {
      this.#catalogue = null;
      throw error;
    });
    return this.#catalogue;
  }

  #loadParsers(): Promise<Parsers> {
    this.#parsers ??= Parsers.load(this.#options.grammars);
    return this.#parsers;
  }

  async #workspace(settings: PromptUseSettings): Promise<OpenWorkspace> {
    const parsers = await this.#loadParsers();
    const key = JSON.stringify(settings);
    if (this.#open?.key !== key) {
      const root = new SourceRoot(this.#options.workspace, parsers, settings);
      this.#open = { key, root, indexed: root.index() };
    }
    return this.#open;
  }
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
}

function folderOf(start: string): string {
  return documentLanguage(toPosix(start)) === null ? start : path.dirname(start);
}

/** The files below a folder: what they export, and what they use. */
class SourceRoot {
  readonly folder: string;
  readonly #parsers: Parsers;
  readonly #settings: PromptUseSettings;
  readonly #index: WorkspaceIndex;

  constructor(folder: string, parsers: Parsers, settings: PromptUseSettings) {
    this.folder = folder;
    this.#parsers = parsers;
    this.#settings = settings;
    this.#index = new WorkspaceIndex(parsers, (file) => readNow(path.join(folder, file)), settings);
  }

  async index(signal?: AbortSignal): Promise<void> {
    for await (const file of sourceFiles(this.folder, signal)) {
      const name = this.#nameOf(file);
      if (isProgram(name)) {
        this.#index.update(name, await read(file));
      }
    }
  }

  async update(changed: readonly string[]): Promise<void> {
    for (const name of changed.filter(isProgram)) {
      this.#index.update(name, await read(path.join(this.folder, name)));
    }
  }

  scanner(catalogue: PromptCatalogue | null): PromptScanner {
    return new PromptScanner(this.#parsers, this.#index, catalogue, this.#settings.promptFiles);
  }

  /** @param starts files and folders, absolute */
  async find(
    starts: readonly string[],
    catalogue: PromptCatalogue | null,
    signal?: AbortSignal,
  ): Promise<readonly PromptUse[]> {
    const scanner = this.scanner(catalogue);
    const seen = new Set<string>();
    const uses: PromptUse[] = [];
    for (const start of starts) {
      for await (const whole of sourceFiles(start, signal)) {
        const file = this.#nameOf(whole);
        const text = seen.has(file) ? null : await read(whole);
        seen.add(file);
        if (text !== null) {
          uses.push(...scanner.scan({ file, text }).uses);
        }
      }
    }
    return uses;
  }

  #nameOf(file: string): string {
    return toPosix(path.relative(this.folder, file));
  }
}

function isProgram(file: string): boolean {
  const language = documentLanguage(file);
  return language !== null && isParsed(language);
}

/** Null for a file that is gone or may not be read. */
async function read(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}

function readNow(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
