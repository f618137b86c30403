import { build, context, transform } from 'esbuild';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const { values: flags } = parseArgs({
  options: {
    production: { type: 'boolean', default: false },
    watch: { type: 'boolean', default: false },
    metafile: { type: 'boolean', default: false },
  },
});
const require = createRequire(import.meta.url);
const { version } = JSON.parse(await readFile('package.json', 'utf8'));

/** @type {import('esbuild').BuildOptions} */
const base = {
  bundle: true,
  minify: flags.production,
  // Function names are read in stack traces that users send us.
  keepNames: flags.production,
  sourcemap: flags.production ? false : 'linked',
  legalComments: 'none',
  logLevel: 'info',
  metafile: flags.metafile,
  outdir: 'dist',
  define: { PRODUCT_VERSION: JSON.stringify(version) },
};

/** @type {import('esbuild').BuildOptions} */
const node = {
  ...base,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  // The extensions of editors and Node resolve to .js files of packages, never to their sources.
  mainFields: ['module', 'main'],
  define: { ...base.define, 'import.meta.filename': '__filename' },
};

/**
 * The editor's API is required once a file of the bundle. The editor looks up which extension asks each
 * time, and esbuild would copy the whole of it each time, some 400 properties: that took most of the
 * time that loading the extension took.
 *
 * @type {import('esbuild').Plugin}
 */
const editorApi = {
  name: 'editor-api',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]extension[\\/].*\.ts$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, 'utf8')).replace(
        "import * as vscode from 'vscode';",
        'const vscode = editorApi;',
      ),
      loader: 'ts',
    }));
  },
};

/**
 * esbuild splits only ES modules, which the oldest editors that package.json allows do not load. So what
 * it has split becomes CommonJS file by file. What an editor reads at its start is a third less that way.
 *
 * @type {import('esbuild').Plugin}
 */
const commonjsChunks = {
  name: 'commonjs-chunks',
  setup({ onEnd }) {
    onEnd(async ({ outputFiles = [] }) => {
      for (const { path: file, text } of outputFiles) {
        const { code } = await transform(text, {
          format: 'cjs',
          platform: 'node',
          target: node.target,
          minify: base.minify,
          sourcemap: flags.production ? false : 'inline',
          supported: { 'dynamic-import': false },
          banner: "const editorApi = require('vscode');",
        });
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, code);
      }
    });
  },
};

/** One script and one style sheet a panel: webview/NAME/main.ts and webview/NAME/style.css. */
const panels = ['comparison', 'dashboard', 'sql', 'trace'];

/**
 * chart.js is a script of its own, dist/webview/plot.js: panels import it while they wait for answers.
 *
 * @type {import('esbuild').Plugin}
 */
const plotScript = {
  name: 'plot-script',
  setup({ onResolve }) {
    onResolve({ filter: /[\\/]plot\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './plot.js', external: true } : undefined,
    );
  },
};

/** @type {import('esbuild').BuildOptions} */
const browser = {
  ...base,
  platform: 'browser',
  // The Chromium of the oldest editor that package.json allows.
  target: 'chrome134',
  format: 'esm',
  keepNames: false,
  // Nothing is shared: a panel is one script, and not a chain of them of which one names the next.
  entryPoints: [
    { in: 'webview/shared/chart/plot.ts', out: 'plot' },
    ...panels.flatMap((name) => [
      { in: `webview/${name}/main.ts`, out: name },
      { in: `webview/${name}/style.css`, out: name },
    ]),
  ],
  plugins: [plotScript],
  outdir: 'dist/webview',
  // Icons are the few of @vscode/codicons that panels name, as text.
  loader: { '.svg': 'text' },
};

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  {
    ...node,
    entryPoints: { extension: 'src/extension/extension.ts' },
    external: ['vscode'],
    plugins: [editorApi, commonjsChunks],
    format: 'esm',
    splitting: true,
    chunkNames: 'extension/[name]-[hash]',
    // Chained through the second step.
    sourcemap: flags.production ? false : 'inline',
    // Methods keep their names anyhow; to note those of functions took a quarter of the loading.
    keepNames: false,
    write: false,
  },
  // Without `vscode` as an external, an editor import in the engine or the CLI breaks the build.
  { ...node, entryPoints: { worker: 'src/extension/engine/worker.ts' } },
  { ...node, entryPoints: { limiterWorker: 'src/extension/engine/limiterWorker.ts' } },
  { ...node, entryPoints: { pageWorker: 'src/engine/export/pageWorker.ts' } },
  { ...node, entryPoints: { commandLine: 'src/cli/main.ts' } },
  // What scripts import: `langfuse-metrics/rate-limit` of package.json.
  { ...node, entryPoints: { rateLimit: 'src/client/rateLimit.ts' } },
  browser,
];

await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
// The sources are ES modules, as package.json says; the bundles are not.
await writeFile(path.join('dist', 'package.json'), '{ "type": "commonjs" }\n');
// A script may call the command line for each of its requests: V8 keeps the compiled code on disk.
await writeFile(
  path.join('dist', 'cli.js'),
  "#!/usr/bin/env node\nrequire('node:module').enableCompileCache?.();\nrequire('./commandLine.js');\n",
);
for (const file of ['sql-wasm.wasm', 'sql-wasm.js']) {
  await copyFile(require.resolve(`sql.js/dist/${file}`), path.join('dist', file));
}
for (const name of ['tree-sitter', ...['python', 'javascript', 'typescript', 'tsx'].map((of) => `tree-sitter-${of}`)]) {
  const file = `${name}.wasm`;
  await copyFile(require.resolve(`@vscode/tree-sitter-wasm/wasm/${file}`), path.join('dist', file));
}

await writeDeclarations(['client/rateLimit.ts', 'protocol/limiter.ts']);

if (flags.watch) {
  const contexts = await Promise.all(bundles.map((options) => context(options)));
  // esbuild prints the errors itself, and watching is how they get corrected.
  await Promise.allSettled(contexts.map((bundle) => bundle.rebuild()));
  await Promise.all(contexts.map((bundle) => bundle.watch()));
  // What .vscode/tasks.json waits for before the extension is started.
  console.log('[watch] ready');
} else {
  const results = await Promise.all(bundles.map((options) => build(options)));
  if (flags.metafile) {
    await Promise.all(
      results.map((result, index) =>
        writeFile(path.join('dist', `meta-${index}.json`), JSON.stringify(result.metafile)),
      ),
    );
  }
}

/** The types of what scripts import, laid out as the sources are, so that their imports of each other hold. */
async function writeDeclarations(sources) {
  for (const source of sources) {
    const fileName = path.join('src', source);
    const { outputText, diagnostics = [] } = ts.transpileDeclaration(await readFile(fileName, 'utf8'), { fileName });
    if (diagnostics.length > 0) {
      throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost({})));
    }
    const declaration = path.join('dist', 'types', source.replace(/\.ts$/, '.d.ts'));
    await mkdir(path.dirname(declaration), { recursive: true });
    await writeFile(declaration, outputText);
  }
}
