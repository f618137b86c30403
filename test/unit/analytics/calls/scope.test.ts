import assert from 'node:assert/strict';
import { previousRange, scopeSchema } from '../../../../src/engine/analytics/calls/scope.ts';

const range = { start: '2026-01-01T00:00:00.000Z', end: '2026-01-08T00:00:00.000Z' };

const problems = (scope: unknown): string[] =>
  scopeSchema.safeParse(scope).error?.issues.map((issue) => issue.path.join('.')) ?? [];

describe('a scope', () => {
  it('takes times with any offset and knows them in UTC', () => {
    const scope = scopeSchema.parse({ range: { start: '2026-01-01T01:00:00+01:00', end: '2026-01-08T00:00:00Z' } });
    assert.deepEqual(scope, { range });
  });

  it('keeps what it was asked with', () => {
    const scope = {
      range,
      projectId: null,
      filters: { models: ['gpt-4o'], prompts: ['greeting'], promptVersions: [1, 2], tags: ['a'] },
    };
    assert.deepEqual(scopeSchema.parse(scope), scope);
  });

  it('refuses a range that ends before it begins, an unknown filter, an empty one, versions of no prompt', () => {
    assert.deepEqual(problems({ range: { start: range.end, end: range.start } }), ['range']);
    assert.deepEqual(problems({ range: { start: 'yesterday', end: range.end } }), ['range.start']);
    assert.deepEqual(problems({ range, filters: { modells: ['x'] } }), ['filters']);
    assert.deepEqual(problems({ range, filters: { models: [] } }), ['filters.models']);
    assert.deepEqual(problems({ range, filters: { promptVersions: [1] } }), ['filters']);
    assert.deepEqual(problems({ range, filters: { prompts: ['a', 'b'], promptVersions: [1] } }), ['filters']);
  });

  it('is preceded by a period of the same length', () => {
    assert.deepEqual(previousRange(range), { start: '2025-12-25T00:00:00.000Z', end: range.start });
  });
});
