import assert from 'node:assert/strict';
import type { BulkRow, MetricsStore } from '../../../src/engine/store/store.ts';
import { generation, span } from '../../unit/store/fixture.ts';
import { backends, type BackendFixture } from '../store/backends.ts';
import { ask } from './ask.ts';

const range = { start: '2026-11-08T00:00:00.000Z', end: '2026-11-15T00:00:00.000Z' };

const at = (minute: number): string => new Date(Date.parse(range.start) + minute * 60_000).toISOString();

function task(
  id: string,
  minute: number,
  values: Partial<BulkRow<'agent_task_results'>>,
): BulkRow<'agent_task_results'> {
  return {
    task_id: id,
    project_id: 'p',
    trace_id: id,
    agent_name: 'reviewer',
    task_type: 'review',
    started_at: at(minute),
    completed_at: at(minute + 1),
    duration_seconds: 60,
    success: 1,
    success_source: 'level',
    total_cost_usd: 0.5,
    total_tokens: 1000,
    llm_calls_count: 4,
    fallback_count: 0,
    ...values,
  };
}

const tasks = [
  task('a', 1, {}),
  task('b', 2, { success: 0, error_message: 'tests failed', total_cost_usd: 0.25 }),
  task('c', 3, { success: 0, total_cost_usd: null, duration_seconds: null }),
  task('d', 4, { task_type: null, success: null, quality_score: 0.5 }),
  task('e', 5, { agent_name: 'writer', llm_calls_count: 2 }),
  task('before', -60 * 24, {}),
  task('after', 60 * 24 * 7, {}),
];

/** In trace b the tool broke first, then the step around it; in c only the model call failed. */
async function fill(store: MetricsStore): Promise<void> {
  await store.write(async (transaction) => {
    await transaction.upsert('agent_task_results', tasks);
    const broken = { level: 'ERROR', status_message: 'exit code 1' } as const;
    await transaction.upsert('llm_spans', [
      span('outer', { ...broken, trace_id: 'b', name: 'file_reviewer', created_at: at(2), end_time: at(2.5) }),
      span('tool', {
        ...broken,
        trace_id: 'b',
        parent_observation_id: 'outer',
        observation_type: 'TOOL',
        name: 'run_tests',
        created_at: at(2.1),
        end_time: at(2.2),
      }),
    ]);
    await transaction.upsert('llm_generations', [
      generation('call', { level: 'ERROR', trace_id: 'c', name: 'explain', status_message: '429', created_at: at(3) }),
    ]);
    await transaction.refreshTraces('p', ['b', 'c']);
  });
}

for (const backend of backends) {
  describe(`Agents, on ${backend.name}`, function () {
    this.timeout(60_000);
    let fixture: BackendFixture;
    let store: MetricsStore;

    before(async () => {
      fixture = await backend.create();
      store = fixture.open();
      await fill(store);
    });
    after(() => fixture.clean());

    it('counts tasks, judges those with an outcome, and leaves unknown costs out of sums', async () => {
      const { agents } = await ask(store, 'agents', { scope: { range }, comparePrevious: true });
      assert.deepEqual(
        agents.map(({ agent }) => agent),
        ['reviewer', 'writer'],
        'dearest first',
      );
      const [reviewer, writer] = agents;
      assert.ok(reviewer !== undefined && writer !== undefined);
      assert.equal(reviewer.tasks, 4);
      assert.deepEqual([reviewer.successRate.count, reviewer.successRate.n], [1, 3]);
      assert.deepEqual([reviewer.costUsd, reviewer.tasksWithoutCost], [1.25, 1]);
      assert.equal(reviewer.costPerSuccessfulTaskUsd, 1.25);
      assert.equal(reviewer.llmCallsPerTask, 4);
      assert.equal(reviewer.duration?.n, 3);
      assert.deepEqual(
        reviewer.taskTypes.map(({ taskType, tasks: count }) => [taskType, count]),
        [
          ['review', 3],
          [null, 1],
        ],
      );
      assert.equal(reviewer.previous?.tasks, 1);
      assert.equal(reviewer.quality.value, 0.5);
      assert.equal(writer.quality.value, null);
      assert.equal(writer.missing.quality, 'noScores');
    });

    it('finds the step in which each failure began', async () => {
      const { failureSteps } = await ask(store, 'agents', { scope: { range } });
      assert.deepEqual(
        failureSteps.map(({ step, observationType, failures, message }) => [step, observationType, failures, message]),
        [
          ['explain', 'GENERATION', 1, '429'],
          ['run_tests', 'TOOL', 1, 'exit code 1'],
        ],
      );
    });

    it('lists failures first, each newest first, in pages that leave nothing out', async () => {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof ask<'agentTasks'>>> = await ask(store, 'agentTasks', {
          scope: { range },
          agent: 'reviewer',
          limit: 1,
          cursor,
        });
        seen.push(...page.tasks.map(({ taskId }) => taskId));
        cursor = page.nextCursor;
      } while (cursor !== null);
      assert.deepEqual(seen, ['c', 'b', 'd', 'a']);
      const typed = await ask(store, 'agentTasks', { scope: { range }, agent: 'reviewer', taskType: null, limit: 9 });
      assert.deepEqual(
        typed.tasks.map(({ taskId, success }) => [taskId, success]),
        [['d', null]],
      );
    });

    it('says why there is nothing', async () => {
      const scope = { range: { start: '2020-01-01T00:00:00.000Z', end: '2020-01-02T00:00:00.000Z' } };
      const answer = await ask(store, 'agents', { scope });
      assert.deepEqual([answer.agents, answer.missing], [[], { agents: 'noCalls' }]);
    });
  });
}
