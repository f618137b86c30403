import assert from 'node:assert/strict';
import fc from 'fast-check';
import { number, numbers, requiredTime, text, textOrJson, time } from '../../../src/engine/langfuse/fields.ts';
import { MalformedRow } from '../../../src/engine/langfuse/rows.ts';

describe('fields of the wire', () => {
  it('turns missing text into null and keeps the rest untouched', () => {
    assert.equal(text(''), null);
    assert.equal(text(null), null);
    assert.equal(text(undefined), null);
    assert.equal(text(' '), ' ');
    assert.equal(text('0'), '0');
  });

  it('reads numbers that come as strings', () => {
    const cases: [string | number | null | undefined, number | null][] = [
      ['9007199254740991', 9007199254740991],
      ['8e-7', 0.0000008],
      ['0', 0],
      [0, 0],
      ['', null],
      ['NaN', null],
      ['abc', null],
      [Infinity, null],
      [null, null],
      [undefined, null],
    ];
    for (const [wire, expected] of cases) {
      assert.equal(number(wire), expected, String(wire));
    }
  });

  it('reads back every finite number that was written as text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        assert.equal(number(String(value)), value === 0 ? 0 : value);
      }),
    );
  });

  it('normalises times to UTC with milliseconds', () => {
    const cases: [string, string][] = [
      ['2026-11-22T18:51:29.658Z', '2026-11-22T18:51:29.658Z'],
      ['2026-11-22T18:51:29Z', '2026-11-22T18:51:29.000Z'],
      ['2026-11-22T18:51:29.658123Z', '2026-11-22T18:51:29.658Z'],
      ['2026-11-22T20:51:29.658+02:00', '2026-11-22T18:51:29.658Z'],
      ['2026-11-22T20:51:29.658+0200', '2026-11-22T18:51:29.658Z'],
      ['2026-11-22 18:51:29.658123', '2026-11-22T18:51:29.658Z'],
      ['2024-02-29T23:59:59.999Z', '2024-02-29T23:59:59.999Z'],
      ['2026-12-31T24:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ];
    for (const [wire, expected] of cases) {
      assert.equal(requiredTime(wire, 'startTime'), expected, wire);
    }
  });

  it('refuses what is no time, naming the field and not the value', () => {
    for (const wire of ['', 'yesterday', '2026-13-01T00:00:00.000Z', '2026-11-22T25:00:00.000Z']) {
      assert.throws(() => requiredTime(wire, 'startTime'), new MalformedRow('startTime: no valid time'), wire);
    }
    assert.equal(time('', 'endTime'), null);
    assert.equal(time(null, 'endTime'), null);
  });

  it('leaves normal times as they are and gives the same instant for every zone', () => {
    const instant = fc.date({
      min: new Date('1970-01-01T00:00:00Z'),
      max: new Date('2100-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instant, fc.integer({ min: -14 * 60, max: 14 * 60 }), (date, offset) => {
        const iso = date.toISOString();
        assert.equal(requiredTime(iso, 'startTime'), iso);
        const shifted = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
        const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0');
        const minutes = String(Math.abs(offset) % 60).padStart(2, '0');
        assert.equal(requiredTime(`${shifted}${offset < 0 ? '-' : '+'}${hours}:${minutes}`, 'startTime'), iso);
      }),
    );
  });

  it('keeps text as text and writes structured values as JSON', () => {
    assert.equal(textOrJson('{"a": 1}'), '{"a": 1}');
    assert.equal(textOrJson({ a: [1, null] }), '{"a":[1,null]}');
    assert.equal(textOrJson(false), 'false');
    assert.equal(textOrJson(0), '0');
    assert.equal(textOrJson(''), null);
    assert.equal(textOrJson(null), null);
    assert.equal(textOrJson(undefined), null);
  });

  it('keeps of a map what is a finite number', () => {
    const wire: unknown = JSON.parse('{"input":3,"output":"4","total":null,"x":"NaN","y":{"a":1},"__proto__":7}');
    const result = numbers(wire, 'usageDetails');
    assert.deepEqual(Object.entries(result), [
      ['input', 3],
      ['output', 4],
      ['__proto__', 7],
    ]);
    assert.deepEqual(numbers(null, 'usageDetails'), {});
    assert.throws(() => numbers([1], 'usageDetails'), MalformedRow);
  });
});
