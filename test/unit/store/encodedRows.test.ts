import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeRows, memoryOf, RowEncoder, textColumn } from '../../../src/engine/store/encodedRows.ts';

const columns = ['a', 'b', 'c'];
const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('same', 'says'), fc.double(), fc.constant(null));
const rows = fc.array(fc.record({ a: cell, b: cell, c: cell }), { maxLength: 20 });

describe('Encoded rows', () => {
  it('are the rows that they were made from, wherever one looks', () => {
    const encoder = new RowEncoder();
    fc.assert(
      fc.property(rows, (given) => {
        const encoded = encoder.encode(columns, given);
        assert.deepEqual(
          decodeRows(encoded),
          given.map((row) => ({ ...row })),
        );
        const read = textColumn(encoded, 'b');
        assert.deepEqual(
          given.map((_, index) => read(index)),
          decodeRows(encoded).map(({ b }) => (typeof b === 'string' ? b : null)),
        );
      }),
    );
  });

  it('hold null for columns that a row lacks, and no text of columns that they lack', () => {
    const encoded = new RowEncoder().encode(columns, [{ b: 'x' }]);
    assert.deepEqual(decodeRows(encoded), [{ a: null, b: 'x', c: null }]);
    assert.equal(textColumn(encoded, 'd')(0), null);
  });

  it('hold the replacement character for half of a surrogate pair', () => {
    const encoded = new RowEncoder().encode(['a'], [{ a: 'x\ud83e' }]);
    assert.deepEqual(decodeRows(encoded), [{ a: 'x\ufffd' }]);
  });

  it('take memory that is given to them when they fit in, and leave nothing of its former rows', () => {
    const encoder = new RowEncoder();
    const first = encoder.encode(columns, [{ a: 'one', b: 1, c: 'three' }, { a: 'four' }]);
    const memory = memoryOf(first);
    const second = encoder.encode(columns, [{ c: 'z' }], memory);
    assert.equal(memoryOf(second), memory);
    assert.deepEqual(decodeRows(second), [{ a: null, b: null, c: 'z' }]);
    const third = encoder.encode(columns, [{ a: 'x'.repeat(memory.byteLength) }], memory);
    assert.notEqual(memoryOf(third), memory);
    assert.equal(textColumn(third, 'a')(0)?.length, memory.byteLength);
  });

  it('stay whole on their way to another thread', () => {
    const given = [{ a: 'ü🦊', b: 0.1, c: null }];
    const encoded = new RowEncoder().encode(columns, given);
    const there = structuredClone(encoded, { transfer: [memoryOf(encoded)] });
    assert.deepEqual(decodeRows(there), given);
    assert.equal(encoded.texts.length, 0);
  });
});
