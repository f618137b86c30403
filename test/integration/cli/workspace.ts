import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ErrorData } from '../../../src/protocol/errors.ts';
import type { ExportReport } from '../../../src/protocol/engine.ts';
import type { LangfuseServer } from '../../langfuse-server/server.ts';
import { cliBundle } from './bundle.ts';

export interface Ended {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The CLI as a process of its own. */
export class CliProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], options: { environment: NodeJS.ProcessEnv; stdin: string }) {
    this.child = spawn(process.execPath, args, {
      env: { ...cleanEnvironment(), ...options.environment },
      stdio: 'pipe',
    });
    this.child.stdin?.end(options.stdin);
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    this.ended = once(this.child, 'close').then(([exitCode]) => ({
      exitCode: exitCode as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves when `condition` holds; fails when the process ends before it does. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`The process ended too early: ${this.#stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

interface StartOptions {
  /** In place of the workspace's. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** A temporary folder that the CLI works on. */
export class Workspace {
  readonly folder: string;
  readonly environment: Record<string, string> = {};

  readonly #cli: string;

  private constructor(folder: string, cli: string) {
    this.folder = folder;
    this.#cli = cli;
  }

  static async create(server: LangfuseServer | null): Promise<Workspace> {
    const folder = await mkdtemp(path.join(tmpdir(), 'langfuse-metrics-cli-'));
    const workspace = new Workspace(folder, await cliBundle());
    if (server !== null) {
      Object.assign(workspace.environment, keysOf(server));
    }
    return workspace;
  }

  get database(): string {
    return path.join(this.folder, '.langfuse', 'llm_metrics.db');
  }

  start(args: readonly string[], options: StartOptions = {}): CliProcess {
    return new CliProcess([this.#cli, ...args, '--workspace', this.folder], {
      environment: options.environment ?? this.environment,
      stdin: options.stdin ?? '',
    });
  }

  run(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** What the sqlite3 shell answers, an independent reader; where it is not installed, the runtime's own SQLite. */
  sql(statement: string): Record<string, unknown>[] {
    const { stdout, stderr, error } = spawnSync('sqlite3', ['-readonly', '-json', this.database, statement], {
      encoding: 'utf8',
      maxBuffer: 1e9,
    });
    if (error !== undefined) {
      using database = new DatabaseSync(this.database, { readOnly: true });
      return database.prepare(statement).all();
    }
    if (stderr !== '') {
      throw new Error(stderr);
    }
    return stdout === '' ? [] : (JSON.parse(stdout) as Record<string, unknown>[]);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

export function keysOf(server: LangfuseServer): Record<string, string> {
  return {
    LANGFUSE_BASE_URL: server.url,
    LANGFUSE_PUBLIC_KEY: server.publicKey,
    LANGFUSE_SECRET_KEY: server.secretKey,
  };
}

/** The document on stdout, which must be the only thing there. */
export function reportOf({ stdout }: Ended): ExportReport {
  return JSON.parse(stdout) as ExportReport;
}

export function errorOf({ stdout }: Ended): ErrorData {
  return (JSON.parse(stdout) as { error: ErrorData }).error;
}

/** What belongs to this machine's user must not reach the commands under test. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(LANGFUSE|EXPORT|POSTGRES)_|^(LC_.*|LANG)$/.test(name)),
  );
}
