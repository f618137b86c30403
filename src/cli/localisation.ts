import * as l10n from '@vscode/l10n';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Variables } from '../engine/config/environment.ts';

/**
 * Loads the texts of the environment's language where `folder` has them.
 * @returns the language that texts, and so numbers, are written in: English without a translation
 */
export function loadTexts(folder: string, environment: Variables): string {
  const language = environmentLanguage(environment);
  if (language === 'en') {
    return 'en';
  }
  let contents: string;
  try {
    contents = readFileSync(path.join(folder, `bundle.l10n.${language}.json`), 'utf8');
  } catch {
    // Not translated into this language.
    return 'en';
  }
  l10n.config({ contents });
  return language;
}

/** POSIX: "fr_FR.UTF-8" is French, "C" and "POSIX" are no language. */
function environmentLanguage({ LC_ALL, LC_MESSAGES, LANG }: Variables): string {
  const locale = [LC_ALL, LC_MESSAGES, LANG].find((value) => value !== undefined && value !== '') ?? '';
  return /^([a-z]{2,3})(?:[_.@]|$)/.exec(locale)?.[1] ?? 'en';
}
