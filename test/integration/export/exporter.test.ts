import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseConfig } from '../../../src/engine/config/config.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import { silentLog, systemClock } from '../../../src/engine/ports.ts';
import type { Engine, ExportReport } from '../../../src/protocol/engine.ts';
import type { LangfuseServerOptions } from '../../langfuse-server/options.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';

const range = { start: '2026-10-01T00:00:00Z', end: '2026-11-22T12:00:00Z' };

/** An engine on a folder of its own, and what another reader finds in its database. */
class Bench {
  readonly server: LangfuseServer;
  readonly engine: Engine;
  readonly #folder: string;

  private constructor(server: LangfuseServer, folder: string) {
    this.server = server;
    this.#folder = folder;
    const { url: baseUrl, publicKey, secretKey } = server;
    const config = parseConfig({ workspace: folder, langfuse: { baseUrl, publicKey, secretKey } }, (name) => name);
    const fetchFrom = (url: string, init: RequestInit): Promise<Response> => fetch(url, init);
    this.engine = openEngine({ config, log: silentLog, clock: systemClock, fetch: fetchFrom, purpose: 'test' });
  }

  static async start(options: Partial<LangfuseServerOptions>): Promise<Bench> {
    const server = await startLangfuseServer({ observations: 1500, ...options });
    return new Bench(server, await mkdtemp(path.join(tmpdir(), 'langfuse-metrics-export-')));
  }

  export(): Promise<ExportReport> {
    return this.engine.export({ trigger: 'command', range }, () => undefined);
  }

  sql(statement: string): Record<string, unknown>[] {
    using database = new DatabaseSync(path.join(this.#folder, '.langfuse', 'llm_metrics.db'), { readOnly: true });
    return database
      .prepare(statement)
      .all()
      .map((row) => ({ ...row }));
  }

  /** The only row of an aggregate. */
  aggregate(statement: string): Record<string, unknown> {
    return this.sql(statement)[0] ?? {};
  }

  async stop(): Promise<void> {
    await this.engine.close();
    await this.server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function assertTotals(bench: Bench, report: ExportReport): void {
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
  const sums = bench.aggregate('SELECT sum(cost_usd) AS cost, sum(total_tokens) AS tokens FROM llm_generations');
  assert.ok(Math.abs(Number(sums.cost) - totals.costUsd) < 1e-9 * totals.costUsd, `cost ${String(sums.cost)}`);
  assert.equal(sums.tokens, totals.totalTokens);
  const traces = bench.aggregate(
    `SELECT sum(total_cost_usd) AS cost, sum(total_generations) AS generations, sum(total_events) AS events,
       sum(error_count) AS errors FROM llm_traces`,
  );
  assert.ok(Math.abs(Number(traces.cost) - totals.costUsd) < 1e-9 * totals.costUsd);
  assert.equal(traces.generations, totals.generations);
  assert.equal(traces.events, totals.events);
  assert.equal(traces.errors, totals.errors);
}

describe('An export', function () {
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
      bench = await Bench.start({ ...options, late: 0 });
      assertTotals(bench, await bench.export());
    });
  }

  it('takes in rows that arrive late and rows that were sent anew', async () => {
    bench = await Bench.start({ late: 0.05 });
    assertTotals(bench, await bench.export());
    const before = Number(bench.sql('SELECT count(*) AS rows FROM llm_spans')[0]?.rows);
    assert.ok(bench.server.dataset.releaseLate() > 20);
    const [row] = bench.sql(`SELECT trace_id, id FROM llm_generations WHERE level <> 'ERROR' ORDER BY id LIMIT 1`);
    bench.server.dataset.reviseRow(String(row?.trace_id), String(row?.id), {
      level: 'ERROR',
      statusMessage: 'revised',
    });
    assertTotals(bench, await bench.export());
    assert.ok(Number(bench.sql('SELECT count(*) AS rows FROM llm_spans')[0]?.rows) > before);
    assert.deepEqual(bench.sql(`SELECT id FROM llm_generations WHERE status_message = 'revised'`), [{ id: row?.id }]);
  });

  it('moves an observation that has become another kind, and keeps it in one table', async () => {
    bench = await Bench.start({ late: 0 });
    await bench.export();
    const [span] = bench.sql(`SELECT trace_id, id FROM llm_spans WHERE observation_type = 'SPAN' ORDER BY id LIMIT 1`);
    bench.server.dataset.reviseRow(String(span?.trace_id), String(span?.id), {
      model: 'gpt-4o',
      usageDetails: { input: 10, output: 5, total: 15 },
    });
    assertTotals(bench, await bench.export());
    const where = `WHERE id = '${String(span?.id)}' AND trace_id = '${String(span?.trace_id)}'`;
    assert.deepEqual(bench.sql(`SELECT id FROM llm_spans ${where}`), []);
    assert.deepEqual(bench.sql(`SELECT model, total_tokens FROM llm_generations ${where}`), [
      { model: 'gpt-4o', total_tokens: 15 },
    ]);
  });

  it('rates every run of a prompt and every task of an agent by the scores there are', async () => {
    bench = await Bench.start({ late: 0 });
    await bench.export();
    const linked = bench.aggregate('SELECT count(*) AS rows FROM llm_generations WHERE prompt_name IS NOT NULL');
    const executions = bench.aggregate(
      `SELECT count(*) AS rows, sum(success IS NULL) AS unknown, sum(success_source LIKE 'score:%') AS scored
       FROM prompt_executions`,
    );
    assert.equal(executions.rows, linked.rows);
    assert.equal(executions.unknown, 0);
    assert.ok(Number(executions.scored) > 0);
    const agents = bench.aggregate(
      `SELECT count(DISTINCT trace_id) AS traces FROM (SELECT trace_id FROM llm_spans WHERE observation_type = 'AGENT'
       UNION SELECT trace_id FROM llm_generations WHERE observation_type = 'AGENT')`,
    );
    const tasks = bench.aggregate(
      `SELECT count(*) AS rows, sum(t.total_cost_usd IS NOT r.total_cost_usd) AS otherwise
       FROM agent_task_results r JOIN llm_traces t ON t.id = r.trace_id`,
    );
    assert.ok(
      Number(tasks.rows) >= Number(agents.traces) && Number(agents.traces) > 0,
      JSON.stringify({ agents, tasks }),
    );
    assert.equal(tasks.otherwise, 0);
    assert.deepEqual(
      bench.sql(
        `SELECT prompt_name, count(*) AS rows FROM prompt_variants WHERE is_default GROUP BY 1 HAVING rows > 1`,
      ),
      [],
    );
  });

  it('spends at most 5 % more requests than the rows need', async () => {
    bench = await Bench.start({ observations: 60_000, textBytes: 50, late: 0, gzip: false });
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
    bench = await Bench.start({ observations: 12_000, textBytes: 50, late: 0, resent: 0 });
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
    const spent = bench.server.requests.length;
    assertTotals(bench, await bench.export());
    const again = bench.server.requests.slice(spent).filter(({ path: asked }) => asked.includes('v2/observations'));
    assert.ok(again.length <= 12, `${again.length} pages of observations were asked for after the cancellation`);
    const statuses = (await bench.engine.runs(10)).map(({ status }) => status);
    assert.deepEqual(statuses, ['completed', 'cancelled']);
    assert.deepEqual(bench.sql('SELECT * FROM export_checkpoints UNION ALL SELECT * FROM export_checkpoints'), []);
  });
});
