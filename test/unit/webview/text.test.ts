import assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'csv-stringify/sync';
import { sortRows } from '../../../webview/shared/sort.ts';
import { toCsv, toTsv } from '../../../webview/shared/tableText.ts';

describe('tables as text', () => {
  it('keep every cell in its place in TSV, whatever the cells hold', () => {
    const tsv = toTsv({
      heads: ['a', 'b'],
      rows: [
        ['one\ttwo\nthree', 0.0000021],
        [null, -3],
      ],
    });
    assert.equal(tsv, 'a\tb\none two three\t0.0000021\n\t-3');
  });

  it('disarm what a spreadsheet would run, and leave negative numbers alone', () => {
    const csv = toCsv({
      heads: ['name', 'cost'],
      rows: [
        ['=HYPERLINK("http://x")', -1.5],
        ['@sum', 2],
        ['-1+1', 3],
      ],
    });
    assert.equal(csv, `name,cost\r\n"'=HYPERLINK(""http://x"")",-1.5\r\n'@sum,2\r\n'-1+1,3\r\n`);
  });

  it('are the CSV that another writer makes of the same cells', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '1') });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        // Carriage returns at the start of a cell are disarmed like formulas.
        const disarmed = rows.map((row) => row.map((text) => text.replace(/^(?=\r)/, "'")));
        const expected = stringify([['x', 'y'], ...disarmed], { quoted_match: /[\r\n]/, record_delimiter: 'windows' });
        assert.equal(toCsv({ heads: ['x', 'y'], rows }), expected);
      }),
    );
  });
});

describe('rows in order of a value', () => {
  const rows = [3, null, 1, 2, null];
  const value = (row: number | null): number | null => row;

  it('have unknown values last in both directions', () => {
    assert.deepEqual(sortRows(rows, value, { descending: true }), [3, 2, 1, null, null]);
    assert.deepEqual(sortRows(rows, value, { descending: false }), [1, 2, 3, null, null]);
  });

  it('leave equal rows as they were', () => {
    const named = ['b1', 'a1', 'b2', 'a2'];
    assert.deepEqual(
      sortRows(named, (name) => name.slice(0, 1), { descending: false }),
      ['a1', 'a2', 'b1', 'b2'],
    );
  });
});
