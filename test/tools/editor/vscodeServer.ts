import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { cleanEnvironment } from '../cleanEnvironment.ts';
import { npm, run, say, ToolError } from '../shell.ts';

/** The npm package that carries a VS Code server with its workbench (VS Code 1.139.1). */
const version = '4.139.1';
/** Raised when what we put into the installed folder changes. */
const revision = 1;

/**
 * Where downloads are kept that several clones can share (the VS Code server is 0.6 GB):
 * LANGFUSE_METRICS_CACHE, else the user's cache folder.
 */
export function cacheFolder(): string {
  const chosen = process.env.LANGFUSE_METRICS_CACHE;
  if (chosen) {
    return path.resolve(chosen);
  }
  const home = os.homedir();
  const base =
    process.platform === 'win32'
      ? (process.env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'))
      : process.platform === 'darwin'
        ? path.join(home, 'Library', 'Caches')
        : (process.env.XDG_CACHE_HOME ?? path.join(home, '.cache'));
  return path.join(base, 'langfuse-metrics');
}

/**
 * Installs the VS Code server when it is missing and returns the script that starts it.
 * @throws ToolError that says what to do when a download fails
 */
export async function ensureVscodeServer(): Promise<string> {
  const folder = path.join(cacheFolder(), `vscode-server-${version}-${revision}-${process.platform}-${process.arch}`);
  const product = path.join('node_modules', 'code-server', 'lib', 'vscode');
  const script = path.join(folder, product, 'out', 'server-main.js');
  if (existsSync(script)) {
    return script;
  }
  say(`setup: installing VS Code for the tests (0.6 GB, once) into ${folder} …`);
  // Made beside its place and renamed: an interrupted installation is never taken for a whole one.
  const partial = `${folder}.partial-${process.pid}`;
  try {
    await mkdir(partial, { recursive: true });
    await writeFile(path.join(partial, 'package.json'), '{ "private": true }\n');
    // Without scripts: they would build native modules that neither tests nor demo need.
    const installed =
      (await npm(['install', '--ignore-scripts', `code-server@${version}`], partial)) &&
      (await npm(['install', '--ignore-scripts', '--omit=dev'], path.join(partial, product)));
    if (!installed) {
      throw new ToolError(
        `Could not install code-server@${version}. Check the npm registry and the disk, then try again;` +
          ' LANGFUSE_METRICS_CACHE names another folder to install into.',
      );
    }
    const log = path.join(partial, product, 'node_modules', '@vscode', 'spdlog', 'index.js');
    await copyFile(path.join(import.meta.dirname, 'spdlog.cjs'), log);
    await rename(partial, folder).catch((error: unknown) => {
      // Another clone was faster.
      if (!existsSync(script)) {
        throw error;
      }
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return script;
}

export interface VscodeServerOptions {
  /** An empty folder for everything that the server writes. */
  readonly data: string;
  /** False asks for workspace trust as an editor does for a person. */
  readonly trusted: boolean;
  /**
   * Honours the `payload` query parameter, by which tests run in the extension host. Such an editor
   * shows no notification toasts and answers its own dialogs, so it is not for looking at. Default false.
   */
  readonly automation?: boolean;
  /** Packaged extensions to install. */
  readonly vsix?: readonly string[];
  /** User settings on top of the calm ones. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of the extension host. */
  readonly environment?: Readonly<Record<string, string>>;
  /** 0, the default, takes a free one. */
  readonly port?: number;
}

export interface VscodeServer {
  readonly port: number;
  readonly url: string;
  readonly extensions: string;
  /** What the server and its processes wrote so far. */
  log(): string;
  close(): Promise<void>;
}

/** Nothing moves, pops up or phones home by itself. */
const calmSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.banner': 'always',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * Starts a VS Code server on 127.0.0.1; its workbench opens in a browser at the address that workbenchUrl gives.
 * @throws ToolError with the server's output when it does not come up within a minute
 */
export async function startVscodeServer(options: VscodeServerOptions): Promise<VscodeServer> {
  const script = await ensureVscodeServer();
  const extensions = path.join(options.data, 'extensions');
  const user = path.join(options.data, 'user');
  await mkdir(path.join(user, 'User'), { recursive: true });
  await mkdir(extensions, { recursive: true });
  const settings = JSON.stringify({ ...calmSettings, ...options.settings }, null, 2);
  await writeFile(path.join(user, 'User', 'settings.json'), settings);
  const folders = ['--server-data-dir', path.join(options.data, 'server'), '--user-data-dir', user];
  folders.push('--extensions-dir', extensions);
  await install(script, options.vsix ?? [], folders);
  const args = [
    ...['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--without-connection-token'],
    ...['--accept-server-license-terms', '--disable-telemetry', ...folders],
    ...(options.automation ? ['--enable-smoke-test-driver'] : []),
    ...(options.trusted ? ['--disable-workspace-trust'] : []),
  ];
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...cleanEnvironment(), ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own: extension hosts and terminals end with the server.
    detached: process.platform !== 'win32',
  });
  const output: string[] = [];
  const kill = (): void => endGroup(child);
  process.once('exit', kill);
  const port = await listeningPort(child, output);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    extensions,
    log: () => output.join(''),
    close: async () => {
      process.removeListener('exit', kill);
      await ended(child);
    },
  };
}

/** Before the server starts, so that no window opens without the extensions. */
async function install(script: string, vsix: readonly string[], folders: readonly string[]): Promise<void> {
  if (vsix.length === 0) {
    return;
  }
  const args = [script, ...vsix.flatMap((file) => ['--install-extension', file]), ...folders];
  const { exitCode, output } = await run(process.execPath, args, { env: cleanEnvironment(), capture: true });
  if (exitCode !== 0) {
    throw new ToolError(`VS Code did not install ${vsix.join(', ')}.\n${output}`);
  }
}

function listeningPort(child: ChildProcess, output: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (what: string): void => {
      clearTimeout(timer);
      reject(new ToolError(`The VS Code server ${what}.\n${output.join('')}`));
    };
    const timer = setTimeout(() => {
      endGroup(child);
      fail('did not start within a minute');
    }, 60_000);
    const read = (chunk: Buffer): void => {
      output.push(chunk.toString('utf8'));
      const port = /Extension host agent listening on (\d+)/.exec(output.join(''))?.[1];
      if (port) {
        clearTimeout(timer);
        resolve(Number(port));
      }
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => {
      fail(error.message);
    });
    child.once('exit', (code) => {
      fail(`ended with exit code ${code}`);
    });
  });
}

function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) {
    return;
  }
  if (process.platform === 'win32') {
    child.kill();
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => {
      resolve();
    });
    endGroup(child);
  });
}
