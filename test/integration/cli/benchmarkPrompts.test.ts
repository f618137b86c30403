import assert from 'node:assert/strict';
import type { AgentsAnswer, PromptComparison, PromptsAnswer } from '../../../src/protocol/analytics.ts';
import { cliBackends, errorOf, Workspace } from './workspace.ts';

/** Runs of the last days: 160 of 200 of version 1 succeed, 190 of 200 of version 2, and 9 of 10 of version 3. */
function records(): string {
  const run = (version: number, index: number, success: boolean): string =>
    JSON.stringify({
      execution_id: `v${version}-${index}`,
      prompt_name: 'support/answer',
      prompt_version: version,
      executed_at: new Date(Date.now() - (index + 1) * 3_000_000).toISOString(),
      success,
      cost_usd: version === 3 ? null : 0.001 * version,
      latency_seconds: 1 + (index % 10) / 10,
      model: 'gpt-4o',
      environment: 'production',
    });
  return [
    ...Array.from({ length: 200 }, (_, index) => run(1, index, index % 5 !== 0)),
    ...Array.from({ length: 200 }, (_, index) => run(2, index, index % 20 !== 0)),
    ...Array.from({ length: 10 }, (_, index) => run(3, index, index !== 0)),
  ].join('\n');
}

for (const backend of cliBackends) {
  describe(`langfuse-metrics benchmark-prompts, on ${backend.name}`, function () {
    this.timeout(60_000);
    let workspace: Workspace;
    before(async () => {
      workspace = await Workspace.create(null, await backend.server());
      const ended = await workspace.run(['record', 'execution'], { stdin: records() });
      assert.equal(ended.exitCode, 0, ended.stderr);
    });
    after(() => workspace.remove());

    const benchmark = async (...args: string[]): Promise<PromptComparison> => {
      const ended = await workspace.run(['benchmark-prompts', ...args, '--json']);
      assert.equal(ended.exitCode, 0, ended.stderr);
      return JSON.parse(ended.stdout) as PromptComparison;
    };

    it('prints one document with every version and every pair', async () => {
      const { prompt, variants, comparisons } = await benchmark('support/answer');
      assert.equal(prompt, 'support/answer');
      assert.deepEqual(
        variants.map(({ version, executions, successRate: { count, n, value } }) => [
          version,
          executions,
          count,
          n,
          value,
        ]),
        [
          [1, 200, 160, 200, 0.8],
          [2, 200, 190, 200, 0.95],
          [3, 10, 9, 10, 0.9],
        ],
      );
      assert.deepEqual(
        variants.map(({ costUsd, missing }) => [
          costUsd === null ? null : Math.round(costUsd * 1e9) / 1e9,
          missing.costUsd,
        ]),
        [
          [0.2, undefined],
          [0.4, undefined],
          [null, 'noCost'],
        ],
      );
      assert.deepEqual(
        comparisons.map(({ a, b }) => [a, b]),
        [
          ['v1', 'v2'],
          ['v1', 'v3'],
          ['v2', 'v3'],
        ],
      );
      const [pair, few] = comparisons;
      for (const key of ['difference', 'test', 'pValue', 'adjustedPValue', 'verdict', 'moreRunsNeeded']) {
        assert.ok(pair !== undefined && key in pair, key);
      }
      assert.equal(pair?.verdictKind, 'better');
      assert.ok(Math.abs((pair.difference?.value ?? 0) - 0.15) < 1e-12);
      // Newcombe's method 10 of 190/200 less 160/200, by hand from the two Wilson intervals.
      assert.ok(Math.abs((pair.difference?.low ?? 0) - 0.08659) < 1e-4, String(pair.difference?.low));
      assert.ok(Math.abs((pair.difference?.high ?? 0) - 0.21493) < 1e-4, String(pair.difference?.high));
      assert.deepEqual([few?.verdictKind, few?.difference], ['tooFew', null]);
    });

    it('compares the named versions, the first being the baseline', async () => {
      const { baseline, variants, comparisons } = await benchmark('support/answer', '--variants', 'v2,1');
      assert.equal(baseline, 'v2');
      assert.deepEqual(
        variants.map(({ version }) => version),
        [2, 1],
      );
      assert.deepEqual(
        comparisons.map(({ a, b, verdictKind }) => [a, b, verdictKind]),
        [['v2', 'v1', 'worse']],
      );
    });

    it('looks at the last days only', async () => {
      const { variants } = await benchmark('support/answer', '--days', '1');
      // A run every 50 minutes: 28 of them within a day.
      assert.deepEqual(
        variants.map(({ executions }) => executions),
        [28, 28, 10],
      );
    });

    it('names the nearest prompt or version and ends with 2 when there is none', async () => {
      const prompt = await workspace.run(['benchmark-prompts', 'suport/answer', '--json']);
      assert.equal(prompt.exitCode, 2);
      assert.match(errorOf(prompt).hint ?? '', /support\/answer/);
      const version = await workspace.run(['benchmark-prompts', 'support/answer', '--variants', '1,v22']);
      assert.equal(version.exitCode, 2);
      assert.match(version.stderr, /v22/);
      assert.match(version.stderr, /v2/);
      assert.equal(version.stdout, '');
    });

    it('prints a table with intervals, and verdicts in words', async () => {
      const { stdout, exitCode } = await workspace.run(['benchmark-prompts', 'support/answer']);
      assert.equal(exitCode, 0);
      assert.match(stdout, /^v1 +200 +200 +80\.0.%  +73\.9 to 85\.0.%/m);
      assert.match(stdout, /^v2 is better than v1: \+15 points/m);
      assert.match(stdout, /too few runs to compare/);
      assert.match(stdout, /no price/);
    });

    it('counts recorded runs and tasks in analyze, too', async () => {
      const task = (id: string, values: object): string =>
        JSON.stringify({ task_id: id, agent_name: 'triage', started_at: new Date().toISOString(), ...values });
      const stdin = [task('a', { success: true, total_cost_usd: 0.25 }), task('b', { success: false })].join('\n');
      await workspace.run(['record', 'task'], { stdin });
      const prompts = await workspace.run(['analyze', 'prompts', '--days', '30', '--json']);
      const [prompt] = (JSON.parse(prompts.stdout) as PromptsAnswer).prompts;
      assert.deepEqual([prompt?.prompt, prompt?.projectId, prompt?.executions], ['support/answer', 'local', 410]);
      const answer = await workspace.run([
        'analyze',
        'agents',
        '--end-time',
        '2999-01-01',
        '--days',
        '400000',
        '--json',
      ]);
      assert.equal(answer.exitCode, 2, 'more days than there are');
      const agents = await workspace.run(['analyze', 'agents', '--json']);
      const [agent] = (JSON.parse(agents.stdout) as AgentsAnswer).agents;
      assert.deepEqual(
        [agent?.agent, agent?.tasks, agent?.successRate.count, agent?.costUsd, agent?.tasksWithoutCost],
        ['triage', 2, 1, 0.25, 1],
      );
      const csv = await workspace.run(['analyze', 'prompts', '--csv']);
      assert.match(csv.stdout, /^prompt,version,/);
    });
  });
}
