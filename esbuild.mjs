import { build, context } from 'esbuild';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';

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
};

/** @type {import('esbuild').BuildOptions[]} */
const bundles = [
  { ...node, entryPoints: { extension: 'src/extension/extension.ts' }, external: ['vscode'] },
  // Without `vscode` as an external, an editor import in the engine or the CLI breaks the build.
  { ...node, entryPoints: { worker: 'src/extension/engine/worker.ts' } },
  {
    ...node,
    entryPoints: { cli: 'src/cli/main.ts' },
    banner: { js: '#!/usr/bin/env node' },
  },
];

await rm('dist', { recursive: true, force: true });
await mkdir('dist', { recursive: true });
await copyFile(require.resolve('sql.js/dist/sql-wasm.wasm'), path.join('dist', 'sql-wasm.wasm'));

if (flags.watch) {
  await Promise.all(bundles.map(async (options) => (await context(options)).watch()));
} else {
  const results = await Promise.all(bundles.map((options) => build(options)));
  if (flags.metafile) {
    const { writeFile } = await import('node:fs/promises');
    await Promise.all(
      results.map((result, index) =>
        writeFile(path.join('dist', `meta-${index}.json`), JSON.stringify(result.metafile)),
      ),
    );
  }
}
