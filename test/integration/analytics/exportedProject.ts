import assert from 'node:assert/strict';
import { parseConfig } from '../../../src/engine/config/config.ts';
import { readEnvironment } from '../../../src/engine/config/environment.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import { silentLog, systemClock } from '../../../src/engine/ports.ts';
import type { Engine } from '../../../src/protocol/engine.ts';
import type { LangfuseServer } from '../../langfuse-server/server.ts';
import { Workspace } from '../cli/workspace.ts';
import type { PostgresServer } from '../postgres/postgresServer.ts';

type Row = Readonly<Record<string, unknown>>;

/** A workspace with everything that a server had, exported by the command. */
export class ExportedProject {
  readonly workspace: Workspace;
  readonly engine: Engine;

  private constructor(workspace: Workspace) {
    this.workspace = workspace;
    const { input, nameOf } = readEnvironment(workspace.environment, {});
    const config = parseConfig({ ...input, workspace: workspace.folder }, nameOf);
    this.engine = openEngine({ config, log: silentLog, clock: systemClock, fetch, purpose: 'test' });
  }

  static async create(server: LangfuseServer, postgres: PostgresServer | null): Promise<ExportedProject> {
    const workspace = await Workspace.create(server, postgres);
    const ended = await workspace.run(['export', '--start-time', '2026-01-01T00:00:00Z', '--json']);
    assert.equal(ended.exitCode, 0, ended.stderr);
    return new ExportedProject(workspace);
  }

  /** What an independent reader of the database answers. */
  sql(statement: string): Row[] {
    return this.workspace.sql(statement);
  }

  async remove(): Promise<void> {
    await this.engine.close();
    await this.workspace.remove();
  }
}

/** Values of a column that are known. */
export function known(rows: readonly Row[], column: string): number[] {
  return rows.map((row) => row[column]).filter((value) => typeof value === 'number');
}

export const sum = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((total, value) => total + value, 0);

export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : (sum(values) ?? 0) / values.length;

/** Equal but for the order in which floating-point numbers were added. */
export function assertClose(found: unknown, expected: number | null, of: string, tolerance = 1e-9): void {
  if (expected === null || typeof found !== 'number') {
    assert.equal(found, expected, of);
    return;
  }
  assert.ok(Math.abs(found - expected) <= tolerance * Math.max(1, Math.abs(expected)), `${of}: ${found}, ${expected}`);
}
