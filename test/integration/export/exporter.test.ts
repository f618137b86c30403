import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { parseConfig, type EngineConfigInput } from '../../../src/engine/config/config.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import { silentLog, systemClock } from '../../../src/engine/ports.ts';
import type { Engine, ExportReport } from '../../../src/protocol/engine.ts';
import type { LangfuseServerOptions } from '../../langfuse-server/options.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { sharedServer } from '../postgres/sharedServer.ts';

const range = { start: '2026-10-01T00:00:00Z', end: '2026-11-22T12:00:00Z' };

type Row = Record<string, unknown>;

/** A database that only one test uses, and another reader of it than the code under test. */
interface TestDatabase {
  readonly config: EngineConfigInput['database'];
  rows(sql: string): Promise<Row[]>;
  remove(): Promise<void>;
}

function sqliteDatabase(folder: string): TestDatabase {
  return {
    config: {},
    rows: (sql) => {
      using database = new DatabaseSync(path.join(folder, '.langfuse', 'llm_metrics.db'), { readOnly: true });
      const rows = database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }));
      return Promise.resolve(rows);
    },
    remove: () => Promise.resolve(),
  };
}

async function postgresDatabase(): Promise<TestDatabase> {
  const server = await sharedServer();
  const database = await server.createDatabase();
  const { port, user, password } = server;
  const address = { host: '127.0.0.1', port, user, password, database };
  return {
    config: { backend: 'postgres', postgres: address },
    rows: async (sql) => {
      const client = new pg.Client(address);
      await client.connect();
      try {
        return (await client.query<Row>(sql)).rows;
      } finally {
        await client.end();
      }
    },
    remove: () => server.dropDatabase(database),
  };
}

const databases = {
  SQLite: (folder: string) => Promise.resolve(sqliteDatabase(folder)),
  PostgreSQL: () => postgresDatabase(),
};

/** An engine on a folder and a database of its own. */
class Bench {
  readonly server: LangfuseServer;
  readonly engine: Engine;
  readonly #folder: string;
  readonly #database: TestDatabase;

  private constructor(server: LangfuseServer, folder: string, database: TestDatabase) {
    this.server = server;
    this.#folder = folder;
    this.#database = database;
    const { url: baseUrl, publicKey, secretKey } = server;
    const langfuse = { baseUrl, publicKey, secretKey };
    const config = parseConfig({ workspace: folder, langfuse, database: database.config }, (name) => name);
    const fetchFrom = (url: string, init: RequestInit): Promise<Response> => fetch(url, init);
    this.engine = openEngine({ config, log: silentLog, clock: systemClock, fetch: fetchFrom, purpose: 'test' });
  }

  static async start(backend: keyof typeof databases, options: Partial<LangfuseServerOptions>): Promise<Bench> {
    const server = await startLangfuseServer({ observations: 1500, ...options });
    const folder = await mkdtemp(path.join(tmpdir(), 'langfuse-metrics-export-'));
    return new Bench(server, folder, await databases[backend](folder));
  }

  export(): Promise<ExportReport> {
    return this.engine.export({ trigger: 'command', range }, () => undefined);
  }

  sql(statement: string): Promise<Row[]> {
    return this.#database.rows(statement);
  }

  /** The only row of an aggregate; PostgreSQL's counts are texts. */
  async aggregate(statement: string): Promise<Record<string, number>> {
    const [row] = await this.sql(statement);
    return Object.fromEntries(Object.entries(row ?? {}).map(([name, value]) => [name, Number(value)]));
  }

  async stop(): Promise<void> {
    await this.engine.close();
    await this.server.close();
    await this.#database.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function assertTotals(bench: Bench, report: ExportReport): Promise<void> {
  const totals = bench.server.dataset.totals();
  assert.equal(report.status, 'completed');
  assert.deepEqual(report.setAside, []);
  assert.deepEqual(report.unreconciled, []);
  assert.deepEqual(report.counts, {
    traces: totals.traces,
    generations: totals.generations,
    spans: totals.spans,
    events: totals.events,
    scores: totals.scores,
    prompts: totals.promptVersions,
  });
  const sums = await bench.aggregate('SELECT sum(cost_usd) AS cost, sum(total_tokens) AS tokens FROM llm_generations');
  assert.ok(Math.abs(Number(sums.cost) - totals.costUsd) < 1e-9 * totals.costUsd, `cost ${String(sums.cost)}`);
  assert.equal(sums.tokens, totals.totalTokens);
  const traces = await bench.aggregate(
    `SELECT sum(total_cost_usd) AS cost, sum(total_generations) AS generations, sum(total_events) AS events,
       sum(error_count) AS errors FROM llm_traces`,
  );
  assert.ok(Math.abs(Number(traces.cost) - totals.costUsd) < 1e-9 * totals.costUsd);
  assert.equal(traces.generations, totals.generations);
  assert.equal(traces.events, totals.events);
  assert.equal(traces.errors, totals.errors);
}

for (const backend of ['SQLite', 'PostgreSQL'] as const) {
  describe(`An export into ${backend}`, function () {
    this.timeout(120_000);
    let bench: Bench;

    afterEach(() => bench.stop());

    const servers: readonly (readonly [string, Partial<LangfuseServerOptions>])[] = [
      ['a v4 server', { generation: 'events' }],
      ['a v3 server', { generation: 'legacy' }],
      ['a v4 server whose events table is not filled', { generation: 'eventsInLegacyMode' }],
      ['a v4 server that serves both generations', { generation: 'dual' }],
      ['pages that end early or are empty', { continuation: 0.4 }],
      ['64-bit integers as text', { numbersAsStrings: true }],
      ['answers too large for the server', { hugeTexts: 4, hugeTextBytes: 3_000_000 }],
      ['the quota of a plan', { plan: 'hobby', rateWindowSeconds: 1 }],
    ];
    for (const [title, options] of servers) {
      it(`ends with exactly the rows of ${title}`, async () => {
        bench = await Bench.start(backend, { ...options, late: 0 });
        await assertTotals(bench, await bench.export());
      });
    }

    it('takes in rows that arrive late and rows that were sent anew', async () => {
      bench = await Bench.start(backend, { late: 0.05 });
      await assertTotals(bench, await bench.export());
      const before = (await bench.aggregate('SELECT count(*) AS rows FROM llm_spans')).rows ?? 0;
      assert.ok(bench.server.dataset.releaseLate() > 20);
      const [row] = await bench.sql(
        `SELECT trace_id, id FROM llm_generations WHERE level <> 'ERROR' ORDER BY id LIMIT 1`,
      );
      bench.server.dataset.reviseRow(String(row?.trace_id), String(row?.id), {
        level: 'ERROR',
        statusMessage: 'revised',
      });
      await assertTotals(bench, await bench.export());
      const after = await bench.aggregate('SELECT count(*) AS rows FROM llm_spans');
      assert.ok((after.rows ?? 0) > before);
      assert.deepEqual(await bench.sql(`SELECT id FROM llm_generations WHERE status_message = 'revised'`), [
        { id: row?.id },
      ]);
    });

    it('moves an observation that has become another kind, and keeps it in one table', async () => {
      bench = await Bench.start(backend, { late: 0 });
      await bench.export();
      const [span] = await bench.sql(
        `SELECT trace_id, id FROM llm_spans WHERE observation_type = 'SPAN' ORDER BY id LIMIT 1`,
      );
      bench.server.dataset.reviseRow(String(span?.trace_id), String(span?.id), {
        model: 'gpt-4o',
        usageDetails: { input: 10, output: 5, total: 15 },
      });
      await assertTotals(bench, await bench.export());
      const where = `WHERE id = '${String(span?.id)}' AND trace_id = '${String(span?.trace_id)}'`;
      assert.deepEqual(await bench.sql(`SELECT id FROM llm_spans ${where}`), []);
      assert.deepEqual(await bench.sql(`SELECT model FROM llm_generations ${where} AND total_tokens = 15`), [
        { model: 'gpt-4o' },
      ]);
    });

    it('rates every run of a prompt and every task of an agent by the scores there are', async () => {
      bench = await Bench.start(backend, { late: 0 });
      await bench.export();
      const linked = await bench.aggregate(
        'SELECT count(*) AS rows FROM llm_generations WHERE prompt_name IS NOT NULL',
      );
      const executions = await bench.aggregate(
        `SELECT count(*) AS rows, count(*) FILTER (WHERE success IS NULL) AS unknown,
         count(*) FILTER (WHERE success_source LIKE 'score:%') AS scored
       FROM prompt_executions`,
      );
      assert.equal(executions.rows, linked.rows);
      assert.equal(executions.unknown, 0);
      assert.ok(Number(executions.scored) > 0);
      const agents = await bench.aggregate(
        `SELECT count(DISTINCT trace_id) AS traces FROM (SELECT trace_id FROM llm_spans WHERE observation_type = 'AGENT'
       UNION SELECT trace_id FROM llm_generations WHERE observation_type = 'AGENT') AS agents`,
      );
      const tasks = await bench.aggregate(
        `SELECT count(*) AS rows, count(*) FILTER (WHERE t.total_cost_usd IS DISTINCT FROM r.total_cost_usd) AS otherwise
       FROM agent_task_results r JOIN llm_traces t ON t.id = r.trace_id`,
      );
      assert.ok(
        Number(tasks.rows) >= Number(agents.traces) && Number(agents.traces) > 0,
        JSON.stringify({ agents, tasks }),
      );
      assert.equal(tasks.otherwise, 0);
      assert.deepEqual(
        await bench.sql(
          `SELECT prompt_name, count(*) AS rows FROM prompt_variants WHERE is_default GROUP BY 1 HAVING count(*) > 1`,
        ),
        [],
      );
    });

    it('spends at most 5 % more requests than the rows need', async () => {
      bench = await Bench.start(backend, { observations: 60_000, textBytes: 50, late: 0, gzip: false });
      const report = await bench.export();
      assert.equal(report.status, 'completed');
      const { storedRows, scores } = bench.server.dataset.totals();
      const lists = bench.server.requests.filter(
        ({ path: asked, query }) => /v2\/observations|v3\/scores/.test(asked) && !/limit=1(&|$)/.test(query),
      ).length;
      const needed = Math.ceil(storedRows / 1000) + Math.ceil(scores / 100);
      assert.ok(lists <= needed * 1.05, `${lists} requests for ${needed} pages`);
    });

    it('goes on where it was cancelled, and reports the cancelled run as such', async () => {
      bench = await Bench.start(backend, { observations: 12_000, textBytes: 50, late: 0, resent: 0 });
      const cancelled = new AbortController();
      const report = await bench.engine.export(
        { trigger: 'command', range },
        ({ counts }) => {
          if (counts.spans > 3000) {
            cancelled.abort();
          }
        },
        cancelled.signal,
      );
      assert.equal(report.status, 'cancelled');
      const hoursOfScores = (
        await bench.sql(`SELECT CAST(received AS text) AS received FROM export_checkpoints WHERE stream = 'scores'`)
      ).map(({ received }) => Object.keys(JSON.parse(String(received)) as object).length);
      assert.deepEqual(hoursOfScores, [1], 'a checkpoint of scores grows with the range');
      const spent = bench.server.requests.length;
      await assertTotals(bench, await bench.export());
      const again = bench.server.requests.slice(spent).filter(({ path: asked }) => asked.includes('v2/observations'));
      assert.ok(again.length <= 12, `${again.length} pages of observations were asked for after the cancellation`);
      const statuses = (await bench.engine.runs(10)).map(({ status }) => status);
      assert.deepEqual(statuses, ['completed', 'cancelled']);
      assert.deepEqual(await bench.sql('SELECT * FROM export_checkpoints'), []);
    });
  });
}
