import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseTime } from '../../../src/cli/times.ts';
import { EngineError } from '../../../src/engine/errors.ts';

const read = (text: string): string => parseTime(text, '--start-time');

describe('parseTime', () => {
  it('takes a time with a zone as it is', () => {
    assert.equal(read('2026-01-31T09:00:00Z'), '2026-01-31T09:00:00.000Z');
    assert.equal(read('2026-01-31T09:00Z'), '2026-01-31T09:00:00.000Z');
    assert.equal(read('2026-01-31T09:00:00.250+02:00'), '2026-01-31T07:00:00.250Z');
    assert.equal(read('2026-01-31T09:00-0530'), '2026-01-31T14:30:00.000Z');
    assert.equal(read(' 2026-01-31t09:00z '), '2026-01-31T09:00:00.000Z');
  });

  it('takes a time without a zone as local time, as datetime.now() of the plan does', () => {
    assert.equal(read('2026-01-31T09:15'), new Date(2026, 0, 31, 9, 15).toISOString());
    assert.equal(read('2026-07-31 09:15:30'), new Date(2026, 6, 31, 9, 15, 30).toISOString());
  });

  it('takes a date alone as that day’s local midnight', () => {
    assert.equal(read('2026-03-01'), new Date(2026, 2, 1).toISOString());
    assert.equal(read('2024-02-29'), new Date(2024, 1, 29).toISOString());
  });

  it('reads back every time that it could have printed', () => {
    const times = fc.date({ min: new Date('1970-01-01'), max: new Date('2199-12-31'), noInvalidDate: true });
    fc.assert(fc.property(times, (time) => assert.equal(read(time.toISOString()), time.toISOString())));
  });

  for (const wrong of [
    '2026-02-30',
    '2026-02-29T00:00Z',
    '2026-13-01',
    '2026-01-31T25:00Z',
    'yesterday',
    '',
    '1700000000',
    '31/01/2026',
  ]) {
    it(`refuses ${JSON.stringify(wrong)} and names the flag`, () => {
      assert.throws(
        () => read(wrong),
        (error) =>
          error instanceof EngineError && error.code === 'config.invalid' && error.message.includes('--start-time'),
      );
    });
  }

  it('never throws anything but a refusal', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          assert.match(read(text), /Z$/);
        } catch (error) {
          assert.ok(error instanceof EngineError, String(error));
        }
      }),
    );
  });
});
