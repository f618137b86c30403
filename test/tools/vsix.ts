import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { root, runPackageBin, say, ToolError } from './shell.ts';

const limitMegabytes = 4;

/**
 * Packs dist/ and what else runs into langfuse-metrics-VERSION.vsix and returns its path.
 * @throws ToolError when packing fails or the file is too large to be what we mean to ship
 */
export async function packageExtension(): Promise<string> {
  const { name, version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const file = path.join(root, `${name}-${version}.vsix`);
  // Suites that run side by side each pack it, and install what the other has packed.
  const packed = path.join(root, `${name}-${version}-${process.pid}.vsix`);
  await pack(root, packed);
  await rename(packed, file);
  const megabytes = (await stat(file)).size / 1e6;
  if (megabytes > limitMegabytes) {
    throw new ToolError(
      `${path.basename(file)} has ${megabytes.toFixed(1)} MB, more than the ${limitMegabytes} MB allowed.`,
    );
  }
  say(`${path.basename(file)}: ${megabytes.toFixed(2)} MB`);
  return file;
}

/**
 * Packs the extension in `folder` as it stands, without its dependencies: bundles hold what they need.
 * @throws ToolError when vsce refuses
 */
export async function pack(folder: string, file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const args = [
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--out',
    file,
  ];
  const { exitCode, output } = await runPackageBin('vsce', args, { cwd: folder, capture: true });
  if (exitCode !== 0) {
    throw new ToolError(`vsce could not pack ${folder}; see above.\n${output}`);
  }
}
