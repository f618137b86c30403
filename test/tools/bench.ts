/**
 * `npm run bench`: runs every test/bench/*.ts in a process of its own, or those whose names
 * contain a given word (`npm run bench -- export`). A bench prints its figures and ratios, and exits
 * with a code other than 0 when a ratio that it asserts does not hold.
 */
import { glob } from 'node:fs/promises';
import path from 'node:path';
import { buildForProduction } from './build.ts';
import { root, run, runTool, say, ToolError } from './shell.ts';

await runTool(async () => {
  const words = process.argv.slice(2);
  const files: string[] = [];
  for await (const file of glob('test/bench/*.ts', { cwd: root })) {
    if (words.length === 0 || words.some((word) => path.basename(file).includes(word))) {
      files.push(file);
    }
  }
  if (files.length === 0) {
    throw new ToolError(`No bench in test/bench matches "${words.join(' ')}".`);
  }
  await buildForProduction();
  const broken: string[] = [];
  for (const file of files.sort()) {
    say(`\n── ${file}`);
    // One process each: a warm heap or a busy cache of one bench must not colour the next.
    const { exitCode } = await run(process.execPath, ['--expose-gc', '--import', 'tsx', file]);
    if (exitCode !== 0) {
      broken.push(file);
    }
  }
  say(broken.length === 0 ? '\nEvery asserted ratio holds.' : `\nFailed: ${broken.join(', ')}`);
  return broken.length === 0 ? 0 : 1;
});
