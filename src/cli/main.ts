import path from 'node:path';
import { runtimeFetch, systemClock } from '../engine/ports.ts';
import type { Cli } from './cli.ts';
import { Diagnostics } from './diagnostics.ts';
import { untilInterrupted } from './interruption.ts';
import { loadTexts } from './localisation.ts';
import { runProgram } from './program.ts';

declare const PRODUCT_VERSION: string;

/** The folder of the bundle; null when running from source, which has neither texts nor a WASM file beside it. */
const bundleFolder = typeof __dirname === 'undefined' ? null : __dirname;

function processCli(locale: string): Cli {
  return {
    environment: process.env,
    workingDirectory: process.cwd(),
    stdin: process.stdin,
    stdout: process.stdout,
    diagnostics: new Diagnostics(process.stderr),
    clock: systemClock,
    fetch: runtimeFetch,
    locale,
    wasmPath: bundleFolder === null ? undefined : path.join(bundleFolder, 'sql-wasm.wasm'),
    untilInterrupted,
    finish: (code) => {
      process.exitCode = code;
    },
  };
}

/** A reader that has seen enough, such as `head`, closes its end: that is no failure of the command. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') {
        throw error;
      }
    });
  }
}

// The editor's launcher sets it; programs that `rate-limit run` starts are not meant.
delete process.env.ELECTRON_RUN_AS_NODE;
ignoreClosedPipes();
const locale = bundleFolder === null ? 'en' : loadTexts(path.join(bundleFolder, '..', 'media', 'l10n'), process.env);
const version = typeof PRODUCT_VERSION === 'undefined' ? 'development' : PRODUCT_VERSION;
void runProgram(process.argv.slice(2), processCli(locale), version);
