import assert from 'node:assert/strict';
import fc from 'fast-check';
import { endProblem, lastHours, parseTime, startProblem } from '../../../src/extension/exports/timeRange.ts';
import { now } from './builders.ts';

describe('a time that a person types', () => {
  it('is exact with a zone', () => {
    assert.equal(parseTime('2026-11-23T14:32Z'), now);
    assert.equal(parseTime('2026-11-23T15:32:00+01:00'), now);
    assert.equal(parseTime(' 2026-11-23 14:32:00.000Z '), now);
  });

  it('is local without a zone, and midnight without a time', () => {
    assert.equal(parseTime('2026-11-23T14:32'), new Date(2026, 10, 23, 14, 32).getTime());
    assert.equal(parseTime('2026-11-23'), new Date(2026, 10, 23).getTime());
  });

  it('is refused when no calendar has it, or when it is no time', () => {
    for (const text of [
      '',
      'yesterday',
      '2026-02-31',
      '2026-13-01',
      '2026-11-23T25:00',
      '23/11/2026',
      '2026',
      '1732372320',
    ]) {
      assert.equal(parseTime(text), null, text);
    }
  });

  it('is read back from every ISO text', () => {
    const range = { min: new Date('2000-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true };
    fc.assert(fc.property(fc.date(range), (date) => parseTime(date.toISOString()) === date.getTime()));
  });
});

describe('a time range', () => {
  it('must begin in the past and end after its start', () => {
    assert.equal(startProblem('2026-11-23T14:00Z', now), null);
    assert.match(startProblem('2026-11-24', now) ?? '', /future/);
    assert.match(startProblem('soon', now) ?? '', /2026-11-23/);
    assert.equal(endProblem('', now), null);
    assert.equal(endProblem('2026-11-24T00:00Z', now), null);
    assert.match(endProblem('2026-11-22T00:00Z', now) ?? '', /after the start/);
  });

  it('of the last hours ends when it is run', () => {
    assert.deepEqual(lastHours(24, now), { start: '2026-11-22T14:32:00.000Z', end: null });
  });
});
