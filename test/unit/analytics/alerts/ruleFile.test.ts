import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile, mkdir } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadRules, parseRuleFile, type RuleSet } from '../../../../src/engine/analytics/alerts/ruleFile.ts';

const budget = { kind: 'budget', period: 'month', limitUsd: 100 };

describe('alert rules', () => {
  let workspace: string;
  beforeEach(async () => {
    workspace = await mkdtemp(path.join(os.tmpdir(), 'langfuse-metrics-rules-'));
    await mkdir(path.join(workspace, '.langfuse'));
  });
  afterEach(() => rm(workspace, { recursive: true, force: true }));

  const load = async (file: string | null, settings: readonly unknown[] = []): Promise<RuleSet> => {
    if (file !== null) {
      await writeFile(path.join(workspace, '.langfuse', 'alerts.json'), file);
    }
    return loadRules(workspace, settings);
  };

  it('come from the settings and from the workspace file, which may hold comments', async () => {
    const { rules, broken } = await load(
      `{
        // Money
        "alerts": [
          { "kind": "budget", "period": "day", "limitUsd": 5, "filters": { "agents": ["planner"] } }, /* and */
          { "id": "errors", "kind": "errorRate", "limit": 0.05 },
        ],
      }`,
      [budget],
    );
    assert.deepEqual(broken, []);
    assert.deepEqual(
      rules.map(({ kind }) => kind),
      ['budget', 'budget', 'errorRate'],
    );
    assert.deepEqual(rules[0], { ...budget, id: rules[0]?.id, levels: [0.5, 0.8, 0.95, 1] });
    assert.match(rules[0].id, /^budget-[0-9a-f]{12}$/);
    assert.deepEqual(rules[2], { id: 'errors', kind: 'errorRate', limit: 0.05, windowHours: 24, minCalls: 20 });
  });

  it('are none without settings and file', async () => {
    assert.deepEqual(await load(null), { rules: [], broken: [] });
    assert.deepEqual(await load(''), { rules: [], broken: [] });
  });

  it('that are wrong say where and what, and the others hold', async () => {
    const { rules, broken } = await load(
      [
        '{',
        '  "alerts": [',
        '    { "kind": "budget", "period": "month", "limitUsd": 100 },',
        '    {',
        '      "id": "slow",',
        '      "kind": "latency",',
        '      "limitSeconds": "fast"',
        '    },',
        '    { "kind": "errorRate", "limit": 5 },',
        '    { "kind": "mood" },',
        '    { "kind": "noData", "hours": 6, "houres": 7 },',
        '    17',
        '  ]',
        '}',
      ].join('\n'),
      ['nonsense', { kind: 'noData' }],
    );
    assert.deepEqual(
      rules.map(({ kind }) => kind),
      ['budget'],
    );
    assert.deepEqual(
      broken.map(({ where, kind }) => [where, kind]),
      [
        ['langfuseMetrics.alerts[0]', 'unknown'],
        ['langfuseMetrics.alerts[1]', 'noData'],
        ['.langfuse/alerts.json:7', 'latency'],
        ['.langfuse/alerts.json:9', 'errorRate'],
        ['.langfuse/alerts.json:10', 'mood'],
        ['.langfuse/alerts.json:11', 'noData'],
        ['.langfuse/alerts.json:12', 'unknown'],
      ],
    );
    assert.equal(broken[2]?.id, 'slow');
    assert.match(broken[2].message, /^limitSeconds: /);
    assert.match(broken[5]?.message ?? '', /houres/);
  });

  it('that follow a slip of the pen are still read, and the slip is shown by its line', async () => {
    const { rules, broken } = await load(
      '{\n  "alerts": [\n    { "kind": "noData", "hours": 6 }\n    { "kind": "noData", "hours": 7 }\n  ]\n}',
    );
    assert.equal(rules.length, 2);
    assert.deepEqual(
      broken.map(({ where }) => where),
      ['.langfuse/alerts.json:4'],
    );
    assert.match(broken[0]?.message ?? '', /Comma/i);
  });

  it('in a file of another form are refused by its first line', () => {
    for (const content of ['[]', '{ "alert": [] }', '{ "alerts": {} }', '"x"']) {
      const [only] = parseRuleFile(content);
      assert.ok(only !== undefined && 'broken' in only, content);
      assert.equal(only.broken.where, '.langfuse/alerts.json:1');
    }
  });

  it('need ids of their own', async () => {
    const { rules, broken } = await load(null, [
      { ...budget, id: 'money' },
      { kind: 'noData', hours: 1, id: 'money' },
      budget,
      { ...budget, title: 'the same in other words' },
    ]);
    assert.equal(rules.length, 2);
    assert.deepEqual(
      broken.map(({ where }) => where),
      ['langfuseMetrics.alerts[1]', 'langfuseMetrics.alerts[3]'],
    );
    assert.match(broken[0]?.message ?? '', /"money"/);
  });

  it('name only time zones that exist', async () => {
    const { rules, broken } = await load(null, [
      { ...budget, timeZone: 'Europe/Paris' },
      { ...budget, timeZone: 'Europe/Atlantis' },
    ]);
    assert.deepEqual([rules.length, broken.length], [1, 1]);
    assert.match(broken[0]?.message ?? '', /^timeZone: /);
  });
});
