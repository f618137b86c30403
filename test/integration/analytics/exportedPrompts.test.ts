import assert from 'node:assert/strict';
import type { AgentFigures, PromptVersionFigures } from '../../../src/protocol/analytics.ts';
import type { Percentiles } from '../../../src/protocol/figures.ts';
import { buildPrompts } from '../../langfuse-server/data/prompts.ts';
import { startLangfuseServer, type LangfuseServer } from '../../langfuse-server/server.ts';
import { cliBackends } from '../cli/workspace.ts';
import { assertClose, ExportedProject, known, mean, sum } from './exportedProject.ts';

type Row = Readonly<Record<string, unknown>>;

/** Neither end at midnight, both inside the data. */
const range = { start: '2026-10-27T05:31:00.000Z', end: '2026-11-19T17:00:00.000Z' };
const scope = { range };
const inRange = (column: string): string => `${column} >= '${range.start}' AND ${column} < '${range.end}'`;
const success = 'CAST(success AS integer) AS success';

/** As R's quantile() does by default. */
function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return low === undefined || high === undefined ? null : low + (high - low) * (position - Math.floor(position));
}

function assertPercentiles(found: Percentiles | null, values: readonly number[], of: string): void {
  assert.equal(found?.n ?? 0, values.length, of);
  for (const [name, share] of [
    ['p50', 0.5],
    ['p90', 0.9],
    ['p95', 0.95],
    ['p99', 0.99],
  ] as const) {
    assertClose(found?.[name] ?? null, quantile(values, share), `${of} ${name}`);
  }
}

function assertVersion(found: PromptVersionFigures | undefined, rows: readonly Row[], of: string): void {
  assert.ok(found !== undefined, of);
  const outcomes = known(rows, 'success');
  assert.equal(found.executions, rows.length, of);
  assert.deepEqual([found.successRate.count, found.successRate.n], [sum(outcomes) ?? 0, outcomes.length], of);
  assert.equal(found.inputTokens, sum(known(rows, 'input_tokens')), of);
  assert.equal(found.outputTokens, sum(known(rows, 'output_tokens')), of);
  assertClose(found.costUsd, sum(known(rows, 'cost_usd')), `${of} cost`);
  assert.equal(found.executionsWithoutCost, rows.length - known(rows, 'cost_usd').length, of);
  assertClose(found.quality.value, mean(known(rows, 'quality_score')), `${of} quality`);
  assertPercentiles(found.latency, known(rows, 'latency_seconds'), of);
}

function assertTasks(found: AgentFigures | undefined, rows: readonly Row[], of: string): void {
  assert.ok(found !== undefined, of);
  const outcomes = known(rows, 'success');
  const successes = sum(outcomes) ?? 0;
  const cost = sum(known(rows, 'total_cost_usd'));
  assert.equal(found.tasks, rows.length, of);
  assert.deepEqual([found.successRate.count, found.successRate.n], [successes, outcomes.length], of);
  assertClose(found.costUsd, cost, `${of} cost`);
  assertClose(found.costPerSuccessfulTaskUsd, cost === null ? null : cost / successes, `${of} cost per success`);
  assert.equal(found.llmCalls, sum(known(rows, 'llm_calls_count')), of);
  assert.equal(found.fallbacks, sum(known(rows, 'fallback_count')), of);
  assertClose(found.quality.value, mean(known(rows, 'quality_score')), `${of} quality`);
  assertPercentiles(found.duration, known(rows, 'duration_seconds'), of);
}

describe('Prompts and agents of an exported project', function () {
  this.timeout(180_000);
  let server: LangfuseServer;
  before(async () => (server = await startLangfuseServer({ observations: 12_000, late: 0 })));
  after(() => server.close());

  for (const { name, server: postgres } of cliBackends) {
    describe(`on ${name}`, () => {
      let project: ExportedProject;
      before(async () => (project = await ExportedProject.create(server, await postgres())));
      after(() => project.remove());

      it('have the figures of their rows, each version and agent', async () => {
        const executions = project.sql(
          `SELECT prompt_id, ${success}, quality_score, latency_seconds, input_tokens, output_tokens, cost_usd
           FROM prompt_executions WHERE ${inRange('executed_at')}`,
        );
        const { prompts } = await project.engine.ask('prompts', { scope });
        assert.equal(
          prompts.reduce((total, prompt) => total + prompt.executions, 0),
          executions.length,
        );
        assert.equal(
          prompts.flatMap(({ versions }) => versions).length,
          project.sql('SELECT 1 AS found FROM prompt_variants').length,
          'versions without executions are listed too',
        );
        for (const [id, rows] of Map.groupBy(executions, ({ prompt_id: of }) => String(of))) {
          const [prompt, version] = id.split(':v');
          const found = prompts.find((each) => each.prompt === prompt)?.versions;
          assertVersion(
            found?.find((each) => each.version === Number(version)),
            rows,
            id,
          );
        }

        const tasks = project.sql(
          `SELECT agent_name, task_type, ${success}, quality_score, duration_seconds, total_cost_usd,
                  llm_calls_count, fallback_count
           FROM agent_task_results WHERE ${inRange('started_at')}`,
        );
        const { agents } = await project.engine.ask('agents', { scope });
        const byAgent = Map.groupBy(tasks, ({ agent_name: agent }) => String(agent));
        assert.equal(agents.length, byAgent.size);
        for (const [agent, rows] of byAgent) {
          assertTasks(
            agents.find((each) => each.agent === agent),
            rows,
            agent,
          );
        }
      });

      it('keep only what filters ask for', async () => {
        const wanted = {
          models: ['gpt-4o'],
          environments: ['production'],
          users: ['user-3', 'user-7'],
          tags: ['beta'],
        };
        const { prompts } = await project.engine.ask('prompts', { scope: { range, filters: wanted } });
        const tagged = project.sql(`SELECT id FROM llm_traces WHERE CAST(tags AS text) LIKE '%"beta"%'`);
        const ids = new Set(tagged.map(({ id }) => id));
        const rows = project
          .sql(
            `SELECT e.trace_id FROM prompt_executions AS e JOIN llm_traces AS t ON t.id = e.trace_id
             WHERE e.model = 'gpt-4o' AND e.environment = 'production' AND t.user_id IN ('user-3', 'user-7')
               AND ${inRange('e.executed_at')}`,
          )
          .filter(({ trace_id: id }) => ids.has(id));
        assert.ok(rows.length > 0);
        assert.equal(
          prompts.reduce((total, prompt) => total + prompt.executions, 0),
          rows.length,
        );
        const { agents } = await project.engine.ask('agents', { scope: { range, filters: { users: ['user-3'] } } });
        const [count] = project.sql(
          `SELECT count(*) AS n FROM agent_task_results AS a JOIN llm_traces AS t ON t.id = a.trace_id
           WHERE t.user_id = 'user-3' AND ${inRange('a.started_at')}`,
        );
        assert.equal(
          agents.reduce((total, agent) => total + agent.tasks, 0),
          Number(count?.n),
        );
      });

      it('never call the version better that the generator made worse', async () => {
        const planted = buildPrompts(server.options.seed, server.dataset.start);
        const truth = new Map(
          planted.map(({ name: prompt, version, successRate }) => [`${prompt} v${version}`, successRate]),
        );
        const month = { range: { start: '2026-01-01T00:00:00.000Z', end: '2027-01-01T00:00:00.000Z' } };
        let decided = 0;
        for (const prompt of new Set(planted.map((version) => version.name))) {
          const { comparisons } = await project.engine.ask('promptComparison', { scope: month, prompt });
          for (const { a, b, verdictKind, verdict } of comparisons) {
            const [ofA, ofB] = [truth.get(`${prompt} ${a}`) ?? 0, truth.get(`${prompt} ${b}`) ?? 0];
            if (verdictKind === 'better' || verdictKind === 'worse') {
              decided += 1;
              assert.ok(verdictKind === 'better' ? ofB > ofA : ofB < ofA, `${prompt}: ${verdict}`);
            }
          }
        }
        assert.ok(decided >= 3, `${decided} decided`);
      });

      it('are answered for all prompts from an index alone', async () => {
        const { prompts } = await project.engine.ask('promptLens', { range });
        const [counts] = project.sql(
          `SELECT count(*) AS n, sum(CAST(success AS integer)) AS successes FROM prompt_executions
           WHERE ${inRange('executed_at')}`,
        );
        const figures = prompts.flatMap(({ versions }) => versions.map((version) => version.figures));
        assert.deepEqual(
          [sum(figures.map(({ executions }) => executions)), sum(figures.map(({ successCount }) => successCount))],
          [Number(counts?.n), Number(counts?.successes)],
        );
        assert.ok(figures.every(({ low, high, successN }) => successN === 0 || (low ?? 2) < (high ?? -1)));
      });
    });
  }
});
