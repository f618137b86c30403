import { run, ToolError } from './shell.ts';

/**
 * Builds dist/ as it is shipped.
 * @throws ToolError when it does not build
 */
export async function buildForProduction(): Promise<void> {
  const { exitCode } = await run(process.execPath, ['esbuild.mjs', '--production'], { stdio: ['ignore', 2, 2] });
  if (exitCode !== 0) {
    throw new ToolError('The build failed; see above.');
  }
}
