import type { Readable, Writable } from 'node:stream';
import type { DatabaseBackend } from '../engine/config/backends.ts';
import type { Variables } from '../engine/config/environment.ts';
import type { Clock, Fetch } from '../engine/ports.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { ExitCode } from './exitCodes.ts';

/** What a command may touch of the process that it runs in; made in main.ts. */
export interface Cli {
  readonly environment: Variables;
  /** Absolute. */
  readonly workingDirectory: string;
  readonly stdin: Readable;
  /** The answer, and nothing else. */
  readonly stdout: Writable;
  /** Everything that is not the answer. */
  readonly diagnostics: Diagnostics;
  readonly clock: Clock;
  readonly fetch: Fetch;
  /** BCP 47 tag for numbers. */
  readonly locale: string;
  /** Where sql-wasm.wasm lies; undefined when running from source. */
  readonly wasmPath: string | undefined;
  /** Runs `work` with a signal that SIGINT and SIGTERM abort. */
  untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Says how the process will end. */
  finish(code: ExitCode): void;
}

/** Flags that every command takes. */
export interface GlobalOptions {
  readonly json?: true;
  readonly verbose?: true;
  readonly workspace?: string;
  readonly db?: string;
  readonly backend?: DatabaseBackend;
}

/** One JSON document, the whole of what `--json` leaves on stdout. */
export function printJson(cli: Cli, document: unknown): void {
  cli.stdout.write(`${JSON.stringify(document)}\n`);
}
