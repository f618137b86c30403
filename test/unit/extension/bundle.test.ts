import assert from 'node:assert/strict';
import { build } from 'esbuild';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..', '..');

describe('the bundle that the extension host loads', () => {
  let inputs: readonly string[];

  before(async () => {
    const { metafile } = await build({
      absWorkingDir: root,
      entryPoints: ['src/extension/extension.ts'],
      outdir: 'out',
      write: false,
      bundle: true,
      metafile: true,
      platform: 'node',
      target: 'node22',
      format: 'cjs',
      mainFields: ['module', 'main'],
      external: ['vscode'],
    });
    inputs = Object.keys(metafile.inputs);
  });

  it('holds no database, no SDK and no validation library', () => {
    const packages = new Set(inputs.map((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1]));
    packages.delete(undefined);
    // The wire library is evaluated only when the worker starts.
    assert.deepEqual([...packages].sort(), ['@vscode/l10n', 'vscode-jsonrpc']);
  });

  it('holds of the engine only what is light', () => {
    assert.deepEqual(inputs.filter((input) => input.startsWith('src/engine/')).sort(), [
      'src/engine/config/backends.ts',
      'src/engine/config/cloudRegions.ts',
      'src/engine/errors.ts',
      'src/engine/export/background.ts',
      'src/engine/ports.ts',
      'src/engine/promptUses/languages.ts',
    ]);
  });
});
