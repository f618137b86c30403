import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { parseConfig, type EngineConfig } from '../../../src/engine/config/config.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import { silentLog, systemClock } from '../../../src/engine/ports.ts';
import type { CallFigures, ModelsAnswer, UsageDimension } from '../../../src/protocol/analytics.ts';
import type { Engine } from '../../../src/protocol/engine.ts';
import type { Percentiles } from '../../../src/protocol/figures.ts';
import type { ScopeFilters, TimeBucket } from '../../../src/protocol/scope.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { cliBackends, Workspace } from '../cli/workspace.ts';
import { sharedServer } from '../postgres/sharedServer.ts';
import { plainCallsSql, plainFallbacksSql, plainFigures, type PlainCall, type PlainFigures } from './plainFigures.ts';

/** Neither end at a whole hour; clocks in Paris are put back on 25 October. */
const range = { start: '2026-10-23T14:37:12.345Z', end: '2026-11-20T09:03:00.001Z' };

function assertClose(found: number | null | undefined, expected: number | null, tolerance: number, of: string): void {
  if (expected === null || found == null) {
    assert.equal(found ?? null, expected, of);
    return;
  }
  assert.ok(Math.abs(found - expected) <= tolerance, `${of}: ${found} for ${expected}`);
}

function assertLatency(found: Percentiles | null, expected: PlainFigures, of: string): void {
  assertClose(found?.p50, expected.p50, 0.01 * (expected.p50 ?? 0), `${of} p50`);
  assertClose(found?.p95, expected.p95, 0.01 * (expected.p95 ?? 0), `${of} p95`);
  assertClose(found?.p99, expected.p99, 0.01 * (expected.p99 ?? 0), `${of} p99`);
}

function assertFigures(found: CallFigures, rows: readonly PlainCall[], of: string): void {
  const expected = plainFigures(rows);
  for (const name of [
    'calls',
    'errors',
    'fallbacks',
    'callsWithoutCost',
    'inputTokens',
    'cachedTokens',
    'outputTokens',
    'totalTokens',
  ] as const) {
    assert.equal(found[name], expected[name], `${of} ${name}`);
  }
  assertClose(found.costUsd, expected.costUsd, 1e-9, `${of} cost`);
  assertClose(found.inputCostUsd, expected.inputCostUsd, 1e-9, `${of} input cost`);
  assertLatency(found.latency, expected, of);
  assertClose(
    found.timeToFirstToken?.p90,
    expected.firstTokenP90,
    0.01 * (expected.firstTokenP90 ?? 0),
    `${of} first token`,
  );
  assertClose(found.outputTokensPerSecond, expected.outputTokensPerSecond, 1e-6, `${of} tokens a second`);
}

function configOf({ folder, environment }: Workspace): EngineConfig {
  const {
    POSTGRES_PORT: port,
    POSTGRES_DATABASE: database,
    POSTGRES_USER: user,
    POSTGRES_PASSWORD: password,
  } = environment;
  const postgres = { host: '127.0.0.1', port: Number(port), database, user, password };
  return parseConfig(
    { workspace: folder, ...(port === undefined ? {} : { database: { backend: 'postgres', postgres } }) },
    (name) => name,
  );
}

/** Changes the database behind the product's back. */
async function change(workspace: Workspace, statement: string): Promise<void> {
  const { database } = configOf(workspace);
  if (database.backend === 'postgres') {
    await (await sharedServer()).sql(database.postgres.database, statement);
    return;
  }
  using file = new DatabaseSync(workspace.database);
  file.exec(`${statement}; ${noteEverything}`);
}

/** On SQLite it is the store that notes which hours its writes touch. */
const noteEverything = `INSERT INTO rollup_queue (project_id, hour)
  SELECT DISTINCT project_id, substr(created_at, 1, 13) || ':00:00.000Z' FROM llm_generations`;

/** The day that a calendar on the wall shows. */
const localDay = (timeZone: string): ((at: string) => string) => {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
  return (at) => format.format(Date.parse(at));
};

for (const backend of cliBackends) {
  describe(`figures of calls on ${backend.name}`, function () {
    this.timeout(240_000);
    let server: LangfuseServer;
    let workspace: Workspace;
    let engine: Engine;
    let all: readonly PlainCall[];

    const inRange = (rows: readonly PlainCall[]): PlainCall[] =>
      rows.filter(({ at }) => Date.parse(at) >= Date.parse(range.start) && Date.parse(at) < Date.parse(range.end));
    const readAll = (): PlainCall[] =>
      [...workspace.sql(plainCallsSql), ...workspace.sql(plainFallbacksSql)] as unknown as PlainCall[];
    const ask = (filters?: ScopeFilters): Promise<ModelsAnswer> =>
      engine.ask('models', { scope: { range, ...(filters === undefined ? {} : { filters }) } });

    before(async () => {
      server = await startLangfuseServer({ observations: 12_000 });
      workspace = await Workspace.create(server, await backend.server());
      const exported = await workspace.run(['export', '--start-time', '2026-10-01', '--end-time', '2026-11-22T12:00Z']);
      assert.equal(exported.exitCode, 0, exported.stderr);
      engine = openEngine({
        config: configOf(workspace),
        log: silentLog,
        clock: systemClock,
        fetch: () => Promise.reject(new Error('no network')),
        purpose: 'test',
      });
      all = readAll();
    });

    after(async () => {
      await engine.close();
      await server.close();
      await workspace.remove();
    });

    it('of each model and of all together equal a plain computation', async () => {
      const answer = await ask();
      const rows = inRange(all);
      assertFigures(answer.total, rows, 'all');
      const keys = new Set(
        rows.filter(({ kind }) => kind === 'call').map(({ provider, model }) => `${provider} ${model}`),
      );
      assert.deepEqual(new Set(answer.models.map(({ provider, model }) => `${provider} ${model}`)), keys);
      for (const model of answer.models) {
        const own = rows.filter(
          (row) => row.model === model.model && (row.kind === 'fallback' || row.provider === model.provider),
        );
        assertFigures(model, own, String(model.model));
      }
    });

    it('of every filter equal a plain computation', async () => {
      const rows = inRange(all);
      const agentTraces = new Set(
        workspace
          .sql(`SELECT trace_id FROM agent_task_results WHERE agent_name = 'support_agent'`)
          .map(({ trace_id: id }) => id),
      );
      const user = rows.find(({ user_id }) => user_id !== null)!.user_id!;
      const withPrompt = (row: PlainCall): boolean =>
        rows.some((call) => call.trace_id === row.trace_id && call.prompt_name === 'support-chat');
      const cases: readonly (readonly [ScopeFilters, (row: PlainCall) => boolean])[] = [
        [{ models: ['gpt-4o', 'o3-mini'] }, ({ model }) => model === 'gpt-4o' || model === 'o3-mini'],
        [
          { providers: ['anthropic'] },
          ({ kind, provider, model }) =>
            kind === 'call' ? provider === 'anthropic' : (model ?? '').startsWith('claude'),
        ],
        [{ environments: ['production'] }, ({ environment }) => environment === 'production'],
        [
          { prompts: ['support-chat'] },
          (row) => (row.kind === 'call' ? row.prompt_name === 'support-chat' : withPrompt(row)),
        ],
        [{ traceNames: ['support_agent'] }, (row) => row.trace_name === 'support_agent'],
        [{ agents: ['support_agent'] }, (row) => agentTraces.has(row.trace_id)],
        [{ users: [user] }, (row) => row.user_id === user],
        [{ tags: ['beta'] }, ({ tags }) => JSON.stringify(tags).includes('beta')],
        [
          { models: ['gpt-4o'], environments: ['production'], tags: ['beta'] },
          (row) =>
            row.model === 'gpt-4o' && row.environment === 'production' && JSON.stringify(row.tags).includes('beta'),
        ],
      ];
      for (const [filters, holds] of cases) {
        const own = rows.filter(holds);
        assert.ok(own.length > 0, `nothing has ${JSON.stringify(filters)}`);
        assertFigures((await ask(filters)).total, own, JSON.stringify(filters));
      }
    });

    it('over local days equal a plain computation, whichever way the zone is off', async () => {
      for (const timeZone of ['Europe/Paris', 'America/Los_Angeles', 'UTC', 'Pacific/Auckland']) {
        const day = localDay(timeZone);
        const { series, buckets } = await engine.ask('usage', { scope: { range }, by: null, bucket: 'day', timeZone });
        const expected = Map.groupBy(inRange(all), ({ at }) => day(at));
        const points = series[0]!.points;
        assert.deepEqual(
          points.map(({ start }) => day(start)),
          [...expected.keys()].sort(),
        );
        assert.ok(points.every(({ start }) => buckets.includes(start)));
        for (const point of points) {
          const of = plainFigures(expected.get(day(point.start))!);
          assert.deepEqual(
            [point.calls, point.errors, point.fallbacks, point.totalTokens],
            [of.calls, of.errors, of.fallbacks, of.totalTokens],
          );
          assertClose(point.costUsd, of.costUsd, 1e-9, point.start);
          if (of.latencies < 30) {
            assert.equal(point.latency, null);
          } else {
            assertLatency(point.latency, of, point.start);
          }
        }
      }
    });

    it('without latency are the same but for that', async () => {
      // It begins inside an hour, so that some of it comes from the calls themselves.
      const partly = { start: `${range.start.slice(0, 13)}:20:00.000Z`, end: range.end };
      const params = { scope: { range: partly }, by: 'model', bucket: 'day', timeZone: 'Europe/Paris' } as const;
      const whole = await engine.ask('usage', params);
      assert.ok(whole.series.some(({ points }) => points.some(({ latency }) => latency !== null)));
      const series = whole.series.map((one) => ({
        ...one,
        points: one.points.map((point) => ({ ...point, latency: null })),
      }));
      assert.deepEqual(await engine.ask('usage', { ...params, latency: false }), { ...whole, series });
    });

    it('by every dimension add up to the same', async () => {
      const rows = inRange(all);
      const columns: Readonly<Record<UsageDimension, (row: PlainCall) => string | null>> = {
        model: (row) => row.model,
        provider: (row) => row.provider,
        prompt: (row) => row.prompt_name,
        environment: (row) => row.environment,
        traceName: (row) => row.trace_name,
      };
      for (const [by, valueOf] of Object.entries(columns) as [UsageDimension, (row: PlainCall) => string | null][]) {
        for (const bucket of ['hour', '3hours', 'week'] satisfies TimeBucket[]) {
          const answer = await engine.ask('usage', { scope: { range }, by, bucket, timeZone: 'Europe/Paris' });
          const calls = rows.filter(({ kind }) => kind === 'call');
          const expected = Map.groupBy(calls, valueOf);
          const found = answer.series.filter(({ total }) => total.calls > 0);
          assert.deepEqual(
            new Map(found.map(({ key, total }) => [key, total.calls])),
            new Map([...expected].map(([key, own]) => [key, own.length]).sort() as [string | null, number][]),
            by,
          );
          for (const { key, total } of found) {
            assertClose(total.costUsd, plainFigures(expected.get(key)!).costUsd, 1e-9, `${by} ${key}`);
          }
        }
      }
    });

    it('say nothing of what nobody knows', async () => {
      const { models } = await ask({ models: ['my-private-llm'] });
      const [model] = models;
      assert.equal(models.length, 1);
      assert.equal(model?.quality.value === null ? model.missing.quality : 'noScores', 'noScores');
      const { total } = await ask({ models: ['no such model'] });
      assert.deepEqual(
        [
          total.calls,
          total.costUsd,
          total.latency,
          total.errorRate.value,
          total.missing.costUsd,
          total.missing.errorRate,
        ],
        [0, null, null, null, 'noCalls', 'noCalls'],
      );
    });

    it('of rows that changed since the last export are those of the rows', async () => {
      const changed = `UPDATE llm_generations SET cost_usd = cost_usd + 1 WHERE model = 'gpt-5'`;
      await change(workspace, changed);
      const rows = inRange(readAll());
      assertFigures(
        (await ask({ models: ['gpt-5'] })).total,
        rows.filter(({ model }) => model === 'gpt-5'),
        'changed',
      );
      assert.notEqual(workspace.sql('SELECT hour FROM rollup_queue').length, 0);
      await engine.setup();
      assert.deepEqual(workspace.sql('SELECT hour FROM rollup_queue'), []);
      assertFigures(
        (await ask({ models: ['gpt-5'] })).total,
        rows.filter(({ model }) => model === 'gpt-5'),
        'rolled up',
      );
    });

    it('come from rollups that a rebuild makes the same', async () => {
      const dump = `SELECT * FROM usage_rollups ORDER BY level, start, project_id, slot`;
      const before = workspace.sql(dump);
      const rebuilt = await workspace.run(['setup', '--rebuild-rollups', '--json']);
      assert.equal(rebuilt.exitCode, 0, rebuilt.stderr);
      assert.ok((JSON.parse(rebuilt.stdout) as { rebuiltHours: number }).rebuiltHours > 500);
      assert.deepEqual(workspace.sql(dump), before);
    });
  });
}
