import assert from 'node:assert/strict';
import type { Insertable } from 'kysely';
import type { ModelPricesTable } from '../../../src/engine/store/schema.ts';
import type { BulkRow, MetricsStore } from '../../../src/engine/store/store.ts';
import type { RepriceAnswer } from '../../../src/protocol/analytics.ts';
import { generation } from '../../unit/store/fixture.ts';
import { backends, type BackendFixture } from '../store/backends.ts';
import { ask, writeCalls } from './ask.ts';

const range = { start: '2026-11-01T00:00:00.000Z', end: '2026-11-08T00:00:00.000Z' };
const created = '2026-11-03T12:00:00.000Z';

const call = (
  id: string,
  model: string,
  cost: number | null,
  usage: Readonly<Record<string, number>> | null,
  values: Partial<BulkRow<'llm_generations'>> = {},
): BulkRow<'llm_generations'> =>
  generation(id, {
    model,
    cost_usd: cost,
    usage_details: usage === null ? null : JSON.stringify(usage),
    created_at: created,
    start_time: created,
    ...values,
  });

const price = (id: string, values: Partial<Insertable<ModelPricesTable>> = {}): Insertable<ModelPricesTable> => ({
  project_id: 'p',
  id,
  model_name: 'house-model',
  match_pattern: '(?i)^(house-model(-v2)?)$',
  start_date: null,
  prices: JSON.stringify({ input: 1e-6, input_cache_read: 1e-7, output: 4e-6 }),
  price_tiers: 1,
  fetched_at: created,
  ...values,
});

for (const backend of backends) {
  describe(`The price of the same calls by another model, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    let store: MetricsStore;

    before(async () => {
      fixture = await backend.create();
      store = fixture.open();
      await writeCalls(store, [
        call('g1', 'gpt-4o', 0.02, { input: 1000, input_cached_tokens: 4000, output: 500, total: 5500 }),
        call('g2', 'gpt-4o', 0.01, { input: 2000, output: 1000, output_reasoning_tokens: 500, total: 3500 }),
        call('g3', 'claude', 0.03, { input: 3000, input_cache_creation: 1000, output: 200, total: 4200 }),
        call('g4', 'private', null, { input: 10_000, output: 0, total: 10_000 }),
        call('g5', 'gpt-4o', 0.5, null),
        call('g6', 'gpt-4o', null, {}),
        call('g7', 'mystery', 0.04, { total: 900 }),
        call('g8', 'embed', 0.001, { input: 5000, total: 5000 }, { observation_type: 'EMBEDDING' }),
        call('g9', 'gpt-4o', 9, { input: 1 }, { created_at: range.end }),
      ]);
      await store.write(({ db }) =>
        db
          .insertInto('model_prices')
          .values([
            price('old', { prices: JSON.stringify({ input: 9, output: 9 }), start_date: '2025-01-01T00:00:00.000Z' }),
            price('now', { start_date: '2026-01-01T00:00:00.000Z' }),
            price('future', { prices: '{"input":9,"output":9}', start_date: '2030-01-01T00:00:00.000Z' }),
            price('broken', { model_name: 'other', match_pattern: '(?<' }),
            price('tiers', { model_name: 'tiered', match_pattern: '^tiered$', price_tiers: 2 }),
          ])
          .execute(),
      );
    });
    after(() => fixture.clean());

    const reprice = (model: string): Promise<RepriceAnswer> =>
      ask(store, 'reprice', { scope: { range }, model }, { now: Date.parse('2026-11-23T00:00:00Z') });
    const round = (usd: number | null): number | null => (usd === null ? null : Math.round(usd * 1e9) / 1e9);

    it('charges each usage kind, cache reads included, as the server prices it now', async () => {
      const answer = await reprice('house-model');
      assert.deepEqual(answer.prices, {
        source: 'langfuse',
        perToken: { input: 1e-6, input_cache_read: 1e-7, output: 4e-6 },
      });
      assert.deepEqual(
        answer.rows.map((row) => [row.model, row.calls, round(row.costUsd), round(row.repricedUsd)]),
        [
          // 3000 in, 4000 from the cache, 2000 out: 0.003 + 0.0004 + 0.008.
          ['gpt-4o', 4, 0.53, 0.0114],
          ['mystery', 1, 0.04, null],
          // Without a price for writing the cache: 4000 in, 200 out.
          ['claude', 1, 0.03, 0.0048],
          ['private', 1, null, 0.01],
        ],
      );
      assert.equal(round(answer.costUsd), 0.6);
      assert.equal(round(answer.repricedUsd), 0.0262);
      // Of g1, g2 and g3: 0.0162 in place of 0.06.
      assert.equal(round(answer.changeUsd), -0.0438);
      assert.equal(answer.callsWithoutUsage, 3);
    });

    it('says what it takes for granted', async () => {
      const { caveats } = await reprice('house-model');
      assert.equal(caveats.length, 5, caveats.join('\n'));
      assert.match(caveats[0] ?? '', /same number of tokens/);
      assert.match(caveats[1] ?? '', /prompt cache/);
      assert.match(caveats[2] ?? '', /without usage.*: 3\./);
      assert.match(caveats[3] ?? '', /own cost is unknown.*: 1\./);
      assert.match(caveats[4] ?? '', /embeddings.*: 1\./);
      assert.ok((await reprice('tiered')).caveats.some((caveat) => caveat.includes('long prompts')));
    });

    it('takes a dated list price where the server gives none', async () => {
      const answer = await reprice('gpt-4o-mini');
      assert.equal(answer.prices.source, 'list price of 2025-12-12');
      assert.ok(answer.caveats.some((caveat) => caveat.includes('https://')));
      // https://openai.com/api/pricing: $0.15 in, $0.075 from the cache, $0.60 out a million.
      const { repricedUsd } = answer.rows.find(({ model }) => model === 'gpt-4o') ?? assert.fail();
      assert.equal(round(repricedUsd), round((3000 * 0.15 + 4000 * 0.075 + 2000 * 0.6) / 1e6));
    });

    it('finds a model by the server’s pattern, whatever the case', async () => {
      assert.equal((await reprice('House-Model-V2')).prices.source, 'langfuse');
    });

    it('prices embeddings by an embedding model, and nothing else', async () => {
      const answer = await reprice('text-embedding-3-small');
      assert.deepEqual(
        answer.rows.map((row) => [row.model, round(row.repricedUsd)]),
        [['embed', 0.0001]],
      );
    });

    it('refuses a model that nobody has a price of', async () => {
      await assert.rejects(reprice('no-such-model'), { code: 'question.invalid', message: /no-such-model/ });
    });
  });
}
