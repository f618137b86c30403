import assert from 'node:assert/strict';
import type { CostDimension, CostsAnswer } from '../../../src/protocol/analytics.ts';
import type { BulkRow, MetricsStore } from '../../../src/engine/store/store.ts';
import { generation } from '../../unit/store/fixture.ts';
import { backends, type BackendFixture } from '../store/backends.ts';
import { ask, rollupStates, writeCalls } from './ask.ts';

const range = { start: '2026-11-01T00:00:00.000Z', end: '2026-11-08T00:00:00.000Z' };
const inRange = '2026-11-03T12:00:00.000Z';

const call = (
  id: string,
  trace: string,
  model: string | null,
  cost: number | null,
  rest: Partial<BulkRow<'llm_generations'>> = {},
): BulkRow<'llm_generations'> =>
  generation(id, {
    trace_id: trace,
    model,
    cost_usd: cost,
    total_tokens: 100,
    created_at: inRange,
    start_time: inRange,
    ...rest,
  });

const chat = { user_id: 'ann', session_id: 's1', trace_name: 'chat', tags: '["beta","eu"]', provider: 'openai' };
const calls = [
  call('g1', 't1', 'gpt-4o', 0.1, { ...chat, prompt_name: 'greet', environment: 'prod' }),
  call('g2', 't1', 'claude', 0.2, { ...chat, provider: 'anthropic', environment: 'prod' }),
  call('g3', 't2', 'gpt-4o', null, { user_id: 'bob', tags: '["eu"]', provider: 'openai', total_tokens: null }),
  call('g4', 't2', 'gpt-4o', 0.05, { user_id: 'bob', tags: '["eu"]', provider: 'openai', prompt_name: 'greet' }),
  call('g5', 't3', 'private', null),
  call('g6', 't4', 'gpt-4o', 1, { created_at: '2026-10-28T00:00:00.000Z' }),
  call('g7', 't5', 'gpt-4o', 7, { created_at: range.end }),
];

for (const [backend, state] of backends.flatMap((each) => rollupStates.map((state) => [each, state] as const))) {
  describe(`Costs ${state.name}, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    let store: MetricsStore;

    before(async () => {
      fixture = await backend.create();
      store = fixture.open();
      await writeCalls(store, calls);
      const task = { project_id: 'p', started_at: inRange, success: 1 } as const;
      await store.write((transaction) =>
        transaction.upsert('agent_task_results', [
          { ...task, task_id: 't1', trace_id: 't1', agent_name: 'planner' },
          { ...task, task_id: 'recorded', trace_id: 't1', agent_name: 'writer' },
        ]),
      );
      await state.rollUp(store);
    });
    after(() => fixture.clean());

    const costs = (by: CostDimension, rest: { limit?: number; comparePrevious?: boolean } = {}): Promise<CostsAnswer> =>
      ask(store, 'costs', { scope: { range }, by, ...rest });
    const table = ({ rows }: CostsAnswer): unknown[] =>
      rows.map(({ key, costUsd, calls: n, callsWithoutCost }) => [
        key,
        costUsd === null ? null : Math.round(costUsd * 1e9) / 1e9,
        n,
        callsWithoutCost,
      ]);

    it('add up by each dimension, dearest first, unknown ones last', async () => {
      const tables: Partial<Record<CostDimension, unknown[]>> = {};
      for (const by of [
        'model',
        'provider',
        'agent',
        'prompt',
        'user',
        'session',
        'environment',
        'traceName',
      ] as const) {
        tables[by] = table(await costs(by));
      }
      assert.deepEqual(tables, {
        model: [
          ['claude', 0.2, 1, 0],
          ['gpt-4o', 0.15, 3, 1],
          ['private', null, 1, 1],
        ],
        provider: [
          ['anthropic', 0.2, 1, 0],
          ['openai', 0.15, 3, 1],
          [null, null, 1, 1],
        ],
        agent: [
          ['planner', 0.3, 2, 0],
          [null, 0.05, 3, 2],
        ],
        prompt: [
          [null, 0.2, 3, 2],
          ['greet', 0.15, 2, 0],
        ],
        user: [
          ['ann', 0.3, 2, 0],
          ['bob', 0.05, 2, 1],
          [null, null, 1, 1],
        ],
        session: [
          ['s1', 0.3, 2, 0],
          [null, 0.05, 3, 2],
        ],
        environment: [
          ['prod', 0.3, 2, 0],
          ['default', 0.05, 3, 2],
        ],
        traceName: [
          ['chat', 0.3, 2, 0],
          [null, 0.05, 3, 2],
        ],
      });
    });

    it('have rows whose sums are the total', async () => {
      for (const by of [
        'model',
        'provider',
        'agent',
        'prompt',
        'user',
        'session',
        'environment',
        'traceName',
      ] as const) {
        for (const limit of [1, 2, 20]) {
          const answer = await costs(by, { limit });
          const rows = [...answer.rows, ...(answer.others === null ? [] : [answer.others])];
          const sum = rows.reduce((total, { costUsd }) => total + (costUsd ?? 0), 0);
          assert.ok(Math.abs(sum - 0.35) < 1e-12 && Math.abs((answer.totalCostUsd ?? 0) - 0.35) < 1e-12, by);
          assert.equal(
            rows.reduce((total, row) => total + row.calls, 0),
            5,
          );
          assert.deepEqual([answer.calls, answer.callsWithoutCost], [5, 2]);
          assert.ok(answer.rows.length <= limit);
          const shares = rows.reduce((total, { share }) => total + (share ?? 0), 0);
          assert.ok(Math.abs(shares - 1) < 1e-12);
        }
      }
    });

    it('count a call for each of its tags, so that shares exceed the whole', async () => {
      const answer = await costs('tag');
      assert.deepEqual(table(answer), [
        ['eu', 0.35, 4, 1],
        ['beta', 0.3, 2, 0],
        [null, null, 1, 1],
      ]);
      assert.ok(Math.abs((answer.totalCostUsd ?? 0) - 0.35) < 1e-12);
      assert.equal(answer.calls, 5);
    });

    it('stand beside those of the period before', async () => {
      const answer = await costs('model', { comparePrevious: true, limit: 1 });
      assert.equal(answer.rows[0]?.previousCostUsd, null);
      assert.equal(answer.others?.previousCostUsd, 1);
      assert.equal((await costs('model')).rows[1]?.previousCostUsd, null);
    });

    it('are null with the reason where none is known, and never 0', async () => {
      const scope = { range, filters: { models: ['private'] } };
      const unknown = await ask(store, 'costs', { scope, by: 'model' });
      assert.deepEqual([unknown.totalCostUsd, unknown.callsWithoutCost], [null, 1]);
      assert.deepEqual(unknown.missing, { totalCostUsd: 'noCost' });
      assert.equal(unknown.rows[0]?.share, null);
      const nothing = await ask(store, 'costs', { scope: { range, filters: { users: ['nobody'] } }, by: 'user' });
      assert.deepEqual([nothing.totalCostUsd, nothing.rows], [null, []]);
      assert.deepEqual(nothing.missing, { totalCostUsd: 'noCalls' });
    });

    it('refuse a dimension that does not exist', async () => {
      await assert.rejects(ask(store, 'costs', { scope: { range }, by: 'mood' as CostDimension }), {
        code: 'question.invalid',
        message: /by/,
      });
    });
  });
}
