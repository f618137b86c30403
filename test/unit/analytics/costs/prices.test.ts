import assert from 'node:assert/strict';
import { listPrice } from '../../../../src/engine/analytics/costs/priceTable.ts';
import table from '../../../../src/engine/analytics/costs/prices.json' with { type: 'json' };
import { priceOfKind } from '../../../../src/engine/analytics/costs/usagePrices.ts';

const anthropic = { input: 3e-6, input_cache_read: 3e-7, input_cache_creation: 3.75e-6, output: 15e-6 };
const google = { input: 1e-6, input_audio_tokens: 4e-6, cached_content_token_count: 1e-7, output: 2e-6 };

describe('the price of a usage kind', () => {
  it('is the model’s own where the names agree', () => {
    assert.deepEqual(priceOfKind('input_cache_read', anthropic), { price: 3e-7, substitute: null });
    assert.deepEqual(priceOfKind('input_audio_tokens', google), { price: 4e-6, substitute: null });
  });

  it('is that of the same kind under another provider’s name', () => {
    for (const kind of ['input_cached_tokens', 'cache_read_input_tokens', 'cached_content_token_count']) {
      assert.deepEqual(priceOfKind(kind, anthropic), { price: 3e-7, substitute: null }, kind);
    }
    assert.deepEqual(priceOfKind('cache_creation_input_tokens', anthropic), { price: 3.75e-6, substitute: null });
    assert.deepEqual(priceOfKind('output_reasoning_tokens', anthropic), { price: 15e-6, substitute: null });
    assert.deepEqual(priceOfKind('thoughtsTokenCount', anthropic), { price: 15e-6, substitute: null });
    assert.deepEqual(priceOfKind('prompt_token_count', anthropic), { price: 3e-6, substitute: null });
  });

  it('is that of plain input where the model has no price for its cache, and says so', () => {
    const plain = { input: 2e-6, output: 4e-6 };
    assert.deepEqual(priceOfKind('input_cached_tokens', plain), { price: 2e-6, substitute: 'uncachedInput' });
    assert.deepEqual(priceOfKind('input_cache_creation', plain), { price: 2e-6, substitute: 'uncachedInput' });
  });

  it('is that of text for audio and images which the model does not list, and says so', () => {
    assert.deepEqual(priceOfKind('input_audio_tokens', anthropic), { price: 3e-6, substitute: 'plainTokens' });
    assert.deepEqual(priceOfKind('output_audio', google), { price: 2e-6, substitute: 'plainTokens' });
  });

  it('is the flat one of a model that has no other', () => {
    const embedding = { total: 2e-8 };
    assert.deepEqual(priceOfKind('input', embedding), { price: 2e-8, substitute: null });
    assert.deepEqual(priceOfKind('total', embedding), { price: 2e-8, substitute: null });
  });

  it('is unknown for a mere total at a model with two prices, and for what is no token', () => {
    assert.equal(priceOfKind('total', anthropic), null);
    assert.equal(priceOfKind('web_search_queries', anthropic), null);
  });
});

describe('the price table in the repository', () => {
  it('gives each row a date, a page and prices above 0', () => {
    for (const row of table.rows) {
      assert.match(row.date, /^20\d\d-\d\d-\d\d$/);
      const found = listPrice(row.model);
      assert.ok(found !== null && found.model === row.model, row.model);
      assert.match(found.source, /^https:\/\//);
      assert.ok(Object.values(found.prices).length > 0 && Object.values(found.prices).every((price) => price > 0));
    }
    assert.equal(new Set(table.rows.map(({ model }) => model)).size, table.rows.length);
  });

  it('finds a model under its dated names and those of gateways', () => {
    const sonnet = listPrice('claude-sonnet-4-5');
    for (const name of [
      'claude-sonnet-4-5-20250929',
      'anthropic/claude-sonnet-4-5',
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'claude-sonnet-4-5@20250929',
    ]) {
      assert.deepEqual(listPrice(name), sonnet, name);
    }
    assert.equal(listPrice('openai/gpt-4o-2024-08-06')?.model, 'gpt-4o');
    assert.equal(listPrice('gpt-4o-2024-05-13')?.model, 'gpt-4o-2024-05-13');
    assert.equal(listPrice('claude-3.7-sonnet-latest')?.model, 'claude-3-7-sonnet');
    assert.equal(listPrice('my-private-llm'), null);
  });

  it('knows what a million tokens of gpt-4o cost, cached ones included', () => {
    // https://openai.com/api/pricing: $2.50 input, $1.25 cached, $10 output.
    const { prices } = listPrice('gpt-4o') ?? assert.fail();
    const cost = (kind: string): number => 1e6 * (priceOfKind(kind, prices)?.price ?? Number.NaN);
    assert.deepEqual([cost('input'), cost('input_cached_tokens'), cost('output')], [2.5, 1.25, 10]);
  });
});
