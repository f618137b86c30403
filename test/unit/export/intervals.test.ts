import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeWindows, uncovered } from '../../../src/engine/export/intervals.ts';
import type { TimeWindow } from '../../../src/engine/langfuse/records.ts';

const windows = fc.array(
  fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 })).map(([a, b]) => ({
    from: Math.min(a, b),
    to: Math.max(a, b),
  })),
  { maxLength: 12 },
);

const holds = (list: readonly TimeWindow[], moment: number): boolean =>
  list.some(({ from, to }) => from <= moment && moment < to);

describe('time windows', () => {
  it('merge into disjoint, sorted windows that hold the same moments', () => {
    fc.assert(
      fc.property(windows, (list) => {
        const merged = mergeWindows(list);
        for (let moment = -1; moment <= 41; moment += 0.5) {
          assert.equal(holds(merged, moment), holds(list, moment));
        }
        for (const [index, window] of merged.entries()) {
          assert.ok(window.from < window.to);
          assert.ok(index === 0 || (merged[index - 1]?.to ?? 0) < window.from);
        }
      }),
    );
  });

  it('leave exactly the moments of a range that none of them holds', () => {
    fc.assert(
      fc.property(windows, fc.integer({ min: 0, max: 20 }), fc.integer({ min: 21, max: 40 }), (list, from, to) => {
        const gaps = uncovered({ from, to }, list);
        for (let moment = -1; moment <= 41; moment += 0.5) {
          const inRange = from <= moment && moment < to;
          assert.equal(holds(gaps, moment), inRange && !holds(list, moment));
        }
      }),
    );
  });
});
