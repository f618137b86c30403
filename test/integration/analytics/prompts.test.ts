import assert from 'node:assert/strict';
import { EngineError } from '../../../src/engine/errors.ts';
import type { BulkRow, MetricsStore } from '../../../src/engine/store/store.ts';
import { backends, type BackendFixture } from '../store/backends.ts';
import { ask } from './ask.ts';

const range = { start: '2026-11-01T00:00:00.000Z', end: '2026-11-15T00:00:00.000Z' };

const at = (minute: number): string => new Date(Date.parse(range.start) + minute * 60_000).toISOString();

function variant(version: number, labels: readonly string[]): BulkRow<'prompt_variants'> {
  return {
    prompt_id: `support/answer:v${version}`,
    project_id: 'p',
    prompt_name: 'support/answer',
    variant_name: labels[0] ?? `v${version}`,
    version,
    prompt_type: 'text',
    prompt_template: `Answer {{question}} ${version}`,
    prompt_variables: '["question"]',
    config: '{"temperature":0.3}',
    created_at: at(0),
    updated_at: at(0),
    tags: '[]',
    labels: JSON.stringify(labels),
    is_active: 1,
    is_default: labels.includes('production') ? 1 : 0,
  };
}

/** Runs `from` to `to` of a version; success is decided by `ok`, cost and latency by the run's number. */
function runs(
  version: number,
  count: number,
  values: (index: number) => Partial<BulkRow<'prompt_executions'>>,
): BulkRow<'prompt_executions'>[] {
  return Array.from({ length: count }, (_, index) => ({
    execution_id: `v${version}-${index}`,
    project_id: 'p',
    prompt_id: `support/answer:v${version}`,
    trace_id: `t-${version}-${index}`,
    observation_id: `o-${version}-${index}`,
    model: 'gpt-4o',
    provider: 'openai',
    environment: 'production',
    executed_at: at(index),
    latency_seconds: 1 + index / 100,
    input_tokens: 100,
    output_tokens: 10,
    cost_usd: 0.01,
    success: 1,
    success_source: 'score:correct',
    ...values(index),
  }));
}

async function fill(store: MetricsStore): Promise<void> {
  await store.write(async (transaction) => {
    await transaction.upsert('prompt_variants', [variant(1, []), variant(2, ['production']), variant(3, ['latest'])]);
    await transaction.upsert('prompt_executions', [
      // 120 of 200, 60 %.
      ...runs(2, 200, (index) => ({ success: index % 5 < 3 ? 1 : 0 })),
      // 180 of 200, 90 %; two without a cost, five unjudged.
      ...runs(3, 205, (index) => ({
        success: index >= 200 ? null : index % 10 === 0 ? 0 : 1,
        success_source: index >= 200 ? null : 'score:correct',
        cost_usd: index < 2 ? null : 0.02,
        quality_score: index < 4 ? index / 4 : null,
      })),
    ]);
  });
}

for (const backend of backends) {
  describe(`Prompts, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    let store: MetricsStore;

    before(async () => {
      fixture = await backend.create();
      store = fixture.open();
      await fill(store);
    });
    after(() => fixture.clean());

    it('gives of the outcomes alone what it gives among all figures', async () => {
      const { prompts } = await ask(store, 'prompts', { scope: { range } });
      const outcomes = await ask(store, 'promptOutcomes', { scope: { range } });
      const alone = ['quality', 'userFeedback', 'inputTokens', 'outputTokens'];
      const withoutThose = (figures: object): object =>
        Object.fromEntries(Object.entries(figures).filter(([name]) => !alone.includes(name)));
      assert.equal(outcomes.prompts.length, 1);
      assert.deepEqual(
        outcomes.prompts,
        prompts.map((prompt) => ({
          ...prompt,
          versions: prompt.versions.map((version) => ({
            ...withoutThose(version),
            missing: withoutThose(version.missing),
          })),
        })),
      );
    });

    it('gives each version its runs, success with n, cost and what is missing', async () => {
      const { prompts } = await ask(store, 'prompts', { scope: { range } });
      const [prompt] = prompts;
      assert.ok(prompt !== undefined);
      assert.equal(prompts.length, 1);
      assert.equal(prompt.productionVersion, 2);
      assert.deepEqual(
        prompt.versions.map(({ version, executions }) => [version, executions]),
        [
          [3, 205],
          [2, 200],
          [1, 0],
        ],
      );
      const [third, second, first] = prompt.versions;
      assert.ok(third !== undefined && second !== undefined && first !== undefined);
      assert.deepEqual([second.successRate.count, second.successRate.n, second.successRate.value], [120, 200, 0.6]);
      // Wilson by hand: (0.6 + z²/400 ± z·sqrt(0.24/200 + z²/160000)) / (1 + z²/200), z = 1.959963984540054.
      assert.ok(Math.abs((second.successRate.low ?? 0) - 0.5308367) < 1e-7);
      assert.ok(Math.abs((second.successRate.high ?? 0) - 0.6653942) < 1e-7);
      assert.deepEqual([third.successRate.count, third.successRate.n], [180, 200]);
      assert.equal(third.executionsWithoutCost, 2);
      assert.ok(Math.abs((third.costUsd ?? 0) - 203 * 0.02) < 1e-9);
      assert.ok(Math.abs((third.costPerExecutionUsd ?? 0) - 0.02) < 1e-12);
      assert.deepEqual([third.quality.value, third.quality.n], [0.375, 4]);
      assert.equal(first.costUsd, null);
      assert.equal(first.successRate.value, null);
      assert.notEqual(first.missing.costUsd, undefined, 'says why');
    });

    it('finds the better version, with an interval around the true difference', async () => {
      const answer = await ask(store, 'promptComparison', { scope: { range }, prompt: 'support/answer' });
      assert.equal(answer.baseline, 'v2', 'production');
      const [comparison] = answer.comparisons;
      assert.ok(comparison !== undefined);
      assert.equal(answer.comparisons.length, 1);
      assert.deepEqual([comparison.a, comparison.b, comparison.verdictKind], ['v2', 'v3', 'better']);
      assert.ok(Math.abs((comparison.difference?.value ?? 0) - 0.3) < 1e-12);
      assert.match(comparison.verdict, /^v3 is better than v2: \+30 points/);
      assert.equal(comparison.moreRunsNeeded, null);
    });

    it('takes versions by number and by label, and names what there is for another', async () => {
      const named = await ask(store, 'promptComparison', {
        scope: { range },
        prompt: 'support/answer',
        variants: ['latest', 'v2'],
      });
      assert.deepEqual(
        named.variants.map(({ name }) => name),
        ['v3', 'v2'],
      );
      await assert.rejects(
        ask(store, 'promptComparison', { scope: { range }, prompt: 'support/answer', variants: ['latst'] }),
        (error) => error instanceof EngineError && (error.hint ?? '').includes('latest'),
      );
    });

    it('gives failing runs newest first, and counts all of them', async () => {
      const answer = await ask(store, 'promptFailures', {
        scope: { range },
        prompt: 'support/answer',
        version: 3,
        limit: 5,
      });
      assert.equal(answer.total, 20);
      assert.deepEqual(
        answer.executions.map(({ executionId }) => executionId),
        ['v3-190', 'v3-180', 'v3-170', 'v3-160', 'v3-150'],
      );
    });

    it('answers for all prompts at once what lenses show', async () => {
      const { prompts } = await ask(store, 'promptLens', { range });
      const [lens] = prompts;
      assert.ok(lens !== undefined);
      assert.equal(lens.prompt, 'support/answer');
      const production = lens.versions.find(({ labels }) => labels.includes('production'));
      assert.deepEqual(
        [production?.version, production?.figures.successCount, production?.figures.successN],
        [2, 120, 200],
      );
      assert.equal(production?.template, 'Answer {{question}} 2');
    });

    it('gives the text of a version, and nothing for one that is not there', async () => {
      const found = await ask(store, 'promptVersion', { projectId: 'p', prompt: 'support/answer', version: 3 });
      assert.equal(found?.template, 'Answer {{question}} 3');
      assert.deepEqual(JSON.parse(found.config ?? ''), { temperature: 0.3 });
      assert.equal(await ask(store, 'promptVersion', { projectId: 'p', prompt: 'support/answer', version: 9 }), null);
    });

    it('compares a version’s first week with its last', async () => {
      const drift = await ask(store, 'promptDrift', { scope: { range }, prompt: 'support/answer' });
      assert.deepEqual(drift.map(({ version }) => version).toSorted(), [2, 3]);
    });
  });
}
