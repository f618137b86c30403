import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { cliBackends, Workspace, type Ended } from './workspace.ts';

const task = (id: string, values: object = {}): object => ({
  task_id: id,
  agent_name: 'triage',
  started_at: '2026-11-20T10:00:00Z',
  ...values,
});

const ndjson = (...records: (object | string)[]): string =>
  records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n');

interface Report {
  readonly read: number;
  readonly written: number;
  readonly unchanged: number;
  readonly bad: number;
  readonly problems: readonly { readonly line: number; readonly problems: readonly string[] }[];
}

const reportOf = ({ stdout }: Ended): Report => JSON.parse(stdout) as Report;

for (const backend of cliBackends) {
  describe(`langfuse-metrics record, on ${backend.name}`, function () {
    this.timeout(60_000);
    let workspace: Workspace;
    beforeEach(async () => (workspace = await Workspace.create(null, await backend.server())));
    afterEach(() => workspace.remove());

    const record = (kind: string, stdin: string, ...flags: string[]): Promise<Ended> =>
      workspace.run(['record', kind, '--json', ...flags], { stdin });

    it('writes tasks under the columns of their names', async () => {
      const whole = task('a', {
        trace_id: 't',
        agent_version: '2',
        task_type: 'bug',
        task_description: 'find it',
        completed_at: '2026-11-20T11:00:02.500+01:00',
        success: true,
        quality_score: 0.75,
        confidence_score: 1,
        total_cost_usd: 0.000_000_3,
        total_tokens: 12,
        llm_calls_count: 2,
        fallback_count: 0,
        result_data: { found: ['x'] },
        error_message: null,
        metadata: { run: 7 },
      });
      const ended = await record('task', ndjson(whole, task('b', { success: 0 }), task('c')));
      assert.equal(ended.exitCode, 0, ended.stderr);
      const rows = workspace.sql(
        `SELECT task_id, project_id, trace_id, agent_name, agent_version, task_type, task_description,
           duration_seconds, CAST(success AS INTEGER) AS success, success_source, quality_score, confidence_score,
           total_cost_usd, total_tokens, llm_calls_count, fallback_count, result_data, error_message
         FROM agent_task_results ORDER BY task_id`,
      );
      const nothing = {
        project_id: 'local',
        agent_name: 'triage',
        trace_id: null,
        agent_version: null,
        task_type: null,
        task_description: null,
        duration_seconds: null,
        success: null,
        success_source: null,
        quality_score: null,
        confidence_score: null,
        total_cost_usd: null,
        total_tokens: null,
        llm_calls_count: null,
        fallback_count: null,
        result_data: null,
        error_message: null,
      };
      assert.deepEqual(rows, [
        {
          ...nothing,
          task_id: 'a',
          trace_id: 't',
          agent_version: '2',
          task_type: 'bug',
          task_description: 'find it',
          duration_seconds: 2.5,
          success: 1,
          success_source: 'recorded',
          quality_score: 0.75,
          confidence_score: 1,
          total_cost_usd: 3e-7,
          total_tokens: 12,
          llm_calls_count: 2,
          fallback_count: 0,
          result_data: '{"found":["x"]}',
        },
        { ...nothing, task_id: 'b', success: 0, success_source: 'recorded' },
        { ...nothing, task_id: 'c' },
      ]);
    });

    it('replaces a record whose id is known, and leaves the same one alone', async () => {
      await record('task', ndjson(task('a'), task('b')));
      const again = await record('task', ndjson(task('a'), task('b', { success: true })));
      assert.deepEqual([reportOf(again).written, reportOf(again).unchanged], [1, 1]);
      const success = 'CAST(success AS INTEGER)';
      assert.deepEqual(workspace.sql(`SELECT count(*) AS n, sum(${success}) AS successes FROM agent_task_results`), [
        { n: 2, successes: 1 },
      ]);
    });

    it('takes executions with a prompt id, or with a name and a version, in camelCase too', async () => {
      const at = { executed_at: '2026-11-20T10:00:00Z' };
      const ended = await record(
        'execution',
        JSON.stringify([
          { execution_id: '1', prompt_id: 'support:v4', ...at },
          { execution_id: '2', prompt_name: 'support', prompt_version: 4, ...at },
          { executionId: '3', promptId: 'support:v4', executedAt: at.executed_at, costUsd: 0.25 },
        ]),
      );
      assert.equal(ended.exitCode, 0, ended.stderr);
      assert.deepEqual(workspace.sql('SELECT DISTINCT prompt_id, project_id FROM prompt_executions'), [
        { prompt_id: 'support:v4', project_id: 'local' },
      ]);
      assert.deepEqual(workspace.sql('SELECT sum(cost_usd) AS usd FROM prompt_executions'), [{ usd: 0.25 }]);
    });

    const mixed = ndjson(
      task('a'),
      '{"task_id": "b", "agent_name":',
      task('c', { agnet_name: 'typo' }),
      '',
      task('d', { quality_score: 7 }),
      task('e', { completed_at: '2026-11-20T09:59:59Z' }),
      '[1]',
      task('f'),
    );

    it('reports bad lines by their numbers, writes the others and ends with 1', async () => {
      const ended = await record('task', mixed);
      assert.equal(ended.exitCode, 1);
      const { read, written, bad, problems } = reportOf(ended);
      assert.deepEqual({ read, written, bad }, { read: 7, written: 2, bad: 5 });
      assert.deepEqual(
        problems.map(({ line }) => line),
        [2, 3, 5, 6, 7],
      );
      assert.match(ended.stderr, /^line 3: .*agnet_name/m);
      assert.match(ended.stderr, /^line 6: completed_at/m);
      assert.deepEqual(workspace.sql('SELECT task_id FROM agent_task_results ORDER BY task_id'), [
        { task_id: 'a' },
        { task_id: 'f' },
      ]);
    });

    it('writes nothing with --strict when one line is bad, and all when none is', async () => {
      const refused = await record('task', mixed, '--strict');
      assert.equal(refused.exitCode, 1);
      assert.deepEqual([reportOf(refused).written, reportOf(refused).bad], [0, 5]);
      assert.ok(!workspace.hasTables || workspace.sql('SELECT 1 FROM agent_task_results').length === 0);
      const taken = await record('task', ndjson(task('a'), task('b')), '--strict');
      assert.equal(taken.exitCode, 0, taken.stderr);
      assert.equal(workspace.sql('SELECT 1 AS found FROM agent_task_results').length, 2);
    });

    it('takes more records than a batch holds', async () => {
      const many = Array.from({ length: 2345 }, (_, index) => task(`t${index}`));
      const ended = await record('task', ndjson(...many, 'bad'));
      assert.equal(reportOf(ended).written, 2345);
      assert.deepEqual(
        reportOf(ended).problems.map(({ line }) => line),
        [2346],
      );
      assert.deepEqual(workspace.sql('SELECT count(*) AS n FROM agent_task_results'), [{ n: 2345 }]);
    });
  });
}

describe('langfuse-metrics record', function () {
  this.timeout(60_000);
  let workspace: Workspace;
  beforeEach(async () => (workspace = await Workspace.create(null)));
  afterEach(() => workspace.remove());

  it('makes no database for nothing', async () => {
    const ended = await workspace.run(['record', 'execution'], { stdin: '\n' });
    assert.equal(ended.exitCode, 0, ended.stderr);
    assert.equal(ended.stdout, 'Records: 0 · written: 0 · unchanged: 0 · bad: 0\n');
    assert.ok(!existsSync(workspace.database));
  });

  it('refuses another kind', async () => {
    assert.equal((await workspace.run(['record', 'score'])).exitCode, 2);
  });

  it('keeps as much of a result as of captured texts', async () => {
    const environment = { EXPORT_CAPTURED_TEXT_LENGTH: '3' };
    await workspace.run(['record', 'task'], { stdin: ndjson(task('a', { result_data: 'abcdef' })), environment });
    assert.deepEqual(workspace.sql('SELECT result_data FROM agent_task_results'), [{ result_data: 'abc' }]);
  });
});
