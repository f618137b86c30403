import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** What a launcher starts: the runtime that the extension host itself runs on, so that no Node need be installed. */
export interface Launched {
  /** Absolute path of VS Code's own program, or of the Node of its server. */
  readonly runtime: string;
  /** Absolute path of the command line's script. */
  readonly script: string;
}

/** The name under which the command line is on PATH. */
const name = 'langfuse-metrics';

/**
 * Writes the launchers of the command line into a folder, for POSIX shells and for Windows. What is
 * there already and right is not touched; what a script may be starting is replaced as a whole.
 * @throws the file system's errors
 */
export async function writeLaunchers(folder: string, launched: Launched): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeLauncher(path.join(folder, name), posixLauncher(launched));
  await writeLauncher(path.join(folder, `${name}.cmd`), windowsLauncher(launched));
}

async function writeLauncher(file: string, text: string): Promise<void> {
  const present = await readFile(file, 'utf8').catch(() => null);
  if (present === text) {
    return;
  }
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, text, { mode: 0o755 });
  await rename(partial, file);
}

/** ELECTRON_RUN_AS_NODE makes VS Code's program a plain Node; Node itself does not know it. */
const posixLauncher = ({ runtime, script }: Launched): string =>
  `#!/bin/sh\nELECTRON_RUN_AS_NODE=1 exec ${posixQuoted(runtime)} ${posixQuoted(script)} "$@"\n`;

const posixQuoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

const windowsLauncher = ({ runtime, script }: Launched): string =>
  [
    '@echo off',
    'setlocal',
    'set ELECTRON_RUN_AS_NODE=1',
    `"${batchEscaped(runtime)}" "${batchEscaped(script)}" %*`,
    'exit /b %errorlevel%',
    '',
  ].join('\r\n');

const batchEscaped = (text: string): string => text.replaceAll('%', '%%');
