/**
 * `npm run demo`: a real VS Code in the browser with the packed extension, connected to a stand-in
 * Langfuse server with 30 days of data, after its first export. Stays until Ctrl+C.
 * `npm run demo -- --check` looks at the same by itself: screenshots, a summary, an exit code.
 */
import { rmSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildForProduction } from './build.ts';
import { checkDemo } from './demo/checks.ts';
import { firstExport } from './demo/firstExport.ts';
import { packKeysExtension } from './demo/keysExtension.ts';
import { startStandIn } from './demo/standIn.ts';
import { launchChromium } from './editor/chromium.ts';
import { startVscodeServer } from './editor/vscodeServer.ts';
import { workbenchUrl } from './editor/workbench.ts';
import { root, runTool, say, untilInterrupted } from './shell.ts';
import { packageExtension } from './vsix.ts';

const days = 30;

await runTool(async () => {
  const { values } = parseArgs({
    options: { check: { type: 'boolean', default: false }, port: { type: 'string', default: '0' } },
  });
  await using cleanup = new AsyncDisposableStack();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'langfuse-metrics-demo-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  // When a signal ends the demo before it is ready, only this runs.
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });

  say('Building and packing the extension …');
  await buildForProduction();
  const product = await packageExtension();

  say(`Starting a stand-in Langfuse server with ${days} days of data …`);
  const standIn = await startStandIn({ observations: 20_000, days });
  cleanup.defer(() => {
    standIn.close();
  });

  say('Starting VS Code with the extension …');
  const workspace = path.join(folder, 'support-agent');
  await cp(path.join(root, 'test', 'demo', 'workspace'), workspace, { recursive: true });
  const server = await startVscodeServer({
    data: path.join(folder, 'vscode'),
    port: Number(values.port),
    trusted: true,
    vsix: [product, await packKeysExtension(path.join(folder, 'demo-keys'), standIn)],
  });
  cleanup.defer(() => server.close());

  say('Running the first export …');
  const browser = await launchChromium();
  cleanup.defer(() => browser.close());
  const { workbench, run } = await firstExport(browser, server, workspace);
  if (values.check) {
    return (await checkDemo(workbench, run, standIn)) ? 0 : 1;
  }
  await workbench.close();
  await browser.close();

  const address = workbenchUrl(server, { workspace });
  console.log(`\nThe demo is ready: ${address}\n`);
  console.log(`Open the chart icon in the activity bar. The database is ${run.database}`);
  console.log('Ctrl+C ends the demo and removes its files.');
  await untilInterrupted();
  return 0;
});
