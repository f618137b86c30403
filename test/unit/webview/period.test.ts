import assert from 'node:assert/strict';
import { naturalBucket, rangeBefore, rangeOf } from '../../../src/opening/period.ts';
import type { CoverageAnswer } from '../../../src/protocol/analytics.ts';
import { bucketsOf } from '../../../webview/dashboard/buckets.ts';
import { periodLength, rangeText } from '../../../webview/shared/period.ts';
import { now, plain, writing } from './writing.ts';

const hour = 3_600_000;
const at = (hours: number): string => new Date(now + hours * hour).toISOString();

describe('a period', () => {
  it('that moves with the clock ends now', () => {
    assert.deepEqual(rangeOf({ kind: 'last', hours: 24 }, now), { start: at(-24), end: at(0) });
  });

  it('is compared with the same length right before it', () => {
    assert.deepEqual(rangeBefore({ start: at(-24), end: at(0) }), { start: at(-48), end: at(-24) });
  });

  it('gets bars as wide as suits its length', () => {
    const lengths = [24, 48, 7 * 24, 30 * 24, 365 * 24];
    const buckets = lengths.map((hours) => naturalBucket({ start: at(-hours), end: at(0) }));
    assert.deepEqual(buckets, ['hour', 'hour', '3hours', 'day', 'week']);
  });

  it('is written with its unit, and with both ends', () => {
    assert.equal(plain(periodLength({ kind: 'last', hours: 24 }, writing)), '24 h');
    assert.equal(plain(periodLength({ kind: 'range', start: at(-72), end: at(0) }, writing)), '3 d');
    assert.equal(rangeText({ start: at(-24), end: at(0) }, writing), '22 Nov 14:32 – 23 Nov 14:32');
  });
});

describe('the axis of a chart', () => {
  const range = { start: '2026-11-22T00:00:00.000Z', end: '2026-11-24T00:00:00.000Z' };
  const starts = Array.from({ length: 16 }, (_, index) =>
    new Date(Date.parse(range.start) + index * 3 * hour).toISOString(),
  );
  const covered = (fields: Partial<CoverageAnswer>): CoverageAnswer => ({
    exportedUntil: range.end,
    covered: [],
    missing: [],
    lastRun: null,
    ...fields,
  });

  it('names a day where it begins', () => {
    const { ticks } = bucketsOf(starts, '3hours', range, null, writing);
    assert.deepEqual(
      ticks.flatMap((tick, index) => (tick === null ? [] : [[index, tick]])),
      [[8, 'Mon 23']],
    );
  });

  it('places what was not exported among its bars', () => {
    const missing = [{ start: '2026-11-22T04:30:00.000Z', end: '2026-11-22T09:00:00.000Z' }];
    const { gaps } = bucketsOf(starts, '3hours', range, covered({ missing }), writing);
    assert.deepEqual(gaps, [{ from: 1.5, to: 3 }]);
  });

  it('shows the time since the last export as not exported', () => {
    const { gaps } = bucketsOf(
      starts,
      '3hours',
      range,
      covered({ exportedUntil: '2026-11-23T12:00:00.000Z' }),
      writing,
    );
    assert.deepEqual(gaps, [{ from: 12, to: 16 }]);
  });

  it('says nothing of the minutes since the last export', () => {
    const { gaps } = bucketsOf(
      starts,
      '3hours',
      range,
      covered({ exportedUntil: '2026-11-23T23:00:00.000Z' }),
      writing,
    );
    assert.deepEqual(gaps, []);
  });
});
