import type { Browser, Page } from 'playwright-core';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { format } from 'node:util';
import { workbenchUrl } from '../editor/workbench.ts';
import { launchChromium } from '../editor/chromium.ts';
import { startVscodeServer, type VscodeServer } from '../editor/vscodeServer.ts';
import { readCounts, sum, type Counts } from '../counts.ts';
import { say } from '../shell.ts';
import { compileHostCases, hostEnvironment, hostTestModule, makeWorkspace, type HostCase } from './cases.ts';
import { hostLine } from './variables.ts';

/** A case that takes longer hangs: it is ended and its logs are shown. */
const watchdogMilliseconds = 300_000;

/** Runs every case of test/host in the extension host of a VS Code server with its workbench in Chromium. */
export async function runHostSuite(grep: string | null): Promise<Counts> {
  const cases = await compileHostCases();
  const browser = await launchChromium();
  const counts: Counts[] = [];
  try {
    for (const hostCase of cases) {
      say(`\nhost case "${hostCase.name}"`);
      counts.push(await runCase(browser, hostCase, grep));
    }
  } finally {
    await browser.close();
  }
  return sum(counts);
}

async function runCase(browser: Browser, hostCase: HostCase, grep: string | null): Promise<Counts> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'langfuse-metrics-host-'));
  try {
    const workspace = await makeWorkspace(hostCase, folder);
    const results = path.join(folder, 'results.json');
    const server = await startVscodeServer({
      data: path.join(folder, 'data'),
      automation: true,
      trusted: hostCase.options.trusted,
      settings: hostCase.options.settings,
      environment: hostEnvironment(hostCase, results, grep),
    });
    try {
      await runTests(browser, server, workspace);
    } finally {
      await server.close();
    }
    return await readCounts(results);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function runTests(browser: Browser, server: VscodeServer, workspace: string | null): Promise<void> {
  const page = await browser.newPage({ locale: 'en-US' });
  try {
    const exit = await testExit(page, server, workspace);
    if (exit.code !== 0) {
      say(`The extension host ended the run with code ${exit.code}.\n${exit.logs}`);
    }
  } finally {
    await page.close();
  }
}

interface TestExit {
  readonly code: number;
  /** The editor's own logs, worth reading when the tests failed. */
  readonly logs: string;
}

async function testExit(page: Page, server: VscodeServer, workspace: string | null): Promise<TestExit> {
  const { promise, resolve } = Promise.withResolvers<TestExit>();
  const editorLog: string[] = [];
  await page.exposeFunction('codeAutomationLog', (type: string, parts: unknown[]) => {
    const text = format(...parts);
    if (text.startsWith(hostLine)) {
      process.stdout.write(`${text.replaceAll(hostLine, '')}\n`);
    } else {
      editorLog.push(`[${type}] ${text}`);
    }
  });
  await page.exposeFunction('codeAutomationExit', (code: number) => {
    resolve({ code, logs: editorLog.join('\n') });
  });
  const timer = setTimeout(() => {
    const logs = [...editorLog, server.log()].join('\n');
    resolve({ code: 1, logs: `It did not end within ${watchdogMilliseconds / 1000} s.\n${logs}` });
  }, watchdogMilliseconds);
  await page.goto(workbenchUrl(server, { workspace, tests: hostTestModule }));
  const exit = await promise;
  clearTimeout(timer);
  return exit;
}
