import ignore, { type Ignore } from 'ignore';
import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { largestFileBytes } from './gate.ts';
import { documentLanguage, skippedFolders } from './languages.ts';

interface Rules {
  readonly folder: string;
  readonly rules: Ignore;
}

/**
 * Files that may say something about prompts, in the order of their names: none of what Git ignores
 * (but `.env` files, which it should), of folders that tools fill, or above 1 MB.
 * @param start a folder or a file, absolute; a file is taken as it is
 */
export async function* sourceFiles(start: string, signal?: AbortSignal): AsyncGenerator<string> {
  const found = await stat(start).catch(() => null);
  if (found?.isFile() === true) {
    if (found.size <= largestFileBytes && documentLanguage(toPosix(start)) !== null) {
      yield start;
    }
  } else if (found?.isDirectory() === true) {
    yield* walk(start, [], signal);
  }
}

async function* walk(folder: string, above: readonly Rules[], signal?: AbortSignal): AsyncGenerator<string> {
  signal?.throwIfAborted();
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  const own = entries.some(({ name }) => name === '.gitignore') ? await rulesOf(folder) : null;
  const rules = own === null ? above : [...above, own];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skippedFolders.has(entry.name) && !isIgnored(`${file}/`, rules)) {
        yield* walk(file, rules, signal);
      }
    } else if (entry.isFile()) {
      const language = documentLanguage(toPosix(file));
      if (language !== null && (language === 'env' || !isIgnored(file, rules)) && (await isSmall(file))) {
        yield file;
      }
    }
  }
}

async function rulesOf(folder: string): Promise<Rules | null> {
  const text = await readFile(path.join(folder, '.gitignore'), 'utf8').catch(() => null);
  return text === null ? null : { folder, rules: ignore().add(text) };
}

function isIgnored(file: string, rules: readonly Rules[]): boolean {
  return rules.some(({ folder, rules: own }) => own.ignores(toPosix(file.slice(folder.length + 1))));
}

async function isSmall(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => null);
  return found !== null && found.size <= largestFileBytes;
}

export function toPosix(file: string): string {
  return path.sep === '/' ? file : file.replaceAll(path.sep, '/');
}
