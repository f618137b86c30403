import assert from 'node:assert/strict';
import { Times } from '../../../src/format/times.ts';

const now = Date.UTC(2026, 10, 23, 14, 0);

describe('how moments are written', () => {
  it('writes local time, 24 hours, the year only when it is another one', () => {
    const paris = new Times('en', 'Europe/Paris');
    assert.equal(paris.moment('2026-11-23T13:21:00.000Z', now), '23 Nov 14:21');
    assert.equal(paris.moment('2025-12-31T23:59:00.000Z', now), '1 Jan 00:59');
    assert.equal(paris.moment('2025-12-31T22:59:00.000Z', now), '31 Dec 2025 23:59');
    assert.equal(new Times('fr', 'UTC').moment('2026-11-22T23:59:00.000Z', now), '22 nov. 23:59');
  });

  it('leaves out the day when that is today where the reader is', () => {
    const utc = new Times('en', 'UTC');
    assert.equal(utc.recent('2026-11-23T09:05:59.000Z', now), '09:05');
    assert.equal(utc.recent('2026-11-22T23:59:00.000Z', now), '22 Nov 23:59');
    assert.equal(utc.recent('2025-11-23T09:05:59.000Z', now), '23 Nov 2025 09:05');
    assert.equal(new Times('en', 'Asia/Tokyo').recent('2026-11-22T23:59:00.000Z', now), '08:59');
  });

  it('writes days and clock times by themselves', () => {
    const utc = new Times('en', 'UTC');
    assert.equal(utc.day('2026-11-22T23:59:00.000Z', now), '22 Nov');
    assert.equal(utc.clock(Date.UTC(2026, 0, 1, 9, 5)), '09:05');
    assert.equal(utc.second(Date.UTC(2026, 0, 1, 0, 5, 7)), '00:05:07');
  });

  it('gives the whole moment with the offset that held then', () => {
    const cases: readonly [string, string, string][] = [
      ['Europe/Paris', '2026-11-23T13:21:07.250Z', '2026-11-23T14:21:07.250+01:00'],
      ['Europe/Paris', '2026-07-01T22:30:00.000Z', '2026-07-02T00:30:00.000+02:00'],
      ['Asia/Kolkata', '2026-01-01T00:00:00.000Z', '2026-01-01T05:30:00.000+05:30'],
      ['America/St_Johns', '2026-01-01T00:00:00.000Z', '2025-12-31T20:30:00.000-03:30'],
      ['UTC', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000+00:00'],
    ];
    for (const [zone, utc, local] of cases) {
      assert.equal(new Times('en', zone).iso(utc), local);
    }
  });
});
