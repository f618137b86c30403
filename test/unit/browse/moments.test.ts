import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Moments } from '../../../src/engine/browse/moments.ts';

describe('times of many rows', () => {
  it('are read as Date.parse reads them, in whatever order and form they come', () => {
    const near = fc.integer({ min: 0, max: 300_000 }).map((offset) => 1_795_000_000_000 + offset);
    const any = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 });
    const time = fc.oneof(near, any).map((moment) => new Date(moment).toISOString());
    const form = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.replace('Z', '+00:00'),
      (text: string) => text.replace(/\.\d+Z$/, 'Z'),
      (text: string) => text.replace('Z', '123+02:00'),
      (text: string) => text.slice(0, 10),
    );
    const texts = fc.array(fc.tuple(time, form).map(([text, write]) => write(text)));
    fc.assert(
      fc.property(texts, (list) => {
        const moments = new Moments();
        assert.deepEqual(
          list.map((text) => moments.parse(text)),
          list.map((text) => Date.parse(text)),
        );
      }),
    );
  });

  it('are no number where a text says none', () => {
    assert.ok(Number.isNaN(new Moments().parse('')));
    assert.ok(Number.isNaN(new Moments().parse('yesterday at a quarter Z')));
  });
});
