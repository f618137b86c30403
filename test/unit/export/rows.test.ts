import assert from 'node:assert/strict';
import fc from 'fast-check';
import { modelVersionOf, providerOf } from '../../../src/engine/export/modelName.ts';
import { capText, eventRow, generationRow, spanRow, tableOf } from '../../../src/engine/export/rows.ts';
import { costOf, tokenCounts } from '../../../src/engine/export/usage.ts';
import { observation } from './builders.ts';

describe('the provider of a model', () => {
  const known: readonly (readonly [string | null, string | null, string | null])[] = [
    ['gpt-4o-2024-08-06', 'openai', '2024-08-06'],
    ['openai/gpt-4o-mini', 'openai', null],
    ['o3-mini', 'openai', null],
    ['ft:gpt-4o-mini:acme::1', 'openai', null],
    ['claude-sonnet-4-5-20250929', 'anthropic', '20250929'],
    ['us.anthropic.claude-3-5-sonnet-20241022-v2:0', 'anthropic', '20241022'],
    ['gemini-1.5-pro-002', 'gemini', '002'],
    ['google/gemini-2.5-flash', 'gemini', null],
    ['models/gemini-2.5-pro', 'gemini', null],
    ['openrouter/anthropic/claude-3-opus', 'openrouter', null],
    ['claude-3-5-haiku@20241022', 'anthropic', '20241022'],
    ['claude-3-5-haiku-latest', 'anthropic', 'latest'],
    ['text-embedding-3-small', 'openai', null],
    ['my-private-llm', null, null],
    ['octopus-9', null, null],
    [null, null, null],
  ];
  for (const [model, provider, version] of known) {
    it(`of ${model ?? 'no model'} is ${provider ?? 'unknown'}, version ${version ?? 'none'}`, () => {
      assert.equal(providerOf(model), provider);
      assert.equal(modelVersionOf(model), version);
    });
  }
});

describe('tokens and cost of a row', () => {
  it('add all kinds of input, and count cache reads but not cache writes as cached', () => {
    const usage = {
      input: 100,
      input_cached_tokens: 900,
      input_cache_creation: 50,
      output: 20,
      output_reasoning_tokens: 80,
      total: 1150,
    };
    assert.deepEqual(tokenCounts(usage), { input: 1050, output: 100, total: 1150, cached: 900, reasoning: 80 });
  });

  it('are unknown, not zero, when nothing was sent', () => {
    assert.deepEqual(tokenCounts({}), { input: null, output: null, total: null, cached: null, reasoning: null });
    assert.deepEqual(costOf(observation()), { total: null, input: null, output: null, source: null });
  });

  it('keep a cost of zero that the server states', () => {
    const cost = costOf(observation({ costDetails: { input: 0, output: 0, total: 0 }, metadata: { cost_usd: 1 } }));
    assert.deepEqual(cost, { total: 0, input: 0, output: 0, source: 'langfuse' });
  });

  it("fall back to the application's own cost, numbers or text", () => {
    const metadata = { cost_usd: '0.0123', input_cost_usd: 0.01, output_cost_usd: 'n/a' };
    assert.deepEqual(costOf(observation({ metadata })), {
      total: 0.0123,
      input: 0.01,
      output: null,
      source: 'metadata',
    });
  });

  it('add up where a sender gave parts without a total', () => {
    assert.equal(costOf(observation({ costDetails: { input: 0.25, output: 0.5 } })).total, 0.75);
  });
});

describe('an observation', () => {
  it('is a generation when it can cost something, whatever its type', () => {
    assert.equal(tableOf(observation({ type: 'EMBEDDING' })), 'llm_generations');
    assert.equal(tableOf(observation({ type: 'SPAN', model: 'gpt-4o' })), 'llm_generations');
    assert.equal(tableOf(observation({ type: 'AGENT', costDetails: { total: 0.1 } })), 'llm_generations');
    assert.equal(tableOf(observation({ type: 'EVENT', usageDetails: { input: 1 } })), 'llm_generations');
    assert.equal(tableOf(observation({ type: 'TOOL' })), 'llm_spans');
    assert.equal(tableOf(observation({ type: 'SOMETHING_NEW' })), 'llm_spans');
    assert.equal(tableOf(observation({ type: 'EVENT' })), 'llm_events');
  });

  it('takes its latency from the row, then its times, then its metadata', () => {
    assert.equal(generationRow(observation({ latencySeconds: 7 }), 10).latency_seconds, 7);
    assert.equal(generationRow(observation(), 10).latency_seconds, 2.5);
    const logged = observation({ endTime: null, metadata: { latency_seconds: 1.25 } });
    assert.equal(generationRow(logged, 10).latency_seconds, 1.25);
    assert.equal(generationRow(observation({ endTime: null }), 10).latency_seconds, null);
  });

  it('is primary unless its metadata says otherwise, in any spelling', () => {
    assert.equal(generationRow(observation(), 10).is_primary, 1);
    for (const value of [false, 0, 'false', 'False', '0']) {
      assert.equal(generationRow(observation({ metadata: { is_primary: value } }), 10).is_primary, 0);
    }
  });

  it('keeps time to first token from the first-token time where the server computed none', () => {
    const row = generationRow(observation({ completionStartTime: '2026-11-01T10:00:00.750Z' }), 10);
    assert.equal(row.time_to_first_token_seconds, 0.75);
  });

  it('carries the fallback of an event into its own columns', () => {
    const row = eventRow(
      observation({
        type: 'EVENT',
        name: 'context_length_fallback',
        parentObservationId: 'parent',
        metadata: {
          original_model: 'gpt-4o',
          fallback_model: 'gemini-2.5-pro',
          estimated_tokens: '131072',
          reason: 'too long',
        },
      }),
      10,
    );
    assert.equal(row.event_type, 'fallback');
    assert.equal(row.observation_id, 'parent');
    assert.equal(row.original_model, 'gpt-4o');
    assert.equal(row.fallback_model, 'gemini-2.5-pro');
    assert.equal(row.fallback_reason, 'too long');
    assert.equal(row.estimated_tokens, 131072);
    assert.equal(row.original_max_context, null);
  });

  it('keeps no text at all with a limit of 0', () => {
    const row = spanRow(observation({ type: 'SPAN', input: 'secret', output: 'secret' }), 0);
    assert.equal(row.input_text, null);
    assert.equal(row.output_text, null);
  });
});

describe('captured text', () => {
  it('is the longest prefix within the limit that splits no character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, limit) => {
        const kept = capText(text, limit) ?? '';
        assert.ok(text.startsWith(kept));
        assert.ok(kept.length <= limit);
        assert.ok(kept.length === text.length || kept.length >= limit - 1);
        assert.ok(!text.isWellFormed() || kept.isWellFormed());
      }),
    );
  });
});
