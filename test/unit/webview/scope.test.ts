import assert from 'node:assert/strict';
import type { FacetsAnswer } from '../../../src/protocol/browse.ts';
import { viewAsSql } from '../../../webview/dashboard/viewSql.ts';
import { filterItems, filtersOfItems, hasFilters, toggleFilter } from '../../../webview/shared/filters.ts';
import { sparklinePath } from '../../../webview/shared/sparkline.ts';

const facets: FacetsAnswer = {
  models: ['gpt-4o'],
  providers: [],
  prompts: [],
  environments: ['production'],
  traceNames: [],
  agents: [],
  users: [],
  sessions: [],
  tags: [],
  projects: [],
};

describe('filters', () => {
  it('come and go by the same click', () => {
    const once = toggleFilter({}, 'models', 'gpt-4o');
    assert.deepEqual(once, { models: ['gpt-4o'] });
    assert.deepEqual(toggleFilter(once, 'models', 'gpt-4o'), {});
    assert.equal(hasFilters(toggleFilter(once, 'models', 'gpt-4o')), false);
  });

  it('take the versions of a prompt with it', () => {
    assert.deepEqual(toggleFilter({ prompts: ['a'], promptVersions: [1] }, 'prompts', 'a'), {});
  });

  it('in force are offered to be taken away even where no call has them any more', () => {
    const items = filterItems(facets, { models: ['gone'] });
    assert.deepEqual(
      items.map(({ label, picked }) => [label, picked]),
      [
        ['gone', true],
        ['gpt-4o', false],
        ['production', false],
      ],
    );
    assert.deepEqual(filtersOfItems(items.map(({ id }) => id)), {
      models: ['gone', 'gpt-4o'],
      environments: ['production'],
    });
  });
});

describe('the view as SQL', () => {
  const range = { start: '2026-11-16T00:00:00.000Z', end: '2026-11-23T00:00:00.000Z' };

  it('holds the whole scope, with texts quoted', () => {
    const sql = viewAsSql({
      range,
      projectId: "o'neil",
      filters: { models: ['a', 'b'], users: ['u1'], promptVersions: [3] },
    });
    assert.equal(
      sql,
      [
        'SELECT model, count(*) AS calls, sum(total_tokens) AS tokens, sum(cost_usd) AS cost_usd',
        'FROM llm_generations',
        "WHERE created_at >= '2026-11-16T00:00:00.000Z'",
        "  AND created_at < '2026-11-23T00:00:00.000Z'",
        "  AND project_id = 'o''neil'",
        "  AND model IN ('a', 'b')",
        '  AND prompt_version = 3',
        "  AND (project_id, trace_id) IN (SELECT project_id, trace_id FROM llm_traces WHERE user_id = 'u1')",
        'GROUP BY model',
        'ORDER BY cost_usd DESC',
      ].join('\n'),
    );
  });
});

describe('a sparkline', () => {
  const size = { width: 20, height: 10 };

  it('goes from the least to the greatest value over its height', () => {
    assert.deepEqual(sparklinePath([0, 10], size), { path: 'M2 8L17 2', end: { x: 17, y: 2 } });
  });

  it('breaks where a value is missing', () => {
    assert.equal(sparklinePath([1, null, 3, 2], size).path.match(/M/g)?.length, 2);
  });

  it('has no end without a value', () => {
    assert.deepEqual(sparklinePath([null, null], size), { path: '', end: null });
    assert.deepEqual(sparklinePath([], size), { path: '', end: null });
  });
});
