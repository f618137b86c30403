import type { Browser } from 'playwright-core';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { launchChromium } from '../tools/editor/chromium.ts';
import { startVscodeServer } from '../tools/editor/vscodeServer.ts';
import { Workbench } from '../tools/editor/workbench.ts';
import { packageExtension } from '../tools/vsix.ts';

export interface WorkbenchOptions {
  /** Folder to copy as the workspace; an empty one by default; null opens an empty window. */
  readonly workspace?: string | null;
  /** False starts in restricted mode and asks for trust as an editor does. Default true. */
  readonly trusted?: boolean;
  /** User settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

let browser: Promise<Browser> | null = null;
let packed: Promise<string> | null = null;
const open = new Set<Workbench>();

/**
 * Packs dist/ as it is, installs that in a VS Code of its own (server, extension host, window)
 * and opens a fresh copy of the workspace, which is `workbench.workspace`. Close it in an `after`
 * hook; what is forgotten is closed at the end.
 */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  packed ??= packageExtension();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'langfuse-metrics-ui-'));
  const workspace = options.workspace === null ? null : path.join(folder, 'workspace');
  if (workspace !== null) {
    await mkdir(workspace);
  }
  if (workspace !== null && options.workspace) {
    await cp(options.workspace, workspace, { recursive: true });
  }
  const server = await startVscodeServer({
    data: path.join(folder, 'data'),
    trusted: options.trusted ?? true,
    vsix: [await packed],
    settings: options.settings ?? {},
  });
  const dispose = async (): Promise<void> => {
    await server.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    browser ??= launchChromium();
    const workbench = await Workbench.open(await browser, server, workspace);
    open.add(workbench);
    workbench.onClose(dispose);
    workbench.onClose(() => open.delete(workbench));
    return workbench;
  } catch (error) {
    await dispose();
    throw error;
  }
}

// Hooks of the root suite: they hold for every spec file that imports this harness.
afterEach(async function () {
  if (this.currentTest?.state !== 'failed') {
    return;
  }
  for (const workbench of open) {
    console.error(`      screenshot: ${await workbench.screenshot(this.currentTest.fullTitle())}`);
  }
});

after(async () => {
  for (const workbench of [...open]) {
    await workbench.close();
  }
  await (await browser)?.close();
});
