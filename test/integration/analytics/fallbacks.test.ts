import assert from 'node:assert/strict';
import type { ScopeFilters } from '../../../src/protocol/scope.ts';
import type { FallbacksAnswer } from '../../../src/protocol/analytics.ts';
import type { BulkRow, MetricsStore } from '../../../src/engine/store/store.ts';
import { event, generation } from '../../unit/store/fixture.ts';
import { backends, type BackendFixture } from '../store/backends.ts';
import { ask, writeCalls } from './ask.ts';

const range = { start: '2026-11-01T00:00:00.000Z', end: '2026-11-08T00:00:00.000Z' };
const at = (hour: number): { created_at: string; start_time: string } => {
  const time = new Date(Date.UTC(2026, 10, 3, hour, 30)).toISOString();
  return { created_at: time, start_time: time };
};

const calls = (
  count: number,
  prefix: string,
  values: Partial<BulkRow<'llm_generations'>>,
): BulkRow<'llm_generations'>[] =>
  Array.from({ length: count }, (_, index) => generation(`${prefix}${index}`, { trace_id: 't1', ...values }));
const fallback = (id: string, values: Partial<BulkRow<'llm_events'>> = {}): BulkRow<'llm_events'> =>
  event(id, {
    trace_id: 't1',
    event_name: 'rate_limit_fallback',
    event_type: 'fallback',
    original_model: 'gpt-4o',
    fallback_model: 'claude-sonnet-4',
    fallback_reason: 'rate limit',
    created_at: at(1).created_at,
    ...values,
  });

for (const backend of backends) {
  describe(`Fallbacks, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    let store: MetricsStore;

    before(async () => {
      fixture = await backend.create();
      store = fixture.open();
      await writeCalls(store, [
        ...calls(6, 'a', { model: 'gpt-4o', ...at(1), environment: 'prod' }),
        ...calls(30, 'b', { model: 'gpt-4o', ...at(2) }),
        ...calls(30, 'c', { model: 'claude-sonnet-4', is_primary: 0, ...at(3), prompt_name: 'greet', trace_id: 't2' }),
        ...calls(2, 'd', { model: null, ...at(1) }),
      ]);
      await store.write((transaction) =>
        transaction.upsert('llm_events', [
          fallback('e1'),
          fallback('e2', { environment: 'prod' }),
          fallback('e3', { fallback_reason: 'timeout' }),
          fallback('e4', { original_model: 'gemini-2.5-pro', event_name: 'context_length_fallback', trace_id: 't2' }),
          fallback('e5', { event_name: 'fallback_success' }),
          fallback('e6', { created_at: '2026-12-01T00:00:00.000Z' }),
          event('e7', { created_at: at(1).created_at, trace_id: 't1' }),
        ]),
      );
    });
    after(() => fixture.clean());

    const fallbacks = (filters: ScopeFilters = {}): Promise<FallbacksAnswer> =>
      ask(store, 'fallbacks', { scope: { range, filters } });
    const counts = ({ models }: FallbacksAnswer): unknown[] =>
      models.map(({ model, calls: n, fallbacks: away }) => [model, n, away]);

    it('have the plan’s rate by model, of its calls and the fallbacks away from it', async () => {
      const answer = await fallbacks();
      assert.deepEqual(counts(answer), [
        ['gemini-2.5-pro', 0, 1],
        ['gpt-4o', 36, 3],
        ['claude-sonnet-4', 30, 0],
      ]);
      assert.deepEqual(
        answer.models.map(({ rate }) => [rate.count, rate.n]),
        [
          [1, 1],
          [3, 39],
          [0, 30],
        ],
      );
    });

    it('lead from a model to another for reasons', async () => {
      assert.deepEqual((await fallbacks()).chains, [
        {
          original: 'gpt-4o',
          fallback: 'claude-sonnet-4',
          count: 3,
          reasons: [
            { reason: 'rate limit', count: 2 },
            { reason: 'timeout', count: 1 },
          ],
        },
        {
          original: 'gemini-2.5-pro',
          fallback: 'claude-sonnet-4',
          count: 1,
          reasons: [{ reason: 'rate limit', count: 1 }],
        },
      ]);
    });

    it('make a storm of the hour that other models served', async () => {
      const { storms } = await fallbacks();
      assert.deepEqual(
        storms.map(({ start, calls: n, notPrimary }) => [start, n, notPrimary]),
        [['2026-11-03T03:00:00.000Z', 30, 30]],
      );
    });

    it('are those of the scope alone', async () => {
      assert.deepEqual(counts(await fallbacks({ environments: ['prod'] })), [['gpt-4o', 6, 1]]);
      assert.deepEqual(counts(await fallbacks({ models: ['gemini-2.5-pro'] })), [['gemini-2.5-pro', 0, 1]]);
      assert.deepEqual((await fallbacks({ providers: ['gemini'] })).chains.length, 1);
      assert.deepEqual(
        (await fallbacks({ prompts: ['greet'] })).chains.map(({ count }) => count),
        [1],
      );
      const nothing = await fallbacks({ users: ['nobody'] });
      assert.deepEqual([nothing.models, nothing.chains, nothing.storms], [[], [], []]);
      assert.deepEqual(nothing.missing, { models: 'noCalls' });
    });
  });
}
