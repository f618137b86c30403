import assert from 'node:assert/strict';
import type { BulkRow, MetricsStore } from '../../../src/engine/store/store.ts';
import { generation, score, span, variant } from '../../unit/store/fixture.ts';
import { backends, type BackendFixture } from '../store/backends.ts';
import { ask } from './ask.ts';

/** Four weeks; clocks in Paris are put back on 25 October. */
const range = { start: '2026-10-12T00:00:00.000Z', end: '2026-11-09T00:00:00.000Z' };
const scope = { range };
const hour = 3_600_000;
const hoursIn = (hours: number): string => new Date(Date.parse(range.start) + hours * hour).toISOString();

function run(id: string, hours: number, values: Partial<BulkRow<'prompt_executions'>>): BulkRow<'prompt_executions'> {
  return {
    execution_id: id,
    project_id: 'p',
    prompt_id: 'greet:v1',
    trace_id: `t-${id}`,
    observation_id: `o-${id}`,
    executed_at: hoursIn(hours),
    success: 1,
    success_source: 'level',
    ...values,
  };
}

for (const backend of backends) {
  describe(`The history of a prompt, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    let store: MetricsStore;
    beforeEach(async () => {
      fixture = await backend.create();
      store = fixture.open();
      await store.write((transaction) =>
        transaction.upsert('prompt_variants', [
          variant('greet:v1', { prompt_name: 'greet', version: 1 }),
          variant('greet:v2', { prompt_name: 'greet', version: 2 }),
        ]),
      );
    });
    afterEach(() => fixture.clean());

    const write = (rows: readonly BulkRow<'prompt_executions'>[]): Promise<unknown> =>
      store.write((transaction) => transaction.upsert('prompt_executions', rows));

    it('has points where it ran, in the days of the reader', async () => {
      await write([
        run('a', 21, { cost_usd: 0.25, latency_seconds: 1 }),
        // 22:30 UTC is the next day in Paris until the 25th, and the same day after it.
        run('b', 22.5, { cost_usd: 0.75, latency_seconds: 3 }),
        run('c', 23, { success: 0, latency_seconds: 5 }),
        run('d', 14 * 24 + 22.5, { success: null, prompt_id: 'greet:v2' }),
        run('e', 15, { prompt_id: 'greet:v1:v2' }),
        run('f', 15, { prompt_id: 'greeting:v1' }),
      ]);
      const answer = await ask(store, 'promptTrend', {
        scope,
        prompt: 'greet',
        bucket: 'day',
        timeZone: 'Europe/Paris',
      });
      assert.equal(answer.buckets.length, 29);
      assert.deepEqual(
        answer.versions.map(({ version, points }) => [
          version,
          points.map(({ start, executions, successRate, costPerExecutionUsd, latencyP50 }) => ({
            start,
            executions,
            success: [successRate.count, successRate.n],
            costPerExecutionUsd,
            latencyP50,
          })),
        ]),
        [
          [
            2,
            [
              {
                start: '2026-10-25T23:00:00.000Z',
                executions: 1,
                success: [0, 0],
                costPerExecutionUsd: null,
                latencyP50: null,
              },
            ],
          ],
          [
            1,
            [
              {
                start: '2026-10-11T22:00:00.000Z',
                executions: 1,
                success: [1, 1],
                costPerExecutionUsd: 0.25,
                latencyP50: 1,
              },
              {
                start: '2026-10-12T22:00:00.000Z',
                executions: 2,
                success: [1, 2],
                costPerExecutionUsd: 0.75,
                latencyP50: 4,
              },
            ],
          ],
        ],
      );
    });

    it('drifts when its last week differs from its first', async () => {
      const week = (name: string, from: number, succeed: number): BulkRow<'prompt_executions'>[] =>
        Array.from({ length: 100 }, (_, index) =>
          run(`${name}${index}`, from + index, { success: index < succeed ? 1 : 0, success_source: 'score:ok' }),
        );
      const short = Array.from({ length: 50 }, (_, index) => run(`s${index}`, index, { prompt_id: 'greet:v2' }));
      await write([...week('first', 0, 95), ...week('between', 200, 20), ...week('last', 400, 60), ...short]);
      const [second, first] = await ask(store, 'promptDrift', { scope, prompt: 'greet' });
      assert.deepEqual([first?.version, first?.first?.successRate.count, first?.last?.successRate.count], [1, 95, 60]);
      assert.deepEqual([first?.first?.successRate.n, first?.last?.successRate.n], [100, 100]);
      assert.ok(Math.abs((first?.difference?.value ?? 0) + 0.35) < 1e-12);
      assert.match(first?.verdict ?? '', /^the last week is worse than the first/);
      assert.deepEqual([second?.version, second?.first, second?.difference], [2, null, null]);
      assert.match(second?.verdict ?? '', /less than two weeks/);
    });

    it('fails for the reasons that the deciding score or the error gives', async () => {
      await write([
        run('own', 4, { success: 0, success_source: 'score:ok' }),
        run('trace', 3, { success: 0, success_source: 'score:ok' }),
        run('error', 2, { success: 0 }),
        run('silent', 1, {
          success: 0,
          success_source: 'recorded',
          trace_id: null,
          observation_id: null,
          output_text: 'no',
        }),
        run('fine', 5, {}),
      ]);
      const said = (id: string, trace: string, values: Partial<BulkRow<'llm_scores'>>): BulkRow<'llm_scores'> =>
        score(id, { name: 'ok', trace_id: trace, data_type: 'BOOLEAN', value: 0, ...values });
      await store.write(async (transaction) => {
        await transaction.upsert('llm_scores', [
          said('1', 't-own', { comment: 'of the trace', created_at: hoursIn(9) }),
          said('2', 't-own', { comment: 'old', observation_id: 'o-own', created_at: hoursIn(7) }),
          said('3', 't-own', { comment: 'wrong order', observation_id: 'o-own', created_at: hoursIn(8) }),
          said('4', 't-own', { comment: 'of another call', observation_id: 'o-x', created_at: hoursIn(10) }),
          said('5', 't-trace', { comment: 'wrong order' }),
          said('6', 't-trace', { comment: 'of another score', name: 'style' }),
          said('7', 't-error', { comment: 'did not decide' }),
        ]);
        const broken = { level: 'ERROR', trace_id: 't-error' } as const;
        await transaction.upsert('llm_spans', [
          span('s', { ...broken, status_message: 'first', created_at: hoursIn(1) }),
        ]);
        await transaction.upsert('llm_generations', [
          generation('o-error', {
            ...broken,
            status_message: '429',
            created_at: hoursIn(2),
            prompt_text: 'Hello',
            completion_text: 'x'.repeat(500),
          }),
        ]);
      });
      const answer = await ask(store, 'promptFailures', { scope, prompt: 'greet', limit: 3 });
      assert.equal(answer.total, 4);
      assert.deepEqual(answer.reasons, [
        { reason: 'wrong order', count: 2 },
        { reason: null, count: 1 },
        { reason: '429', count: 1 },
      ]);
      assert.deepEqual(
        answer.executions.map(({ executionId, reason }) => [executionId, reason]),
        [
          ['own', 'wrong order'],
          ['trace', 'wrong order'],
          ['error', '429'],
        ],
      );
      const failed = answer.executions[2];
      assert.deepEqual([failed?.inputPreview, failed?.outputPreview?.length, failed?.version], ['Hello', 400, 1]);
      const none = await ask(store, 'promptFailures', { scope, prompt: 'greet', version: 2, limit: 3 });
      assert.deepEqual(none, { total: 0, reasons: [], executions: [] });
    });

    it('holds what scripts recorded, where one project has the prompt', async () => {
      const recorded = (id: string, prompt: string): BulkRow<'prompt_executions'> =>
        run(id, 1, { project_id: 'local', prompt_id: prompt, success_source: 'recorded', trace_id: null });
      await write([run('a', 1, {}), recorded('b', 'greet:v1'), recorded('c', 'greet:v3'), recorded('d', 'other:v1')]);
      const counts = async (projectId: string | null): Promise<unknown> => {
        const { prompts } = await ask(store, 'prompts', { scope: { range, projectId } });
        return prompts.map(({ projectId: home, prompt, versions }) => [
          home,
          prompt,
          versions.map(({ version, executions }) => [version, executions]),
        ]);
      };
      const own = [
        'p',
        'greet',
        [
          [3, 1],
          [2, 0],
          [1, 2],
        ],
      ];
      assert.deepEqual(await counts(null), [own, ['local', 'other', [[1, 1]]]]);
      assert.deepEqual(await counts('p'), [own]);
      const compared = await ask(store, 'promptComparison', { scope, prompt: 'greet' });
      assert.deepEqual([compared.projectId, compared.variants.map(({ executions }) => executions)], ['p', [2, 1]]);
      await store.write((transaction) =>
        transaction.upsert('prompt_variants', [
          variant('greet:v1', { project_id: 'q', prompt_name: 'greet', version: 1 }),
        ]),
      );
      assert.deepEqual(await counts('local'), [
        [
          'local',
          'greet',
          [
            [3, 1],
            [1, 1],
          ],
        ],
        ['local', 'other', [[1, 1]]],
      ]);
    });

    it('tells a prompt without runs from one that nobody knows', async () => {
      const silent = await ask(store, 'promptComparison', { scope, prompt: 'greet' });
      assert.deepEqual([silent.variants, silent.comparisons, silent.baseline], [[], [], null]);
      assert.deepEqual(silent.missing, { variants: 'noCalls' });
      await assert.rejects(ask(store, 'promptComparison', { scope, prompt: 'great' }), (error: Error) =>
        (error as Error & { hint: string }).hint.includes('greet'),
      );
      await write([run('old', -1000, { prompt_id: 'gone:v1' })]);
      assert.deepEqual((await ask(store, 'promptComparison', { scope, prompt: 'gone' })).variants, []);
    });
  });

  describe(`Tasks that scripts record of exported traces, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    before(async () => (fixture = await backend.create()));
    after(() => fixture.clean());

    it('stand in place of the derived ones, and take from them what the script did not say', async () => {
      const store = fixture.open();
      const task = (id: string, project: string, values: object): BulkRow<'agent_task_results'> => ({
        task_id: id,
        project_id: project,
        agent_name: 'triage',
        started_at: hoursIn(5),
        trace_id: 't1',
        ...values,
      });
      await store.write((transaction) =>
        transaction.upsert('agent_task_results', [
          task('t1', 'p', { success: 1, total_cost_usd: 0.5, total_tokens: 10, llm_calls_count: 2 }),
          task('mine', 'local', { success: 0, llm_calls_count: 3 }),
          task('theirs', 'local', { success: 1, agent_name: 'writer' }),
          task('t2', 'p', { trace_id: 't2', success: 1, total_cost_usd: 0.25 }),
        ]),
      );
      const { agents } = await ask(store, 'agents', { scope });
      assert.deepEqual(
        agents.map(({ agent, tasks, successRate, costUsd, llmCalls, tokens }) => ({
          agent,
          tasks,
          successes: successRate.count,
          costUsd,
          llmCalls,
          tokens,
        })),
        [
          { agent: 'triage', tasks: 2, successes: 1, costUsd: 0.75, llmCalls: 3, tokens: 10 },
          { agent: 'writer', tasks: 1, successes: 1, costUsd: null, llmCalls: null, tokens: null },
        ],
      );
      const ofProject = await ask(store, 'agents', { scope: { range, projectId: 'p' } });
      assert.deepEqual(
        ofProject.agents.map(({ agent, tasks }) => [agent, tasks]),
        [['triage', 2]],
      );
    });
  });
}
