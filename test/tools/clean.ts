/** `npm run clean`: removes what builds and tests wrote into the checkout; downloads stay. */
import { glob, rm } from 'node:fs/promises';
import path from 'node:path';
import { root, runTool } from './shell.ts';

await runTool(async () => {
  for await (const name of glob(['dist', 'out', '*.vsix'], { cwd: root })) {
    await rm(path.join(root, name), { recursive: true, force: true });
  }
  return 0;
});
