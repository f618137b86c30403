import tseslint from 'typescript-eslint';

const noVscode = {
  name: 'vscode',
  message: 'Only src/extension may import vscode at run time; elsewhere use `import type`, or better a port.',
  allowTypeImports: true,
};
const layer = (...folders) => ({
  group: folders.map((folder) => `**/${folder}/**`),
  message: 'Imports run one way: webview -> protocol <- extension -> engine; cli -> engine (see CONTRIBUTING.md).',
});

const restricted = (files, patterns, paths = [noVscode]) => ({
  files,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { paths, patterns }] },
});

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'node_modules/', '.cache/', 'test/demo/workspace/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only: one name for one thing.' },
        { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that defines the name.' },
      ],
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  restricted(['src/protocol/**/*.ts'], [layer('engine', 'extension', 'cli', 'webview')]),
  restricted(['src/format/**/*.ts'], [layer('engine', 'extension', 'cli', 'webview', 'protocol')]),
  restricted(['src/opening/**/*.ts'], [layer('engine', 'extension', 'cli', 'client', 'webview')]),
  restricted(['src/engine/**/*.ts'], [layer('extension', 'cli', 'webview', 'opening')]),
  restricted(['src/cli/**/*.ts'], [layer('extension', 'webview', 'client', 'opening')]),
  restricted(['src/client/**/*.ts'], [layer('extension', 'cli', 'webview', 'opening')]),
  restricted(['webview/**/*.ts'], [layer('engine', 'extension', 'cli')]),
  restricted(['src/extension/**/*.ts'], [layer('cli', 'webview')], []),
  {
    files: ['src/extension/**/*.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [layer('cli', 'webview')] }] },
  },
  {
    files: ['src/extension/engine/{worker,limiterWorker,hostConnection}.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { paths: [noVscode], patterns: [layer('cli', 'webview')] }],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
);
