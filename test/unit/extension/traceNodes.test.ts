import assert from 'node:assert/strict';
import { describeFilter, toTraceFilter, wholeView } from '../../../src/extension/traces/traceFilterState.ts';
import {
  groupNode,
  moreNode,
  observationNode,
  traceNode,
  type TraceNodeContext,
} from '../../../src/extension/traces/traceNodes.ts';
import { Numbers } from '../../../src/format/numbers.ts';
import { Times } from '../../../src/format/times.ts';
import type { ObservationSummary, TraceSummary } from '../../../src/protocol/browse.ts';

const context: TraceNodeContext = {
  numbers: new Numbers('en'),
  times: new Times('en', 'UTC'),
  now: Date.parse('2026-11-23T15:00:00Z'),
  today: '2026-11-23',
  yesterday: '2026-11-22',
};

const trace: TraceSummary = {
  projectId: 'p',
  id: 't1',
  name: 'code_review',
  startedAt: '2026-11-23T14:21:07.000Z',
  durationSeconds: 48.62,
  costUsd: 0.186,
  tokens: 61_240,
  observations: 24,
  generations: 9,
  errors: 0,
  fallbacks: 0,
  userId: null,
  sessionId: null,
  environment: 'production',
  tags: [],
};

const observation: ObservationSummary = {
  id: 'o1',
  parentId: null,
  table: 'llm_generations',
  type: 'GENERATION',
  name: 'draft',
  startedAt: '2026-11-23T14:21:07.000Z',
  endedAt: '2026-11-23T14:21:15.020Z',
  firstTokenAt: null,
  level: 'DEFAULT',
  statusMessage: null,
  model: 'claude-sonnet-4-5',
  tokens: 100,
  costUsd: 0.0512,
  fallback: false,
  orphan: false,
  hasChildren: false,
};

const placed = { parentId: 'group/day/2026-11-23', withDay: false };
const noChildren = (): Promise<readonly never[]> => Promise.resolve([]);

describe('The rows of the tree of traces', () => {
  it('names a trace and gives its time, duration and cost', () => {
    const node = traceNode(trace, noChildren, context, placed);
    assert.equal(node.label, 'code_review');
    assert.equal(node.description, '14:21 · 48.62\u202fs · $0.19');
    assert.deepEqual(node.icon, { name: 'comment-discussion' });
  });

  it('says that a trace has no price where nobody knows its cost, and nothing where it called no model', () => {
    const unknown = { ...trace, costUsd: null };
    assert.match(traceNode(unknown, noChildren, context, placed).description ?? '', /no price$/);
    assert.equal(
      traceNode({ ...unknown, generations: 0 }, noChildren, context, placed).description,
      '14:21 · 48.62\u202fs',
    );
  });

  it('marks errors before fallbacks, in words too', () => {
    const node = traceNode({ ...trace, errors: 1, fallbacks: 2 }, noChildren, context, placed);
    assert.deepEqual(node.icon, { name: 'error', color: 'list.errorForeground' });
    assert.match(node.spoken ?? '', /^code_review, 1 error, 2 fallbacks, /);
  });

  it('cannot be unfolded when there is nothing below', () => {
    assert.equal(traceNode({ ...trace, observations: 0 }, noChildren, context, placed).children, undefined);
    assert.equal(
      observationNode(observation, { projectId: 'p', traceId: 't1', observationId: 'o1' }, noChildren, context, 'x')
        .children,
      undefined,
    );
  });

  it('calls days as people do', () => {
    const of = (key: string): string =>
      groupNode({ key, traces: 41, costUsd: 9.12, newestAt: trace.startedAt }, 'day', [], { ...context, open: false })
        .label;
    assert.deepEqual(['2026-11-23', '2026-11-22', '2026-11-18', '2025-11-18'].map(of), [
      'Today',
      'Yesterday',
      '18 Nov',
      '18 Nov 2025',
    ]);
  });

  it('gives model, duration and cost of an observation, and its kind to a screen reader', () => {
    const subject = { projectId: 'p', traceId: 't1', observationId: 'o1' };
    const node = observationNode({ ...observation, fallback: true }, subject, noChildren, context, 'x');
    assert.equal(node.description, 'claude-sonnet-4-5 · 8.02\u202fs · $0.051');
    assert.equal(node.spoken, 'draft, generation, fallback, claude-sonnet-4-5, 8.02\u202fs, $0.051');
  });

  it('offers more by number where the number is known', () => {
    assert.equal(moreNode('x', 37, context.numbers).label, 'Load 37 more');
    assert.equal(moreNode('x', null, context.numbers).label, 'Load more');
  });
});

describe('The filter of the tree of traces', () => {
  it('reads as one line, and is empty when nothing is filtered', () => {
    assert.equal(describeFilter(wholeView, context), '');
    const view = { ...wholeView, minCostUsd: 0.001, days: 7, filters: { models: ['a', 'b'] } };
    assert.equal(describeFilter(view, context), 'a or b, cost over $0.0010, 7 d');
  });

  it('reaches back the chosen days from now', () => {
    const { scope } = toTraceFilter({ ...wholeView, days: 7 }, context.now);
    assert.equal(scope.range.start, '2026-11-16T15:00:00.000Z');
  });

  it('holds between two moments where it was given some', () => {
    const range = { start: '2026-11-22T00:00:00.000Z', end: '2026-11-22T03:00:00.000Z' };
    const view = { ...wholeView, range };
    assert.deepEqual(toTraceFilter(view, context.now).scope.range, range);
    assert.equal(describeFilter(view, context), '22 Nov 00:00 – 22 Nov 03:00');
  });
});
