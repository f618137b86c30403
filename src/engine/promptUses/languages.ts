import path from 'node:path';

/** Languages with a grammar. */
export type ParsedLanguage = 'python' | 'javascript' | 'typescript' | 'tsx';
/** Languages searched by patterns, with comments and strings masked. */
export type MaskedLanguage = 'java' | 'kotlin' | 'go' | 'php' | 'ruby' | 'csharp';
export type DocumentLanguage = ParsedLanguage | MaskedLanguage | 'yaml' | 'json' | 'env' | 'text';

const byExtension: Readonly<Record<string, DocumentLanguage>> = {
  '.py': 'python',
  '.pyi': 'python',
  '.js': 'javascript',
  '.jsx': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.cts': 'typescript',
  '.tsx': 'tsx',
  '.java': 'java',
  '.kt': 'kotlin',
  '.kts': 'kotlin',
  '.go': 'go',
  '.php': 'php',
  '.rb': 'ruby',
  '.rake': 'ruby',
  '.cs': 'csharp',
  '.yaml': 'yaml',
  '.yml': 'yaml',
  '.json': 'json',
  '.jsonc': 'json',
  '.md': 'text',
  '.mdx': 'text',
  '.txt': 'text',
  '.j2': 'text',
  '.jinja': 'text',
  '.jinja2': 'text',
  '.mustache': 'text',
  '.hbs': 'text',
  '.prompt': 'text',
  '.prompty': 'text',
};

/** Editors' names for languages that are not ours already. */
const byEditorLanguage: Readonly<Record<string, DocumentLanguage>> = {
  python: 'python',
  javascript: 'javascript',
  javascriptreact: 'javascript',
  typescript: 'typescript',
  typescriptreact: 'tsx',
  java: 'java',
  kotlin: 'kotlin',
  go: 'go',
  php: 'php',
  ruby: 'ruby',
  csharp: 'csharp',
  yaml: 'yaml',
  json: 'json',
  jsonc: 'json',
  dotenv: 'env',
};

/**
 * The language of a document; null for what is not looked at.
 * @param file with `/` between folders
 * @param editorLanguage the editor's id of the language, where there is an editor
 */
export function documentLanguage(file: string, editorLanguage?: string): DocumentLanguage | null {
  const base = path.posix.basename(file);
  if (/^\.env(\..+)?$|\.env$/.test(base)) {
    return 'env';
  }
  const known = byExtension[path.posix.extname(base).toLowerCase()];
  if (known !== undefined) {
    return known;
  }
  // A notebook's text is JSON that quotes code; its cells come one by one, named as Python.
  return editorLanguage === undefined ? null : (byEditorLanguage[editorLanguage] ?? null);
}

/** Guides quote code and prompts that nobody runs. */
export function isDocumentation(file: string): boolean {
  return /(^|\/)docs\//i.test(file) || /(^|\/)readme(\.[^/]*)?$/i.test(file);
}

export function isParsed(language: DocumentLanguage): language is ParsedLanguage {
  return language === 'python' || language === 'javascript' || language === 'typescript' || language === 'tsx';
}

/** Made by tools, or fetched: nobody's source. */
export const skippedFolders: ReadonlySet<string> = new Set([
  '.git',
  '.hg',
  '.svn',
  '.langfuse',
  'node_modules',
  'bower_components',
  'site-packages',
  'vendor',
  'dist',
  'out',
  'build',
  'target',
  'coverage',
  'venv',
  '.venv',
  '__pycache__',
  '.tox',
  '.nox',
  '.mypy_cache',
  '.pytest_cache',
  '.ruff_cache',
  '.ipynb_checkpoints',
  '.next',
  '.nuxt',
  '.svelte-kit',
  '.turbo',
  '.gradle',
  '.terraform',
  '.idea',
]);
