import { documentLanguage, type DocumentLanguage } from '../../engine/promptUses/languages.ts';

/** The languages of the setting, as people group them. */
export const lensLanguages = [
  'python',
  'javascript',
  'typescript',
  'java',
  'kotlin',
  'go',
  'php',
  'ruby',
  'csharp',
  'yaml',
  'json',
  'dotenv',
  'text',
] as const;

type LensLanguage = (typeof lensLanguages)[number];

const groups: Readonly<Record<DocumentLanguage, LensLanguage>> = {
  python: 'python',
  javascript: 'javascript',
  typescript: 'typescript',
  tsx: 'typescript',
  java: 'java',
  kotlin: 'kotlin',
  go: 'go',
  php: 'php',
  ruby: 'ruby',
  csharp: 'csharp',
  yaml: 'yaml',
  json: 'json',
  env: 'dotenv',
  text: 'text',
};

/** @param file with `/` between folders */
export function hasLenses(languages: readonly string[], file: string, editorLanguage: string): boolean {
  const language = documentLanguage(file, editorLanguage);
  return language !== null && languages.includes(groups[language]);
}
