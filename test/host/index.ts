/**
 * The module that VS Code loads as `extensionTestsPath`: runs the compiled spec files of one case
 * inside the extension host, in the browser's VS Code as under @vscode/test-electron.
 */
import Mocha from 'mocha';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { format } from 'node:util';
import { runMocha } from '../tools/mochaRun.ts';
import { hostLine, hostVariables } from '../tools/host/variables.ts';

/** @throws Error when a test failed, which is how VS Code learns its exit code */
export async function run(): Promise<void> {
  const folder = variable(hostVariables.caseFolder);
  const files = (await readdir(folder))
    .filter((name) => name.endsWith('.test.cjs'))
    .map((name) => path.join(folder, name));
  // The console of an extension host carries much besides the tests.
  Mocha.reporters.Base.consoleLog = (...parts: unknown[]) => {
    console.log(hostLine + format(...parts).replaceAll('\n', `\n${hostLine}`));
  };
  const counts = await runMocha({
    files,
    grep: process.env[hostVariables.grep] ?? null,
    timeoutMilliseconds: 60_000,
  });
  await writeFile(variable(hostVariables.results), JSON.stringify(counts));
  if (counts.failed > 0) {
    throw new Error(`${counts.failed} tests failed`);
  }
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) {
    throw new Error(`${name} is not set: start these tests with "npm test -- --only host".`);
  }
  return value;
}
