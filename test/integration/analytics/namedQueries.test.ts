import assert from 'node:assert/strict';
import type { NamedQuery } from '../../../src/protocol/analytics.ts';
import type { SqlValue } from '../../../src/protocol/engine.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { event, generation, span } from '../../unit/store/fixture.ts';
import { cliBackends } from '../cli/workspace.ts';
import { backends, type BackendFixture } from '../store/backends.ts';
import { ask } from './ask.ts';
import { assertClose, ExportedProject, known, mean, sum } from './exportedProject.ts';

type Row = Readonly<Record<string, SqlValue>>;

const wholeHistory = 36_500;
const planned = ['cost-by-model', 'fallback-rate', 'trace-costs'];

/** The rows of a named query by their column names. */
async function run(project: ExportedProject, name: string, days = wholeHistory): Promise<Row[]> {
  const queries = await project.engine.ask('namedQueries', { days });
  const query = queries.find((candidate) => candidate.name === name);
  assert.ok(query !== undefined, name);
  const { columns, rows } = await project.engine.query(query.sql, { maxRows: 100_000 });
  return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null])));
}

/** The smallest value that at least that share of all values do not exceed. */
function nearestRank(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)] ?? Number.NaN;
}

const keyOf = (...parts: unknown[]): string => JSON.stringify(parts.map((part) => part ?? null));
const groups = <R>(rows: readonly R[], key: (row: R) => string): [string, R[]][] => [...Map.groupBy(rows, key)];

describe('Named queries over an exported project', function () {
  this.timeout(180_000);
  let server: LangfuseServer;
  const projects = new Map<string, ExportedProject>();

  before(async () => {
    server = await startLangfuseServer({ observations: 4000, late: 0 });
    for (const { name, server: postgres } of cliBackends) {
      projects.set(name, await ExportedProject.create(server, await postgres()));
    }
  });
  after(async () => {
    for (const project of projects.values()) {
      await project.remove();
    }
    await server.close();
  });

  it('answer alike on both backends', async () => {
    const [first, second] = [...projects.values()];
    assert.ok(first !== undefined && second !== undefined);
    const queries = await first.engine.ask('namedQueries', {});
    assert.ok(queries.length >= 15 && planned.every((name) => queries.some((query) => query.name === name)));
    for (const { name } of queries.filter((query) => query.name !== 'export-runs')) {
      const a = await run(first, name);
      const b = await run(second, name);
      // The stand-in's calls leave room; rows made by hand below do not.
      assert.ok(a.length > 0 || name === 'context-near-limit', `${name} finds something`);
      assert.equal(a.length, b.length, name);
      for (const [index, row] of a.entries()) {
        for (const [column, value] of Object.entries(row)) {
          const other = b[index]?.[column];
          const label = `${name}, row ${index}, ${column}`;
          if (typeof value === 'number') {
            assertClose(other, value, label);
          } else {
            assert.equal(other, value, label);
          }
        }
      }
    }
  });

  for (const { name: backend } of cliBackends) {
    const project = (): ExportedProject => {
      const found = projects.get(backend);
      assert.ok(found !== undefined);
      return found;
    };

    it(`are views that other tools read, on ${backend}`, async () => {
      const queries: readonly NamedQuery[] = await project().engine.ask('namedQueries', {});
      for (const { name, view, sql } of queries) {
        const { columns, rows } = await project().engine.query(sql, { maxRows: 100_000 });
        const seen = project().sql(`SELECT * FROM ${view}`);
        assert.equal(seen.length, rows.length, name);
        if (seen[0] !== undefined) {
          assert.deepEqual(Object.keys(seen[0]), columns, name);
        }
      }
    });

    it(`give the plan's sums by model, on ${backend}`, async () => {
      const rows = project().sql(
        'SELECT provider, model, input_tokens, output_tokens, cost_usd, latency_seconds FROM llm_generations',
      );
      const found = await run(project(), 'cost-by-model');
      const expected = groups(rows, ({ provider, model }) => keyOf(provider, model));
      assert.equal(found.length, expected.length);
      for (const [key, ofModel] of expected) {
        const row = found.find(({ provider, model }) => keyOf(provider, model) === key);
        assert.ok(row !== undefined, key);
        assert.equal(row.total_calls, ofModel.length, key);
        assert.equal(row.total_input_tokens, sum(known(ofModel, 'input_tokens')), key);
        assert.equal(row.total_output_tokens, sum(known(ofModel, 'output_tokens')), key);
        assert.equal(row.calls_without_cost, ofModel.length - known(ofModel, 'cost_usd').length, key);
        assertClose(row.total_cost_usd, sum(known(ofModel, 'cost_usd')), key);
        assertClose(row.avg_latency_sec, mean(known(ofModel, 'latency_seconds')), key);
      }
      const costs = found.map(({ total_cost_usd: cost }) => cost ?? -1);
      assert.deepEqual(
        costs,
        costs.toSorted((a, b) => Number(b) - Number(a)),
        'dearest first, unknown last',
      );
    });

    it(`give the plan's fallback rates, on ${backend}`, async () => {
      const calls = project().sql('SELECT model, count(*) AS n FROM llm_generations GROUP BY model');
      const fallbacks = project().sql(
        `SELECT original_model AS model, count(*) AS n FROM llm_events
         WHERE event_name IN ('rate_limit_fallback', 'context_length_fallback') GROUP BY original_model`,
      );
      const found = await run(project(), 'fallback-rate');
      for (const { model, n } of calls) {
        const away = Number(fallbacks.find((row) => row.model === model)?.n ?? 0);
        const row = found.find((candidate) => candidate.model === (model ?? null));
        assert.ok(row !== undefined, String(model));
        assert.deepEqual([row.total_count, row.fallback_count], [n, away]);
        assert.equal(row.fallback_rate_pct, Math.round((away / Number(n)) * 10_000) / 100);
      }
      assert.ok(fallbacks.length > 0 && fallbacks.every(({ model }) => found.some((row) => row.model === model)));
    });

    it(`count each call and event of a trace once, on ${backend}`, async () => {
      const found = await run(project(), 'trace-costs');
      assert.equal(found.length, 20);
      const dearest = project().sql(
        `SELECT trace_id, sum(cost_usd) AS cost FROM llm_generations WHERE cost_usd IS NOT NULL
         GROUP BY trace_id ORDER BY 2 DESC LIMIT 20`,
      );
      for (const [index, row] of found.entries()) {
        const id = String(row.trace_id).replaceAll("'", "''");
        const [counts] = project().sql(
          `SELECT (SELECT count(*) FROM llm_generations WHERE trace_id = '${id}') AS generations,
                  (SELECT count(*) FROM llm_events WHERE trace_id = '${id}') AS events`,
        );
        const models = project().sql(`SELECT DISTINCT model FROM llm_generations WHERE trace_id = '${id}'`);
        assertClose(row.total_cost, Number(dearest[index]?.cost), `dearest ${index}`);
        assert.deepEqual([row.generation_count, row.event_count], [counts?.generations, counts?.events], id);
        const used = models.map(({ model }) => model).filter((model) => model !== null && model !== undefined);
        assert.deepEqual(String(row.models_used).split(', ').toSorted(), used.toSorted(), id);
      }
    });

    it(`give percentiles by nearest rank, on ${backend}`, async () => {
      const rows = project().sql(
        `SELECT model, latency_seconds FROM llm_generations
         WHERE latency_seconds IS NOT NULL AND observation_type <> 'EMBEDDING'`,
      );
      const found = await run(project(), 'latency-by-model');
      const expected = groups(rows, ({ model }) => keyOf(model));
      assert.equal(found.length, expected.length);
      for (const [key, ofModel] of expected) {
        const row = found.find(({ model }) => keyOf(model) === key);
        const values = known(ofModel, 'latency_seconds');
        assert.equal(row?.calls, values.length);
        for (const percent of [50, 90, 95, 99]) {
          assertClose(row[`p${percent}_sec`], nearestRank(values, percent / 100), `${key} p${percent}`);
        }
      }
    });

    it(`agree with the questions on agents and on where they fail, on ${backend}`, async () => {
      const scope = { range: { start: '2000-01-01T00:00:00.000Z', end: '2100-01-01T00:00:00.000Z' } };
      const { agents, failureSteps } = await project().engine.ask('agents', { scope });
      const found = await run(project(), 'agents');
      const types = agents.flatMap(({ taskTypes }) => taskTypes);
      assert.equal(found.length, types.length);
      for (const type of types) {
        const row = found.find((each) => each.agent_name === type.agent && each.task_type === type.taskType);
        assert.deepEqual(
          [row?.tasks, row?.judged, row?.successes, row?.llm_calls, row?.fallbacks],
          [type.tasks, type.successRate.n, type.successRate.count, type.llmCalls, type.fallbacks],
        );
        assertClose(row?.cost_per_success_usd, type.costPerSuccessfulTaskUsd, type.agent);
      }
      const steps = (await run(project(), 'agent-failure-steps')).map((row) =>
        keyOf(row.agent_name, row.step, row.observation_type, row.failures),
      );
      assert.deepEqual(
        steps.toSorted(),
        failureSteps.map((step) => keyOf(step.agent, step.step, step.observationType, step.failures)).toSorted(),
      );
    });
  }
});

for (const backend of backends) {
  describe(`Named queries over rows made by hand, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    before(async () => (fixture = await backend.create()));
    after(() => fixture.clean());

    const ago = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

    it('look back their own number of days, or the one given', async () => {
      const store = fixture.open();
      const call = (id: string, days: number, values: object = {}): ReturnType<typeof generation> =>
        generation(id, {
          trace_id: id,
          model: 'm',
          cost_usd: 1,
          created_at: ago(days),
          start_time: ago(days),
          ...values,
        });
      await store.write(async (transaction) => {
        await transaction.upsert('llm_generations', [
          call('new', 1),
          call('week', 6.9),
          call('older', 7.1),
          call('near', 2, { model: 'small', input_tokens: 81 }),
          call('far', 2, { model: 'small', input_tokens: 79 }),
        ]);
        await transaction.upsert('llm_events', [
          event('limit', {
            event_type: 'fallback',
            event_name: 'context_length_fallback',
            original_model: 'small',
            original_max_context: 100,
            created_at: ago(400),
          }),
        ]);
        await transaction.upsert('llm_spans', [
          span('s', { trace_id: 'new', level: 'ERROR', status_message: 'broke', name: 'tool', created_at: ago(1) }),
        ]);
      });
      const config = { database: { backend: backend.name === 'SQLite' ? 'sqlite' : 'postgres' } } as const;
      const rows = async (name: string, days?: number): Promise<unknown[]> => {
        const queries = await ask(store, 'namedQueries', days === undefined ? {} : { days }, { config });
        const sql = queries.find((query) => query.name === name)?.sql ?? '';
        return (await store.query(sql, { maxRows: 99 })).rows as unknown[];
      };
      const callsOf = async (days?: number): Promise<unknown> =>
        ((await rows('cost-by-model', days)) as unknown[][]).find(([, model]) => model === 'm')?.[2];
      assert.deepEqual([await callsOf(), await callsOf(2), await callsOf(30)], [2, 1, 3]);
      const near = (await rows('context-near-limit')) as unknown[][];
      assert.deepEqual(
        near.map((row) => row.slice(2)),
        [['near', 'small', 81, 100, 81]],
      );
      assert.deepEqual(
        ((await rows('error-messages')) as unknown[][]).map((row) => row.slice(0, 4)),
        [['SPAN', 'tool', 'broke', 1]],
      );
    });
  });
}
