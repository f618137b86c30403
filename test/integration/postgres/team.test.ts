import assert from 'node:assert/strict';
import { systemClock, silentLog } from '../../../src/engine/ports.ts';
import { parseConfig } from '../../../src/engine/config/config.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import type { Engine } from '../../../src/protocol/engine.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { Workspace } from '../cli/workspace.ts';
import { PostgresServer } from './postgresServer.ts';

const range = { start: '2026-10-01T00:00:00Z', end: '2026-11-22T12:00:00Z' };
const exportAll = ['export', '--start-time', range.start, '--end-time', range.end, '--json'] as const;

/** An engine as the editor runs it, in this process. */
function editorEngine(workspace: Workspace, server: LangfuseServer, postgres: PostgresServer): Engine {
  const config = parseConfig(
    {
      workspace: workspace.folder,
      langfuse: { baseUrl: server.url, publicKey: server.publicKey, secretKey: server.secretKey },
      export: { pageSize: 100 },
      database: {
        backend: 'postgres',
        postgres: { connectionString: postgres.url(workspace.environment.POSTGRES_DATABASE ?? '') },
      },
    },
    (name) => name,
  );
  return openEngine({
    config,
    log: silentLog,
    clock: systemClock,
    fetch: (url, init) => fetch(url, init),
    purpose: 'VS Code',
  });
}

describe('Several exporters on one PostgreSQL database', function () {
  this.timeout(240_000);
  let postgres: PostgresServer;
  let server: LangfuseServer;
  let workspace: Workspace;

  before(async () => {
    postgres = await PostgresServer.start();
    server = await startLangfuseServer({ observations: 4000, late: 0, resent: 0, latencyMs: 25 });
    workspace = await Workspace.create(server, postgres);
    workspace.environment.EXPORT_BATCH_SIZE = '100';
  });

  after(async () => {
    await workspace.remove();
    await server.close();
    await postgres.remove();
  });

  it('end with every row once, through kills and restarts of the server', async () => {
    const engine = editorEngine(workspace, server, postgres);
    await engine.setup();
    let over = false;
    /** Starts the CLI again and again, killing it now and then, until one export has completed. */
    const commandLine = async (lifetimes: readonly number[]): Promise<string[]> => {
      const failures: string[] = [];
      for (let round = 0; ; round++) {
        const running = workspace.start(exportAll);
        const lifetime = lifetimes[round];
        const killer = lifetime === undefined ? undefined : setTimeout(() => running.child.kill('SIGKILL'), lifetime);
        const { exitCode, stderr } = await running.ended;
        clearTimeout(killer);
        if (exitCode === 0) {
          return failures;
        }
        // 75: another one exports, or the server is away at the start; null: killed.
        if (exitCode !== 75 && exitCode !== null) {
          failures.push(stderr);
        }
        await systemClock.sleep(200);
      }
    };
    const editor = async (): Promise<string[]> => {
      for (;;) {
        try {
          await engine.export({ trigger: 'timer', range: { start: range.start, end: range.end } }, () => undefined);
          return [];
        } catch (error) {
          if (!(error instanceof EngineError) || error.code !== 'export.alreadyRunning') {
            return [String(error)];
          }
          assert.match(error.message, /process \d+ on \S+ \((export|VS-Code)\), since 20\d\d-/);
        }
        await systemClock.sleep(300);
      }
    };
    const restarts = async (): Promise<string[]> => {
      for (const pause of [1500, 2500]) {
        await systemClock.sleep(pause);
        await postgres.stop();
        await systemClock.sleep(500);
        await postgres.start();
      }
      over = true;
      return [];
    };
    const failures = (
      await Promise.all([commandLine([900, 1400, 1100]), commandLine([1300, 700]), editor(), restarts()])
    ).flat();
    await engine.close();
    assert.ok(over);
    assert.deepEqual(failures, []);
    const totals = server.dataset.totals();
    const [stored] = workspace.sql(`
      SELECT (SELECT count(*) FROM llm_traces) AS traces,
             (SELECT count(*) FROM llm_generations) AS generations,
             (SELECT count(DISTINCT (trace_id, id)) FROM llm_generations) AS distinct_generations,
             (SELECT count(*) FROM llm_spans) AS spans,
             (SELECT count(*) FROM llm_events) AS events,
             (SELECT count(*) FROM llm_scores) AS scores,
             (SELECT sum(input_tokens) FROM llm_generations) AS tokens,
             (SELECT count(*) FROM export_metadata WHERE status = 'running') AS running,
             (SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()) AS deadlocks`);
    assert.deepEqual(stored, {
      traces: totals.traces,
      generations: totals.generations,
      distinct_generations: totals.generations,
      spans: totals.spans,
      events: totals.events,
      scores: totals.scores,
      tokens: totals.inputTokens,
      running: 0,
      deadlocks: 0,
    });
  });
});
