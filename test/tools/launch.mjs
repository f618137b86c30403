/**
 * Runs one of the TypeScript tools beside this file: `node test/tools/launch.mjs TOOL [ARGUMENTS]`.
 * It is what a bare clone runs first, so it uses Node's built-ins only and works on Node 20: it
 * installs the packages and Node 24 where they are missing, then runs the tool under Node 24.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const windows = process.platform === 'win32';

/** Said instead of a stack trace: what failed and what the reader can do. */
class SetupError extends Error {}

const say = (text) => process.stderr.write(`setup: ${text}\n`);
const readJson = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

function npm(args, cwd) {
  // Under `npm run` this is the very npm that started us; otherwise the one on PATH.
  const script = process.env.npm_execpath;
  const command = script?.endsWith('.js') ? [process.execPath, script] : ['npm'];
  const [program, ...rest] = [...command, ...args, '--no-audit', '--no-fund', '--loglevel=error'];
  // The output of npm must not mix with the output of a tool that prints one JSON document.
  const { status } = spawnSync(program, rest, { cwd, stdio: ['ignore', 2, 2], shell: windows && command.length === 1 });
  return status === 0;
}

/** The packages that the lock file wants and that are not installed in that version. */
function missingPackages() {
  const wanted = readJson('package-lock.json').packages;
  const hidden = 'node_modules/.package-lock.json';
  const installed = existsSync(path.join(root, hidden)) ? readJson(hidden).packages : {};
  return Object.keys(wanted).filter(
    (name) => name !== '' && !wanted[name].optional && installed[name]?.version !== wanted[name].version,
  );
}

function ensurePackages() {
  const missing = missingPackages();
  if (missing.length === 0) {
    return;
  }
  say(`installing ${missing.length} npm packages (about a minute the first time) …`);
  // `npm ci` empties node_modules first; an existing one is brought up to date in place.
  const command = existsSync(path.join(root, 'node_modules')) ? 'install' : 'ci';
  if (!npm([command], root) || missingPackages().length > 0) {
    throw new SetupError(
      `npm ${command} failed. Check that this computer reaches its npm registry (npm config get registry), then try again.`,
    );
  }
}

const versionOf = (node) => {
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().replace(/^v/, '') : null;
};

/** As the npm package `node` names its per-platform packages. */
function nodePackageName() {
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return [prefix, windows ? 'win' : process.platform, process.arch].join('-');
}

/**
 * The Node that the tools, the tests and the VS Code server run on, in the exact version of
 * package.json. The package `node` fetches it in an install script, which npm may be told (or
 * default) not to run; then its per-platform package, which needs no script, is installed beside.
 */
function ensureNode() {
  const version = readJson('package.json').devDependencies.node;
  const binary = windows ? 'node.exe' : 'node';
  const folder = path.join(root, '.cache', `node-${version}`);
  const candidates = [
    process.execPath,
    path.join(root, 'node_modules', 'node', 'bin', binary),
    path.join(folder, 'node_modules', nodePackageName(), 'bin', binary),
  ];
  const find = () => candidates.find((node) => existsSync(node) && versionOf(node) === version);
  const found = find();
  if (found) {
    return found;
  }
  say(`installing Node ${version} …`);
  const partial = `${folder}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  writeFileSync(path.join(partial, 'package.json'), '{ "private": true }\n');
  if (!npm(['install', '--ignore-scripts', `${nodePackageName()}@${version}`], partial)) {
    throw new SetupError(
      `could not install ${nodePackageName()}@${version}. Install Node ${version} by hand and run this with it.`,
    );
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  const installed = find();
  if (!installed) {
    throw new SetupError(`Node ${version} does not run on this computer. Install it by hand and run this with it.`);
  }
  return installed;
}

/** Resolves with the exit code of the tool. Ctrl+C reaches it directly; we only wait for it to clean up. */
function runTool(node, script, args) {
  const searchPath = [path.dirname(node), path.join(root, 'node_modules', '.bin'), process.env.PATH];
  const child = spawn(node, [script, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: searchPath.join(path.delimiter) },
  });
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 130));
  });
}

async function launch([tool, ...args]) {
  const script = path.join(root, 'test', 'tools', `${tool}.ts`);
  if (!tool || !existsSync(script)) {
    throw new SetupError('usage: node test/tools/launch.mjs TOOL [ARGUMENTS]');
  }
  ensurePackages();
  return runTool(ensureNode(), script, args);
}

try {
  process.exitCode = await launch(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) {
    throw error;
  }
  say(error.message);
  process.exitCode = 1;
}
