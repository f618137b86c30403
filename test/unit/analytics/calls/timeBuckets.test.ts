import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TimeBuckets } from '../../../../src/engine/analytics/calls/timeBuckets.ts';
import type { TimeBucket } from '../../../../src/protocol/scope.ts';

const buckets = (start: string, end: string, bucket: TimeBucket, timeZone: string): readonly string[] =>
  new TimeBuckets({ start, end }, { bucket, timeZone }).isoStarts;

/** Hours between the beginnings of neighbours. */
const lengths = (starts: readonly string[]): number[] =>
  starts.slice(1).map((start, index) => (Date.parse(start) - Date.parse(starts[index]!)) / 3_600_000);

describe('time buckets in a local zone', () => {
  it('begin days at local midnight, also when the range begins later', () => {
    assert.deepEqual(buckets('2026-01-10T12:00:00.000Z', '2026-01-12T23:30:00.000Z', 'day', 'Europe/Paris'), [
      '2026-01-09T23:00:00.000Z',
      '2026-01-10T23:00:00.000Z',
      '2026-01-11T23:00:00.000Z',
      '2026-01-12T23:00:00.000Z',
    ]);
  });

  it('do not begin one where the range ends', () => {
    assert.deepEqual(buckets('2026-01-09T23:00:00.000Z', '2026-01-10T23:00:00.000Z', 'day', 'Europe/Paris'), [
      '2026-01-09T23:00:00.000Z',
    ]);
  });

  it('make days of 23 and 25 hours where clocks are changed', () => {
    // Paris: 29 March and 25 October 2026, by the IANA database.
    assert.deepEqual(
      lengths(buckets('2026-03-27T23:00:00.000Z', '2026-03-31T00:00:00.000Z', 'day', 'Europe/Paris')),
      [24, 23, 24],
    );
    assert.deepEqual(
      lengths(buckets('2026-10-23T22:00:00.000Z', '2026-10-27T00:00:00.000Z', 'day', 'Europe/Paris')),
      [24, 25, 24],
    );
    // New York: 8 March 2026, at 2 o'clock.
    assert.deepEqual(buckets('2026-03-08T05:00:00.000Z', '2026-03-09T05:00:00.000Z', 'day', 'America/New_York'), [
      '2026-03-08T05:00:00.000Z',
      '2026-03-09T04:00:00.000Z',
    ]);
  });

  it('follow the wall clock in thirds of a day across a change of clocks', () => {
    assert.deepEqual(
      lengths(buckets('2026-03-28T23:00:00.000Z', '2026-03-29T13:00:00.000Z', '3hours', 'Europe/Paris')),
      [2, 3, 3, 3],
    );
    assert.deepEqual(
      lengths(buckets('2026-10-24T22:00:00.000Z', '2026-10-25T12:00:00.000Z', '3hours', 'Europe/Paris')),
      [4, 3, 3, 3],
    );
  });

  it('begin weeks on Monday', () => {
    assert.deepEqual(buckets('2026-01-01T00:00:00.000Z', '2026-01-13T00:00:00.000Z', 'week', 'UTC'), [
      '2025-12-29T00:00:00.000Z',
      '2026-01-05T00:00:00.000Z',
      '2026-01-12T00:00:00.000Z',
    ]);
  });

  it('make hours of whole UTC hours', () => {
    assert.deepEqual(buckets('2026-01-01T00:20:00.000Z', '2026-01-01T02:00:00.001Z', 'hour', 'Europe/Paris'), [
      '2026-01-01T00:00:00.000Z',
      '2026-01-01T01:00:00.000Z',
      '2026-01-01T02:00:00.000Z',
    ]);
  });

  it('begin half an hour after midnight in a zone that is half an hour off', () => {
    assert.deepEqual(buckets('2026-01-01T19:00:00.000Z', '2026-01-03T00:00:00.000Z', 'day', 'Asia/Kolkata'), [
      '2026-01-01T19:00:00.000Z',
      '2026-01-02T19:00:00.000Z',
    ]);
  });

  it('cover the whole range without gaps and find the bucket of each moment, in every zone', () => {
    const zones = ['UTC', 'Europe/Paris', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'];
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2011, 11, 1), max: Date.UTC(2027, 0, 1) }),
        fc.integer({ min: 1, max: 40 * 86_400_000 }),
        fc.constantFrom<TimeBucket>('hour', '3hours', 'day', 'week'),
        fc.constantFrom(...zones),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (from, length, bucket, timeZone, share) => {
          const range = { start: new Date(from).toISOString(), end: new Date(from + length).toISOString() };
          const all = new TimeBuckets(range, { bucket, timeZone });
          const spans = all.spans(range);
          assert.equal(spans[0]?.from, from);
          assert.equal(spans.at(-1)?.to, from + length);
          spans.slice(1).forEach((span, index) => {
            assert.equal(span.from, spans[index]?.to);
          });
          const moment = from + Math.floor(length * share);
          const found = spans[all.indexOf(moment)];
          assert.ok(found !== undefined && found.from <= moment && moment < found.to);
        },
      ),
      { numRuns: 200 },
    );
  });
});
