import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatCsv } from '../../../src/cli/formatCsv.ts';
import { formatTable } from '../../../src/cli/formatTable.ts';
import type { QueryResult } from '../../../src/protocol/engine.ts';

const result = (columns: string[], ...rows: QueryResult['rows'][number][]): QueryResult => ({
  columns,
  rows,
  truncated: false,
});

describe('formatTable', () => {
  it('aligns text left and numbers right, and shows NULL', () => {
    assert.equal(
      formatTable(result(['model', 'calls'], ['gpt-4o', 12], ['claude', 1200.5], [null, null]), 'NULL'),
      ['model   calls', '──────  ──────', 'gpt-4o      12', 'claude  1200.5', 'NULL    NULL', ''].join('\n'),
    );
  });

  it('shows NULL as it is told to, and aligns it by what is seen of it', () => {
    const dimmed = '\u001B[2mNULL\u001B[22m';
    const lines = formatTable(result(['x', 'y'], [null, 1], ['NULL', 2]), dimmed).split('\n');
    assert.deepEqual(lines.slice(2, 4), [`${dimmed}  1`, 'NULL  2']);
  });

  it('aligns wide characters by the columns that they take', () => {
    const lines = formatTable(result(['名前', 'n'], ['日本', 1], ['ab', 22]), 'NULL').split('\n');
    assert.deepEqual(lines.slice(2, 4), ['日本   1', 'ab    22']);
  });

  it('keeps a value on one line, cut to 60 columns, without splitting a character', () => {
    const [, , row = ''] = formatTable(result(['text'], [`a\r\nb\tc ${'👩‍🚀'.repeat(50)}`]), 'NULL').split('\n');
    assert.match(row, /^a↵b c (👩‍🚀)+…$/u);
  });

  it('lets no control sequence of captured text reach the terminal', () => {
    const text = formatTable(result(['x'], ['\u001B[2Jgone\u0007\u202Eevil\u009B31m']), 'NULL');
    assert.equal(text.split('\n')[2], '\uFFFD[2Jgone\uFFFD\uFFFDevil\uFFFD31m');
  });

  it('prints nothing for a result without columns, and the header alone without rows', () => {
    assert.equal(formatTable(result([]), 'NULL'), '');
    assert.equal(formatTable(result(['a']), 'NULL'), 'a\n─\n');
  });
});

describe('formatCsv', () => {
  it('writes RFC 4180 and tells NULL from empty text', () => {
    assert.equal(
      formatCsv(result(['a', 'b', 'a'], [null, '', 1e-7], ['x,"y"', 'line\nline', 2])),
      'a,b,a\r\n,"",1e-7\r\n"x,""y""","line\nline",2\r\n',
    );
  });

  it('loses nothing of any text', () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('', ',', '"', '\n', '\r\n', 'a"b,c\nd'), fc.constant(null));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        assert.deepEqual(parseCsv(formatCsv(result(['p', 'q'], ...rows))).slice(1), rows);
      }),
    );
  });
});

/** A reader by the grammar of RFC 4180; an unquoted empty field is null. */
function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [];
  let row: (string | null)[] = [];
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(match[1] !== undefined ? match[1].replaceAll('""', '"') : match[2] === '' ? null : match[2]!);
    if (match[3] === '\r\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}
