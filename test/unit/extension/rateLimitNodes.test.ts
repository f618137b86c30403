import assert from 'node:assert/strict';
import { gaugeSvg } from '../../../src/extension/rateLimits/gauge.ts';
import { rateLimitNodes } from '../../../src/extension/rateLimits/rateLimitNodes.ts';
import { readAcquire, readFilter, readReport } from '../../../src/extension/rateLimits/rateLimitRequests.ts';
import type { TreeNode } from '../../../src/extension/trees/treeNode.ts';
import { Numbers } from '../../../src/format/numbers.ts';
import { Times } from '../../../src/format/times.ts';
import type { LimiterStatus, LimitsEntry, PoolStatus, WindowStatus } from '../../../src/protocol/limiter.ts';

const now = Date.UTC(2026, 10, 23, 12);
const context = { numbers: new Numbers('en'), times: new Times('en', 'UTC'), now };

const window = (used: number, limit: number | null, change: Partial<WindowStatus> = {}): WindowStatus => ({
  dimension: 'tokens',
  window: 'minute',
  used,
  limit,
  source: { kind: 'settings' },
  resetMs: 21_000,
  ...change,
});
const pool = (windows: readonly WindowStatus[], change: Partial<PoolStatus> = {}): PoolStatus => ({
  provider: 'openai',
  model: 'gpt-4o',
  tier: 'tier1',
  windows,
  waiting: 0,
  open: 0,
  queued: 0,
  pausedUntil: null,
  ...change,
});
const status = (pools: readonly PoolStatus[], change: Partial<LimiterStatus> = {}): LimiterStatus => ({
  pools,
  queue: { pending: 0, executing: 0, completed: 0, failed: 0 },
  problem: null,
  ...change,
});
const providers = (...given: Parameters<typeof status>): readonly TreeNode[] =>
  rateLimitNodes(status(...given), [], context);
const poolOf = (windows: readonly WindowStatus[], change?: Partial<PoolStatus>): TreeNode | undefined =>
  children(providers([pool(windows, change)])[0])[0];
const children = (node: TreeNode | undefined): readonly TreeNode[] =>
  typeof node?.children === 'function' ? [] : (node?.children ?? []);

describe('the rows of "Rate limits"', () => {
  it('say share, amounts and countdown of each limited window', () => {
    const windows = [
      window(28_810, 30_000),
      window(3104, 10_000, { dimension: 'requests', window: 'day', resetMs: 32_400_000 }),
      window(500, null, { window: 'hour' }),
    ];
    const [provider] = providers([pool(windows, { waiting: 3 })]);
    assert.deepEqual([provider?.label, provider?.description], ['openai', '3 waiting']);
    const [node] = children(provider);
    assert.deepEqual([node?.label, node?.description], ['gpt-4o', 'tier1 · 3 waiting']);
    assert.deepEqual(
      children(node).map(({ label, description }) => [label, description]),
      [
        ['minute 96\u202f%', '28,810 / 30,000 tok · 0:21'],
        ['day 31\u202f%', '3,104 / 10,000 req · 9\u202fh'],
      ],
    );
    assert.equal(node?.icon?.color, 'list.warningForeground');
    assert.equal(provider?.icon?.color, 'list.warningForeground');
  });

  it('say until when a model is full, also when it is over its limit', () => {
    const node = poolOf([window(31_000, 30_000)], { tier: null });
    assert.deepEqual([node?.description, node?.icon?.color], ['full for 0:21', 'list.errorForeground']);
  });

  it('say that a model is paused, and for how long when that is known', () => {
    const until = (moment: number): string | undefined =>
      poolOf([], { pausedUntil: new Date(moment).toISOString(), tier: null })?.description;
    assert.equal(until(now + 90_000), 'paused for 1:30');
    assert.equal(until(8_640_000_000_000_000), 'paused');
  });

  it('call a provider paused when all of its models are, and offer to resume it', () => {
    const paused = pool([], { pausedUntil: new Date(now + 90_000).toISOString() });
    const [all] = providers([paused]);
    assert.deepEqual([all?.description, all?.context], ['paused', 'pausedProvider']);
    const [some] = providers([paused, pool([], { model: 'gpt-5' })]);
    assert.equal(some?.context, 'openProvider');
    assert.deepEqual(
      children(some).map(({ context: menu }) => menu),
      ['pausedPool', 'openPool'],
    );
  });

  it('group the models by provider, and sum up who waits and what is queued', () => {
    const nodes = providers([
      pool([], { waiting: 1, queued: 2 }),
      pool([], { model: 'gpt-5', waiting: 1 }),
      pool([], { provider: 'anthropic', model: 'claude-*' }),
    ]);
    assert.deepEqual(
      nodes.map((node) => [node.label, node.description, children(node).length]),
      [
        ['anthropic', '', 1],
        ['openai', '2 waiting · 2 queued', 2],
      ],
    );
  });

  it('count a model without limits, and claim no share of it', () => {
    const node = poolOf([window(7, null, { dimension: 'requests', window: 'day' })]);
    assert.deepEqual(
      children(node).map(({ label, description }) => [label, description]),
      [['day', '7 req · no limit']],
    );
  });

  it('show what the limits file knows and nothing has called yet, with nothing to reset', () => {
    const limits = [
      { dimension: 'requests', window: 'minute', limit: 60, source: { kind: 'settings' } },
    ] as const satisfies LimitsEntry['limits'];
    const entries = [
      { provider: 'openai', model: 'GPT-4o', tier: 'tier1', limits },
      { provider: 'gemini', model: '*', tier: null, limits },
    ];
    const nodes = rateLimitNodes(status([pool([])]), entries, context);
    assert.deepEqual(
      nodes.map((node) => [node.label, node.context, children(node).length]),
      [
        ['openai', 'openProvider', 1],
        ['gemini', 'uncalledProvider', 1],
      ],
    );
    const [uncalled] = children(nodes[1]);
    assert.deepEqual([uncalled?.label, uncalled?.context], ['all models', 'uncalledPool']);
    assert.deepEqual(
      children(uncalled).map(({ label, description }) => [label, description]),
      [['minute 0\u202f%', '0 / 60 req']],
    );
  });

  it('show the queue and where the limits file is wrong', () => {
    const nodes = providers([], {
      queue: { pending: 4, executing: 1, completed: 9, failed: 2 },
      problem: { file: 'rate-limits.json', message: 'not valid JSON', line: 3, column: 7 },
    });
    assert.deepEqual(
      nodes.map(({ description }) => description),
      ['line 3: not valid JSON', '4 queued · 1 running · 2 failed'],
    );
    assert.deepEqual(nodes[0]?.command?.argument, { line: 3, column: 7 });
  });

  it('draw a bar as long as the share, and never longer than its frame', () => {
    assert.match(gaugeSvg(0.5, 'calm', 'dark'), /width="6" height="4"/);
    assert.match(gaugeSvg(1.7, 'full', 'light'), /width="12" height="4"/);
  });
});

describe('what other extensions give to the rate limit commands', () => {
  it('is taken field by field', () => {
    const { provider, tokens } = readAcquire({ provider: 'openai', model: 'gpt-4o', tokens: 5, other: 1 });
    assert.deepEqual([provider, tokens], ['openai', 5]);
    assert.deepEqual(readFilter(undefined), { provider: undefined, model: undefined, tier: undefined });
  });

  it('may be the headers of a response, whatever the case of their names', () => {
    const { headers } = readReport({ reservation: '1-a', headers: { 'Retry-After': 3 } });
    assert.deepEqual(headers, { 'retry-after': '3' });
  });

  it('is refused with the name of the field that is wrong', () => {
    assert.throws(() => readAcquire({ provider: 'openai' }), /model/);
    assert.throws(() => readAcquire({ provider: 'openai', model: 'm', tokens: -1 }), /tokens/);
    assert.throws(() => readAcquire({ provider: 'openai', model: 'm', waitSeconds: '60' }), /waitSeconds/);
    assert.throws(() => readReport({ reservation: '1-a', outcome: 'lost' }), /outcome/);
    assert.throws(() => readReport({ reservation: '1-a', headers: 'x' }), /headers/);
    assert.throws(() => readFilter({ provider: 1 }), /provider/);
    assert.throws(() => readAcquire('openai'), /object/);
  });
});
