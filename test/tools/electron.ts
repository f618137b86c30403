/**
 * `npm run test:electron`: the host suite in a desktop VS Code that @vscode/test-electron downloads,
 * in the newest version, or in the one that `--version` names.
 */
import { runTests } from '@vscode/test-electron';
import { mkdtemp, rm, mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildForProduction } from './build.ts';
import { readCounts, sum, type Counts } from './counts.ts';
import { cacheFolder } from './editor/vscodeServer.ts';
import { compileHostCases, hostEnvironment, hostTestModule, makeWorkspace, type HostCase } from './host/cases.ts';
import { root, runTool, say } from './shell.ts';

async function runCase(hostCase: HostCase, version: string): Promise<Counts> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'langfuse-metrics-host-'));
  try {
    const results = path.join(folder, 'results.json');
    const workspace = await makeWorkspace(hostCase, folder);
    const user = path.join(folder, 'data', 'User');
    await mkdir(user, { recursive: true });
    await writeFile(path.join(user, 'settings.json'), JSON.stringify(hostCase.options.settings));
    await runTests({
      version,
      cachePath: path.join(cacheFolder(), 'vscode-desktop'),
      extensionDevelopmentPath: root,
      extensionTestsPath: hostTestModule,
      extensionTestsEnv: hostEnvironment(hostCase, results, null),
      launchArgs: [
        ...(workspace === null ? [] : [workspace]),
        ...(hostCase.options.trusted ? ['--disable-workspace-trust'] : []),
        ...['--user-data-dir', path.join(folder, 'data'), '--disable-extensions'],
      ],
    }).catch((error: unknown) => {
      say(String(error));
    });
    return await readCounts(results);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await runTool(async () => {
  const { values } = parseArgs({ options: { version: { type: 'string', default: 'stable' } } });
  await buildForProduction();
  const counts: Counts[] = [];
  for (const hostCase of await compileHostCases()) {
    say(`\nhost case "${hostCase.name}"`);
    counts.push(await runCase(hostCase, values.version));
  }
  const { passed, failed } = sum(counts);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
