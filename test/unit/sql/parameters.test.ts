import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bindParameters, parametersOf } from '../../../src/extension/sql/parameters.ts';

describe('parameters of a statement', () => {
  it('are names behind a colon, but no casts, slices, texts or comments', () => {
    const sql = `SELECT x::text, tags[1:2], ':no', a[b:c] -- :no\nFROM t WHERE a >= :from AND b = :who AND c < :from`;
    assert.deepEqual(parametersOf(sql), ['from', 'who']);
  });

  it('become literals: numbers as they are, null as NULL, all else as quoted text', () => {
    const { sql } = bindParameters('SELECT :a, :b, :c, :d', { a: '-1.5', b: 'null', c: `it's`, d: '2026-11-16' });
    assert.equal(sql, `SELECT -1.5, NULL, 'it''s', '2026-11-16'`);
  });

  it('cannot end the text that they stand in', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const { sql } = bindParameters('SELECT :a', { a: value });
        assert.match(sql, /^SELECT (?:-?\d+(?:\.\d+)?|NULL|'(?:[^']|'')*')$/);
      }),
    );
  });

  it('leave the place of every other character known', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(':a', ':bcd', 'x', ' = ', '\n'), { maxLength: 12 }),
        fc.string(),
        (parts, value) => {
          const original = parts.join(' ');
          const { sql, originalPosition } = bindParameters(original, { a: value, bcd: '7' });
          const mark = 'x';
          const places = (text: string): number[] => [...text.matchAll(/(?<=^| )x(?= |$)/g)].map(({ index }) => index);
          // A value may hold the mark itself: then nothing can be said about this one.
          fc.pre(!value.includes(mark));
          assert.deepEqual(places(sql).map(originalPosition), places(original));
        },
      ),
    );
  });
});
