import assert from 'node:assert/strict';
import { CompiledQuery, type Kysely, type KyselyPlugin } from 'kysely';
import { Numbers } from '../../../src/format/numbers.ts';
import { parseConfig } from '../../../src/engine/config/config.ts';
import { loadFacts } from '../../../src/engine/export/derive/facts.ts';
import { systemClock } from '../../../src/engine/ports.ts';
import { answerQuestion } from '../../../src/engine/questions/questions.ts';
import type { MetricsSchema } from '../../../src/engine/store/schema.ts';
import type { QuestionName, QuestionParams } from '../../../src/protocol/questions.ts';
import { StoreFixture, variant } from '../../unit/store/fixture.ts';

const range = { start: '2026-11-01T00:00:00.000Z', end: '2026-11-08T00:00:00.000Z' };
const scope = { range };
const busy = { models: ['m'], users: ['u'], tags: ['t'], agents: ['a'] };

/** Keeps every query that runs; parts of queries are transformed too, but only whole ones have results. */
function recorder(db: Kysely<MetricsSchema>, queries: CompiledQuery[]): KyselyPlugin {
  const compiled = new Map<string, CompiledQuery>();
  return {
    transformQuery: ({ node, queryId }) => {
      compiled.set(queryId.queryId, db.getExecutor().compileQuery(node, queryId));
      return node;
    },
    transformResult: ({ queryId, result }) => {
      const query = compiled.get(queryId.queryId);
      assert.ok(query !== undefined);
      queries.push(query);
      return Promise.resolve(result);
    },
  };
}

describe('What questions about prompts and agents read', function () {
  this.timeout(30_000);
  const fixture = new StoreFixture();
  const store = fixture.open();

  before(() =>
    store.write((transaction) => transaction.upsert('prompt_variants', [variant('greeting:v1', { version: 1 })])),
  );
  after(() => fixture.clean());

  /** Steps of SQLite's plans for all queries of a question. */
  const plansOf = <Q extends QuestionName>(question: Q, params: QuestionParams<Q>): Promise<string[]> =>
    plansOfQueries((db) =>
      answerQuestion(question, params, {
        db,
        dialect: store.dialect,
        clock: systemClock,
        config: parseConfig({ workspace: '/' }, (name) => name),
        numbers: new Numbers('en'),
        signal: undefined,
      }),
    );

  async function plansOfQueries(run: (db: Kysely<MetricsSchema>) => Promise<unknown>): Promise<string[]> {
    return store.read(async (db) => {
      const queries: CompiledQuery[] = [];
      await run(db.withPlugin(recorder(db, queries)));
      const steps: string[] = [];
      for (const { sql, parameters } of queries) {
        const plan = CompiledQuery.raw(`EXPLAIN QUERY PLAN ${sql}`, [...parameters]);
        steps.push(...(await db.executeQuery<{ detail: string }>(plan)).rows.map(({ detail }) => detail));
      }
      return steps;
    });
  }

  const asked: readonly (readonly [string, () => Promise<string[]>])[] = [
    ['prompts', () => plansOf('prompts', { scope })],
    ['prompts with filters', () => plansOf('prompts', { scope: { range, filters: busy } })],
    ['promptComparison', () => plansOf('promptComparison', { scope, prompt: 'greeting' })],
    ['promptFailures', () => plansOf('promptFailures', { scope, prompt: 'greeting', limit: 10 })],
    ['promptLens', () => plansOf('promptLens', { range })],
    ['agents', () => plansOf('agents', { scope, comparePrevious: true })],
    ['agents with filters', () => plansOf('agents', { scope: { range, filters: busy } })],
    ['agentTasks', () => plansOf('agentTasks', { scope, agent: 'a', limit: 10 })],
  ];
  for (const [title, plans] of asked) {
    it(`is found by indexes, never by a walk through a whole history: ${title}`, async () => {
      const steps = await plans();
      assert.ok(steps.length > 0);
      // Prompt versions, ranges and the elements of one row's tags are few.
      const scans = steps.filter(
        (step) => step.startsWith('SCAN') && !/^SCAN (prompt_variants|export_coverage|element|CONSTANT ROW)/.test(step),
      );
      assert.deepEqual(scans, []);
    });
  }

  for (const [question, plans] of [
    ['promptLens', () => plansOf('promptLens', { range })],
    ['promptOutcomes', () => plansOf('promptOutcomes', { scope })],
  ] as const) {
    it(`is an index alone of the executions of prompts: ${question}`, async () => {
      assert.deepEqual(
        (await plans()).filter((step) => step.includes(' run ')),
        ['SEARCH run USING COVERING INDEX idx_prompt_executions_outcomes (executed_at>? AND executed_at<?)'],
      );
    });
  }

  for (const grouping of ['day', 'session', 'user', 'name'] as const) {
    it(`is an index alone where traces are grouped by ${grouping}`, async () => {
      const params = { filter: { scope }, grouping, timeZone: 'UTC', limit: 60 };
      const steps = await plansOf('traceGroups', params);
      const ofTraces = steps.filter((step) => step.includes(' t '));
      assert.deepEqual(
        new Set(ofTraces),
        new Set(['SEARCH t USING COVERING INDEX idx_llm_traces_groups (created_at>? AND created_at<?)']),
      );
    });
  }

  it('is one row by its id where a recorded task takes from the task of its trace', async () => {
    const derived = (await plansOf('agents', { scope })).filter((step) => step.includes(' derived '));
    assert.notEqual(derived.length, 0);
    assert.deepEqual(
      derived.filter((step) => !step.includes('(task_id=?')),
      [],
    );
  });

  it('is an index of the few recorded tasks where those that replace others are looked for', async () => {
    const recorded = (await plansOf('agents', { scope })).filter((step) => step.includes(' recorded '));
    assert.notEqual(recorded.length, 0);
    assert.deepEqual(
      recorded.filter((step) => !step.includes('USING COVERING INDEX idx_agent_task_results_recorded')),
      [],
    );
  });

  it('is the agents alone of all spans where the results of traces are computed', async () => {
    const steps = await plansOfQueries((db) => loadFacts(db, 'p', ['t1', 't2']));
    const search = 'SEARCH llm_spans USING INDEX idx_llm_spans_agents (project_id=? AND trace_id=?)';
    assert.ok(steps.includes(search), steps.join('\n'));
  });

  it('is an index alone where lenses ask for all prompts', async () => {
    const steps = await plansOf('promptLens', { range });
    assert.ok(
      steps.includes(
        'SEARCH run USING COVERING INDEX idx_prompt_executions_outcomes (executed_at>? AND executed_at<?)',
      ),
      steps.join('\n'),
    );
  });
});
