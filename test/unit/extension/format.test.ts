import assert from 'node:assert/strict';
import { Format } from '../../../src/extension/format/format.ts';
import { now, plain, utcFormat } from './builders.ts';

describe('how numbers and times are written', () => {
  it('groups digits as the language does', () => {
    assert.equal(utcFormat.count(94_950), '94,950');
    assert.equal(plain(new Format('fr').count(94_950)), '94 950');
  });

  it('writes durations in the unit that fits', () => {
    const cases: readonly [number, string][] = [
      [0, '0 ms'],
      [0.8404, '840 ms'],
      [4.82, '4.8 s'],
      [12.2, '13 s'],
      [59.1, '1 min 00 s'],
      [128, '2 min 08 s'],
      [7500, '2 h 05 min'],
      [360_000, '100 h 00 min'],
    ];
    for (const [seconds, expected] of cases) {
      assert.equal(plain(utcFormat.duration(seconds)), expected, String(seconds));
    }
  });

  it('never calls work finished that is not', () => {
    assert.equal(plain(utcFormat.percent(0.9999)), '99 %');
    assert.equal(plain(utcFormat.percent(1)), '100 %');
  });

  it('says as much of a time as its distance asks for', () => {
    assert.equal(utcFormat.time('2026-11-23T09:05:59.000Z', now), '09:05');
    assert.equal(utcFormat.time('2026-11-22T23:59:00.000Z', now), '22 Nov 23:59');
    assert.equal(utcFormat.time('2025-12-31T23:59:00.000Z', now), '31 Dec 2025 23:59');
    assert.equal(new Format('fr', 'UTC').time('2026-11-22T23:59:00.000Z', now), '22 nov. 23:59');
  });

  it('writes times where the user is', () => {
    const tokyo = new Format('en', 'Asia/Tokyo');
    assert.equal(tokyo.time('2026-11-22T23:59:00.000Z', now), '08:59');
  });

  it('says how far a time is in one unit', () => {
    const minutes = (count: number): string => plain(utcFormat.span(count * 60_000));
    assert.deepEqual([0, 29, 59.4, 90, 47 * 60, 72 * 60].map(minutes), [
      '1 min',
      '29 min',
      '59 min',
      '2 h',
      '47 h',
      '3 d',
    ]);
  });
});
