/** `npm run bootstrap`: everything that the tests and the demo need, ahead of time. */
import { ensureChromium, ensurePython, ensureSqliteShell } from './editor/systemPrograms.ts';
import { ensureVscodeServer } from './editor/vscodeServer.ts';
import { runTool, say } from './shell.ts';

await runTool(async () => {
  say(`Node ${process.versions.node}: ${process.execPath}`);
  say(`VS Code server: ${await ensureVscodeServer()}`);
  say(`Browser: ${await ensureChromium()}`);
  await ensureSqliteShell();
  say('sqlite3 shell: found');
  await ensurePython();
  say('python3: found');
  return 0;
});
