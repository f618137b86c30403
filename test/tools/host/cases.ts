import { build } from 'esbuild';
import { existsSync } from 'node:fs';
import { cp, glob, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { root } from '../shell.ts';
import { hostVariables } from './variables.ts';

/** What `case.json` beside the spec files may say; it is needed only to differ from the defaults. */
const caseOptions = z.strictObject({
  /** folder: a copy of the case's `workspace/`, or an empty one; none: an empty window. */
  window: z.enum(['folder', 'none']).default('folder'),
  /** False starts in restricted mode, as a folder does that the user has not trusted. */
  trusted: z.boolean().default(true),
  /** User settings. */
  settings: z.record(z.string(), z.unknown()).default({}),
});

/** Spec files that share one window of the editor: a folder `test/host/NAME`. */
export interface HostCase {
  readonly name: string;
  readonly options: z.output<typeof caseOptions>;
  /** Folder of the compiled spec files. */
  readonly compiled: string;
  /** Folder to copy as the workspace; null when it starts empty. */
  readonly workspace: string | null;
}

/** The module that VS Code loads as extensionTestsPath. */
export const hostTestModule = path.join(root, 'out', 'test', 'host', 'index.cjs');

/** Finds the cases and compiles them into out/test/host, with `vscode` and the packages left outside. */
export async function compileHostCases(): Promise<HostCase[]> {
  const source = path.join(root, 'test', 'host');
  const outdir = path.dirname(hostTestModule);
  const specs: string[] = [];
  for await (const file of glob('*/**/*.test.ts', { cwd: source })) {
    specs.push(file);
  }
  specs.sort();
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: [
      { in: path.join(source, 'index.ts'), out: 'index' },
      // Files of sub-folders land beside the others: one case is one flat folder of specs.
      ...specs.map((file) => ({ in: path.join(source, file), out: compiledName(file) })),
    ],
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  const names = [...new Set(specs.map((file) => file.split(path.sep)[0] ?? ''))];
  return Promise.all(names.map((name) => readCase(source, outdir, name)));
}

function compiledName(spec: string): string {
  const [folder = '', ...rest] = spec.replace(/\.ts$/, '').split(path.sep);
  return `${folder}/${rest.join('-')}`;
}

async function readCase(source: string, outdir: string, name: string): Promise<HostCase> {
  const file = path.join(source, name, 'case.json');
  const workspace = path.join(source, name, 'workspace');
  const options = existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as unknown) : {};
  return {
    name,
    options: caseOptions.parse(options),
    compiled: path.join(outdir, name),
    workspace: existsSync(workspace) ? workspace : null,
  };
}

/** A fresh workspace folder in `parent`; null for an empty window. */
export async function makeWorkspace(hostCase: HostCase, parent: string): Promise<string | null> {
  if (hostCase.options.window === 'none') {
    return null;
  }
  const folder = path.join(parent, 'workspace');
  await mkdir(folder);
  if (hostCase.workspace) {
    await cp(hostCase.workspace, folder, { recursive: true });
  }
  return folder;
}

/** The environment of the extension host that runs `hostCase`. */
export function hostEnvironment(hostCase: HostCase, results: string, grep: string | null): Record<string, string> {
  return {
    [hostVariables.caseFolder]: hostCase.compiled,
    [hostVariables.results]: results,
    [hostVariables.root]: root,
    [hostVariables.node]: process.execPath,
    ...(grep === null ? {} : { [hostVariables.grep]: grep }),
  };
}
