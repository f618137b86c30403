/** `npm run package`: the production build as an installable .vsix. */
import { buildForProduction } from './build.ts';
import { runTool } from './shell.ts';
import { packageExtension } from './vsix.ts';

await runTool(async () => {
  await buildForProduction();
  console.log(await packageExtension());
  return 0;
});
