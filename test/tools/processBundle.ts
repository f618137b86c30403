import { build } from 'esbuild';

/**
 * Bundles a script that tests start as a process, as the product is built: that starts in a tenth of the
 * time that the sources take, and a runtime compiler for TypeScript would slow down what it makes.
 */
export async function bundleProcess(script: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [script],
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: ['pg-native'],
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
    outfile,
    logLevel: 'silent',
  });
}
