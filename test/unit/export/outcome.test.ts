import assert from 'node:assert/strict';
import { parseConfig } from '../../../src/engine/config/config.ts';
import { executionRow, taskRow } from '../../../src/engine/export/derive/derivedRows.ts';
import type {
  AgentFact,
  AttachedScore,
  ExecutionFact,
  TraceFact,
  TraceFacts,
} from '../../../src/engine/export/derive/facts.ts';
import { judgeFeedback, judgeQuality, judgeSuccess } from '../../../src/engine/export/derive/outcome.ts';
import { variantName } from '../../../src/engine/export/derive/promptVariants.ts';

const rules = parseConfig({ workspace: '/w' }, (name) => name).outcome;

const score = (parts: Partial<AttachedScore>): AttachedScore => ({
  trace_id: 't',
  observation_id: null,
  name: 'success',
  data_type: 'BOOLEAN',
  value: null,
  string_value: null,
  created_at: '2026-11-01T10:00:00.000Z',
  ...parts,
});

const trace = (parts: Partial<TraceFact> = {}): TraceFact => ({
  id: 't',
  name: null,
  version: null,
  created_at: '2026-11-01T10:00:00.000Z',
  end_time: '2026-11-01T10:00:09.000Z',
  latency_seconds: 9,
  root_observation_id: 'root',
  total_cost_usd: 0.5,
  total_tokens: 1000,
  total_generations: 3,
  error_count: 0,
  metadata: null,
  ...parts,
});

const facts = (parts: Partial<TraceFacts> = {}): TraceFacts => ({
  traces: [],
  agents: new Map(),
  scores: new Map(),
  executions: [],
  fallbacks: new Map(),
  errors: new Map(),
  ...parts,
});

describe('success', () => {
  it('is what the first listed score says, whatever the error level', () => {
    const scores = [score({ name: 'correct', value: 0 }), score({ name: 'success', value: 1 })];
    assert.deepEqual(judgeSuccess(scores, rules, 3), { success: 1, source: 'score:success' });
  });

  it('is what the newest score of that name says', () => {
    const scores = [
      score({ value: 1, created_at: '2026-11-01T10:00:00.000Z' }),
      score({ value: 0, created_at: '2026-11-02T10:00:00.000Z' }),
    ];
    assert.equal(judgeSuccess(scores, rules, 0).success, 0);
  });

  it('reads categories without case', () => {
    const passed = score({ name: 'passed', data_type: 'CATEGORICAL', string_value: 'PASS' });
    const failed = score({ name: 'passed', data_type: 'CATEGORICAL', string_value: 'flaky' });
    assert.equal(judgeSuccess([passed], rules, 0).success, 1);
    assert.equal(judgeSuccess([failed], rules, 0).success, 0);
  });

  it('ignores a number between yes and no and falls back to the error level', () => {
    const vague = [score({ data_type: 'NUMERIC', value: 0.7 })];
    assert.deepEqual(judgeSuccess(vague, rules, 0), { success: 1, source: 'level' });
    assert.deepEqual(judgeSuccess(vague, rules, 1), { success: 0, source: 'level' });
  });
});

describe('quality and feedback', () => {
  it('are unknown without a listed score, and quality outside 0 to 1 does not count', () => {
    assert.equal(judgeQuality([score({ name: 'tone', value: 1 })], rules), null);
    assert.equal(judgeQuality([score({ name: 'quality', value: 7 })], rules), null);
    assert.equal(judgeQuality([score({ name: 'helpfulness', value: 0.87 })], rules), 0.87);
    assert.equal(judgeFeedback([score({ name: 'user_feedback', value: -1 })], rules), -1);
  });
});

describe('the task of a trace', () => {
  const agent = (id: string, parent: string | null, name: string, at: string): AgentFact => ({
    id,
    trace_id: 't',
    parent_observation_id: parent,
    name,
    version: null,
    created_at: at,
    output: `out of ${name}`,
  });

  it('belongs to the outermost agent', () => {
    const agents = [
      agent('b', 'a', 'helper', '2026-11-01T10:00:01.000Z'),
      agent('a', 'root', 'planner', '2026-11-01T10:00:02.000Z'),
    ];
    const row = taskRow('p', trace({ name: 'review' }), facts({ agents: new Map([['t', agents]]) }), rules);
    assert.equal(row?.agent_name, 'planner');
    assert.equal(row.task_type, 'review');
    assert.equal(row.result_data, 'out of planner');
  });

  it('belongs to the agent that its metadata names', () => {
    const metadata = JSON.stringify({ agent_name: 'reviewer', task_type: 'lint', confidence: 0.4 });
    const row = taskRow('p', trace({ metadata }), facts(), rules);
    assert.equal(row?.agent_name, 'reviewer');
    assert.equal(row.task_type, 'lint');
    assert.equal(row.confidence_score, 0.4);
  });

  it('is none where nothing speaks of an agent', () => {
    assert.equal(taskRow('p', trace({ name: 'summarise' }), facts(), rules), null);
    assert.equal(taskRow('p', trace({ name: 'code_review_agent' }), facts(), rules)?.agent_name, 'code_review_agent');
  });

  it('hears scores on the trace and on its root, not on steps inside', () => {
    const inner = facts({ scores: new Map([['t', [score({ observation_id: 'step', value: 0 })]]]) });
    assert.equal(taskRow('p', trace({ name: 'agent' }), inner, rules)?.success_source, 'level');
    const root = facts({ scores: new Map([['t', [score({ observation_id: 'root', value: 0 })]]]) });
    assert.equal(taskRow('p', trace({ name: 'agent' }), root, rules)?.success, 0);
  });
});

describe('a run of a prompt', () => {
  const execution: ExecutionFact = {
    id: 'g',
    trace_id: 't',
    provider: 'openai',
    model: 'gpt-4o',
    environment: 'default',
    created_at: '2026-11-01T10:00:00.000Z',
    latency_seconds: 1,
    input_tokens: 10,
    output_tokens: 5,
    cost_usd: 0.001,
    prompt_name: 'agents/reviewer',
    prompt_version: 3,
    completion_text: 'done',
    metadata: null,
  };

  it('hears a score on itself before one on its trace', () => {
    const scores = new Map([['t', [score({ value: 1 }), score({ observation_id: 'g', value: 0 })]]]);
    const row = executionRow('p', execution, facts({ scores }), 0, rules);
    assert.equal(row.success, 0);
    assert.equal(row.prompt_id, 'agents/reviewer:v3');
    assert.equal(row.execution_id, 't/g');
  });

  it('hears the trace where nobody scored the run itself', () => {
    const scores = new Map([
      ['t', [score({ name: 'correct', value: 0 }), score({ name: 'quality', data_type: 'NUMERIC', value: 0.5 })]],
    ]);
    const row = executionRow('p', execution, facts({ scores }), 0, rules);
    assert.equal(row.success_source, 'score:correct');
    assert.equal(row.quality_score, 0.5);
  });
});

describe('the name of a prompt variant', () => {
  it('is its labels, production first, without the one that moves', () => {
    assert.equal(variantName(['latest', 'staging', 'production', 'canary'], 4), 'production, canary, staging');
    assert.equal(variantName(['latest'], 4), 'v4');
    assert.equal(variantName([], 2), 'v2');
  });
});
