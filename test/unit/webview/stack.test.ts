import assert from 'node:assert/strict';
import type { UsageAnswer, UsagePoint } from '../../../src/protocol/analytics.ts';
import { assignColours } from '../../../src/extension/panels/modelColours.ts';
import { namedModels, stackView } from '../../../webview/dashboard/stackChart.ts';
import { plain, writing } from './writing.ts';

const starts = ['2026-11-22T00:00:00.000Z', '2026-11-23T00:00:00.000Z'];

function point(start: string, costUsd: number | null): UsagePoint {
  return { start, calls: 10, errors: 0, fallbacks: 0, totalTokens: 1000, costUsd, latency: null };
}

/** Models m1, m2 … that cost so much on both days. */
function usage(costs: readonly (number | null)[]): UsageAnswer {
  return {
    range: { start: starts[0]!, end: '2026-11-24T00:00:00.000Z' },
    bucket: 'day',
    buckets: starts,
    series: costs.map((cost, index) => ({
      key: `m${index + 1}`,
      points: starts.map((start) => point(start, cost)),
      total: { calls: 20, costUsd: cost === null ? null : cost * 2 },
    })),
  };
}

const view = (byModel: UsageAnswer): ReturnType<typeof stackView> =>
  stackView({
    measure: 'cost',
    byModel,
    previous: null,
    summary: null,
    buckets: { starts, labels: ['22 Nov', '23 Nov'], ticks: [null, null], gaps: [] },
    colours: assignColours({}, namedModels(byModel)),
    periodName: '2 d',
    writing,
  });

describe('the stack of models', () => {
  it('names six models when there are six, the sixth without a colour of its own', () => {
    const { legend } = view(usage([6, 5, 4, 3, 2, 1]));
    assert.deepEqual(
      legend.map(({ label, colour }) => [label, colour]),
      [
        ['m1', 'series-0'],
        ['m2', 'series-1'],
        ['m3', 'series-2'],
        ['m4', 'series-3'],
        ['m5', 'series-4'],
        ['m6', 'series-rest'],
      ],
    );
  });

  it('names the five dearest of more and adds up the others', () => {
    const { legend, chart } = view(usage([1, 2, 3, 4, 5, 6, 7, 8]));
    assert.deepEqual(
      legend.map(({ label, total }) => `${label} ${plain(total)}`),
      ['m8 $16.00', 'm7 $14.00', 'm6 $12.00', 'm5 $10.00', 'm4 $8.00', '3 others $12.00'],
    );
    assert.deepEqual(chart.series.at(-1)?.values, [6, 6]);
  });

  it('shows an unknown price as one, and draws nothing for it', () => {
    const { legend, chart } = view(usage([1, null]));
    assert.equal(legend[1]?.total, 'no price');
    assert.deepEqual(chart.series[1]?.values, [null, null]);
  });
});

describe('colours of models', () => {
  it('stay when others become more important', () => {
    const first = assignColours({}, ['a', 'b', 'c']);
    assert.deepEqual(assignColours(first, ['c', 'b', 'a']), first);
  });

  it('are never the same for two that are shown together, however many were seen before', () => {
    let assigned = {};
    for (let round = 0; round < 40; round++) {
      const shown = Array.from({ length: 5 }, (_, index) => `model-${(round * 3 + index * 7) % 23}`);
      assigned = assignColours(assigned, shown);
      const colours = shown.map((model) => (assigned as Record<string, number>)[model]);
      assert.equal(new Set(colours).size, 5);
      assert.ok(colours.every((colour) => colour !== undefined && colour >= 0 && colour < 5));
    }
  });
});
