import assert from 'node:assert/strict';
import fc from 'fast-check';
import { countGranularity, deservesCounts, WindowPlan } from '../../../src/engine/export/windowPlan.ts';
import type { TimeWindow } from '../../../src/engine/langfuse/records.ts';

const hour = 3_600_000;
const pageSize = 1000;

/** Cuts the whole range, telling the plan what each window held. */
function cut(plan: WindowPlan, rowsIn: (window: TimeWindow) => number): TimeWindow[] {
  const windows: TimeWindow[] = [];
  for (let window = plan.next(); window !== null; window = plan.next()) {
    windows.push(window);
    plan.learn(window, rowsIn(window));
    assert.ok(windows.length < 10_000, 'the plan ends');
  }
  return windows;
}

function assertPartition(windows: readonly TimeWindow[], range: TimeWindow): void {
  let at = range.from;
  for (const window of windows) {
    assert.equal(window.from, at);
    assert.ok(window.to > window.from);
    at = window.to;
  }
  assert.equal(at, range.to);
}

/** Requests that the windows cost when rows lie in hourly buckets: each window ends with its last page. */
function requests(windows: readonly TimeWindow[], rowsIn: (window: TimeWindow) => number): number {
  return windows.reduce((sum, window) => sum + Math.max(1, Math.ceil(rowsIn(window) / pageSize)), 0);
}

describe('the window plan', () => {
  it('puts every moment of a range into exactly one window, with and without counts', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 60_000 })), { maxLength: 60 }),
        fc.boolean(),
        (hours, buckets, known) => {
          const range = { from: 123, to: 123 + hours * hour };
          const counts = new Map(buckets.map(([index, count]) => [index * hour, count]));
          const rowsIn = ({ from, to }: TimeWindow): number =>
            [...counts].reduce((sum, [start, count]) => sum + (start >= from && start < to ? count : 0), 0);
          assertPartition(cut(new WindowPlan(range, pageSize, known ? counts : null), rowsIn), range);
        },
      ),
    );
  });

  it('spends at most 5 % more requests than the rows need when the server counts them', () => {
    const range = { from: 0, to: 30 * 24 * hour };
    const counts = new Map<number, number>();
    for (let index = 0; index < 30 * 24; index += 1) {
      counts.set(index * hour, Math.round(139 * (1 + Math.sin(index / 4))));
    }
    const rowsIn = ({ from, to }: TimeWindow): number =>
      [...counts].reduce((sum, [start, count]) => sum + (start >= from && start < to ? count : 0), 0);
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const windows = cut(new WindowPlan(range, pageSize, counts), rowsIn);
    const needed = Math.ceil(total / pageSize);
    assert.ok(total > 90_000);
    assert.ok(requests(windows, rowsIn) <= needed * 1.05, `${requests(windows, rowsIn)} requests for ${needed} pages`);
  });

  it('crosses thirty years without rows in a handful of windows', () => {
    const range = { from: 0, to: 30 * 365 * 24 * hour };
    const windows = cut(new WindowPlan(range, pageSize, null), () => 0);
    assertPartition(windows, range);
    assert.ok(windows.length <= 9, `${windows.length} windows`);
  });

  it('walks any range as one window when it has no page size to plan by', () => {
    const range = { from: 0, to: 3000 * hour };
    assert.deepEqual(
      cut(new WindowPlan(range, null, null), () => 1_000_000),
      [range],
    );
  });

  it('walks the usual day of a timer run as one window', () => {
    const range = { from: 0, to: 25 * hour };
    assert.deepEqual(
      cut(new WindowPlan(range, pageSize, null), () => 80_000),
      [range],
    );
    assert.equal(deservesCounts(range), false);
  });

  it('asks for counts by hour up to 41 days, by day up to 2.7 years, and not at all beyond', () => {
    assert.equal(countGranularity({ from: 0, to: 41 * 24 * hour }), 'hour');
    assert.equal(countGranularity({ from: 0, to: 42 * 24 * hour }), 'day');
    assert.equal(countGranularity({ from: 0, to: 1000 * 24 * hour }), null);
  });
});
