import assert from 'node:assert/strict';
import fc from 'fast-check';
import { queueEverything, rollUp } from '../../../src/engine/store/rollups/rollUp.ts';
import type { MetricsStore } from '../../../src/engine/store/store.ts';
import { event, generation, legacyTrace } from '../../unit/store/fixture.ts';
import { backends, rowsOf, type BackendFixture } from '../store/backends.ts';

const at = (hour: number, minute = 0): string => new Date(Date.UTC(2026, 0, 1, hour, minute)).toISOString();

const roll = (store: MetricsStore): Promise<number> =>
  store.write((transaction) => rollUp(transaction, store.dialect, null));

const queued = async (store: MetricsStore): Promise<string[]> =>
  (await rowsOf(store, 'rollup_queue')).map(({ hour }) => String(hour));

for (const backend of backends) {
  describe(`usage rollups on ${backend.name}`, () => {
    let fixture: BackendFixture;
    let store: MetricsStore;

    beforeEach(async () => {
      fixture = await backend.create();
      store = fixture.open();
    });

    afterEach(() => fixture.clean());

    const rollups = async (level: string): Promise<Record<string, unknown>[]> =>
      (await rowsOf(store, 'usage_rollups')).filter((row) => row.level === level);

    it('sum up what is known and keep unknown what is not', async () => {
      const call = { model: 'gpt-4o', provider: 'openai', trace_id: 'a' };
      await store.write(async (transaction) => {
        await transaction.upsert('llm_generations', [
          generation('1', {
            ...call,
            created_at: at(5, 1),
            latency_seconds: 2,
            time_to_first_token_seconds: 0.5,
            input_tokens: 100,
            cached_tokens: 60,
            output_tokens: 20,
            total_tokens: 120,
            cost_usd: 0.1,
            input_cost_usd: 0.04,
            output_cost_usd: 0.06,
            cost_details: JSON.stringify({
              input: 0.02,
              input_cached_tokens: 0.015,
              input_cache_creation: 0.005,
              output: 0.06,
              total: 0.1,
            }),
          }),
          generation('2', { ...call, created_at: at(5, 59), level: 'ERROR', is_primary: 0, cost_usd: 0.2 }),
          generation('3', { ...call, created_at: at(6), output_tokens: 5, total_tokens: 5 }),
        ]);
        await transaction.upsert('llm_events', [
          event('4', { event_type: 'fallback', event_name: 'rate_limit', original_model: 'gpt-4o', created_at: at(5) }),
          event('5', { event_type: 'fallback', event_name: 'fallback_success', original_model: 'gpt-4o' }),
          event('6', { event_type: 'error', created_at: at(9) }),
        ]);
      });
      await roll(store);
      const hours = await rollups('hour');
      assert.deepEqual(
        hours.map(({ start, kind, model, calls, fallbacks }) => [start, kind, model, calls, fallbacks]),
        [
          [at(5), 'call', 'gpt-4o', 2, 0],
          [at(5), 'fallback', 'gpt-4o', 0, 1],
          [at(6), 'call', 'gpt-4o', 1, 0],
        ],
      );
      assert.deepEqual(hours[0], {
        level: 'hour',
        start: at(5),
        project_id: 'p',
        slot: 0,
        kind: 'call',
        provider: 'openai',
        model: 'gpt-4o',
        environment: 'default',
        prompt_name: null,
        prompt_version: null,
        trace_name: null,
        calls: 2,
        errors: 1,
        not_primary: 1,
        fallbacks: 0,
        calls_with_tokens: 1,
        input_tokens: 100,
        cached_tokens: 60,
        output_tokens: 20,
        reasoning_tokens: null,
        total_tokens: 120,
        calls_with_cost: 2,
        cost_usd: 0.3,
        input_cost_usd: 0.04,
        output_cost_usd: 0.06,
        cached_cost_usd: 0.015,
        timed_output_tokens: 20,
        output_seconds: 2,
        latency_seconds: 2,
        first_token_seconds: 0.5,
        // ln(2000) / ln(1.008 / 0.992) = 475.05, ln(500) / … = 388.40; the bucket above each.
        latency_sketch: '476',
        first_token_sketch: '389',
      });
      const [day] = await rollups('modelDay');
      assert.deepEqual(
        [day?.start, day?.calls, day?.cost_usd, day?.total_tokens, day?.environment],
        [at(0), 3, 0.3, 125, 'default'],
      );
    });

    it('note the hours that a change touches, the old and the new one of a row that moved, and no others', async () => {
      await store.write((transaction) =>
        transaction.upsert('llm_generations', [
          generation('1', { created_at: at(1) }),
          generation('2', { created_at: at(2) }),
          generation('3', { created_at: at(3) }),
        ]),
      );
      assert.deepEqual(await queued(store), [at(1), at(2), at(3)]);
      assert.equal(await roll(store), 3);
      assert.deepEqual(await queued(store), []);
      const before = await rollups('hour');

      await store.write((transaction) =>
        transaction.upsert('llm_generations', [
          generation('1', { created_at: at(1), cost_usd: 1 }),
          generation('2', { created_at: at(4), updated_at: at(9) }),
        ]),
      );
      assert.deepEqual(await queued(store), [at(2), at(4)]);
      await roll(store);
      const after = await rollups('hour');
      assert.deepEqual(
        after.map(({ start }) => start),
        [at(1), at(3), at(4)],
      );
      assert.deepEqual(after.slice(0, 2), [before[0], before[2]]);

      await store.write(({ db }) => db.deleteFrom('llm_generations').where('id', '=', '3').execute());
      assert.deepEqual(await queued(store), [at(3)]);
      await roll(store);
      assert.deepEqual(
        (await rollups('hour')).map(({ start }) => start),
        [at(1), at(4)],
      );
      assert.equal((await rollups('day'))[0]?.calls, 2);
    });

    it('follow a trace that gets another name', async () => {
      await store.write(async (transaction) => {
        await transaction.upsertTraces([legacyTrace('t', { name: 'old name' }), legacyTrace('u', { name: 'other' })]);
        await transaction.upsert('llm_generations', [
          generation('1', { created_at: at(1) }),
          generation('2', { created_at: at(2), trace_id: 'u' }),
        ]);
      });
      await roll(store);
      await store.write((transaction) =>
        transaction.upsertTraces([legacyTrace('t', { name: 'new name', updated_at: at(8) }), legacyTrace('u')]),
      );
      assert.deepEqual(await queued(store), [at(1)]);
      await roll(store);
      assert.deepEqual(
        (await rollups('hour')).map((row) => row.trace_name),
        ['new name', 'other'],
      );
    });

    it('of a transaction that fails are undone with it', async () => {
      await store.write((transaction) => transaction.upsert('llm_generations', [generation('1')]));
      await assert.rejects(
        store.write(async (transaction) => {
          await rollUp(transaction, store.dialect, null);
          throw new Error('on purpose');
        }),
      );
      assert.equal((await queued(store)).length, 1);
      assert.deepEqual(await rollups('hour'), []);
    });

    it('are the same whichever way the rows came, and after a rebuild', async () => {
      const rows = fc.sample(
        fc.record({
          minute: fc.integer({ min: 0, max: 3 * 24 * 60 }),
          model: fc.constantFrom('gpt-4o', 'o3-mini', null),
          environment: fc.constantFrom('production', 'staging'),
          prompt_name: fc.constantFrom('greeting', null),
          cost_usd: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
          latency_seconds: fc.option(fc.integer({ min: 1, max: 90_000 }).map((ms) => ms / 1000)),
          observation_type: fc.constantFrom('GENERATION', 'EMBEDDING'),
        }),
        { numRuns: 300, seed: 4 },
      );
      const calls = rows.map(({ minute, ...row }, index) =>
        generation(String(index), { ...row, created_at: at(0, minute) }),
      );
      for (let start = 0; start < calls.length; start += 50) {
        await store.write((transaction) => transaction.upsert('llm_generations', calls.slice(start, start + 50)));
        await roll(store);
      }
      const little = await rowsOf(store, 'usage_rollups');
      await store.write(({ db }) => db.deleteFrom('llm_generations').execute());
      await roll(store);
      assert.deepEqual(await rowsOf(store, 'usage_rollups'), []);
      await store.write((transaction) => transaction.upsert('llm_generations', calls.toReversed()));
      await roll(store);
      assert.deepEqual(await rowsOf(store, 'usage_rollups'), little);
      await store.write(async (transaction) => {
        await queueEverything(transaction.db, store.dialect);
        await rollUp(transaction, store.dialect, null);
      });
      assert.deepEqual(await rowsOf(store, 'usage_rollups'), little);
    });
  });
}
