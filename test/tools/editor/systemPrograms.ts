import { spawnSync } from 'node:child_process';
import { run, runs, say, ToolError } from '../shell.ts';

const knownBrowsers: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser', 'microsoft-edge'],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

/** The full path, since a browser is started without a shell. */
function findBrowser(): string | null {
  const chosen = process.env.CHROME_PATH;
  const candidates = chosen ? [chosen] : (knownBrowsers[process.platform] ?? []);
  for (const candidate of candidates) {
    const found = process.platform === 'linux' ? fullPath(candidate) : candidate;
    // On Windows `--version` opens a window instead of answering.
    if (found && (process.platform === 'win32' || runs(found))) {
      return found;
    }
  }
  return null;
}

function fullPath(program: string): string | null {
  const { status, stdout } = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** Installs Debian packages where apt is and we may use it; false when it could not. */
async function aptInstall(...packages: readonly string[]): Promise<boolean> {
  if (process.platform !== 'linux' || !runs('apt-get')) {
    return false;
  }
  const root = process.getuid?.() === 0;
  if (!root && !runs('sudo', ['-n', 'true'])) {
    return false;
  }
  say(`setup: installing ${packages.join(', ')} with apt …`);
  const apt = async (...args: string[]): Promise<boolean> => {
    const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args];
    const [program = '', ...rest] = root ? command : ['sudo', '-n', ...command];
    return (await run(program, rest, { stdio: ['ignore', 2, 2] })).exitCode === 0;
  };
  return (await apt('update')) && (await apt('install', '-y', '--no-install-recommends', ...packages));
}

/**
 * The path of a Chromium, Chrome or Edge: CHROME_PATH, else an installed one, else Debian's.
 * @throws ToolError that says how to get one
 */
export async function ensureChromium(): Promise<string> {
  const found = findBrowser();
  if (found) {
    return found;
  }
  if (!process.env.CHROME_PATH && (await aptInstall('chromium', 'fonts-liberation'))) {
    const installed = findBrowser();
    if (installed) {
      return installed;
    }
  }
  throw new ToolError(
    'No Chromium, Chrome or Edge that runs was found. Install one (Debian: sudo apt install chromium),' +
      ' or set CHROME_PATH to the path of its program.',
  );
}

/**
 * Makes sure that the sqlite3 shell runs, which judges our files independently of our own code.
 * @throws ToolError that says how to get it
 */
export async function ensureSqliteShell(): Promise<void> {
  if (runs('sqlite3') || ((await aptInstall('sqlite3')) && runs('sqlite3'))) {
    return;
  }
  throw new ToolError(
    'The sqlite3 command-line shell is missing. Install it (Debian: sudo apt install sqlite3) and try again.',
  );
}

/**
 * Makes sure that python3 runs, whose rate limit client is tested with real processes.
 * @throws ToolError that says how to get it
 */
export async function ensurePython(): Promise<void> {
  if (runs('python3') || ((await aptInstall('python3')) && runs('python3'))) {
    return;
  }
  throw new ToolError('Python 3.8 or later is missing. Install it (Debian: sudo apt install python3) and try again.');
}
