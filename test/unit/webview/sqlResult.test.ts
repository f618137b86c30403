import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { QueryResult, SqlValue } from '../../../src/protocol/engine.ts';
import { toCsv, toTsv } from '../../../webview/shared/tableText.ts';
import { chooseChart, type ChartWish } from '../../../webview/sql/chartChoice.ts';
import { toMarkdown } from '../../../webview/sql/markdownTable.ts';
import { resultChart } from '../../../webview/sql/resultChart.ts';
import { cellText, resultColumns } from '../../../webview/sql/resultColumns.ts';
import { sortedIndexes } from '../../../webview/sql/sortResult.ts';
import { writing } from './writing.ts';

const result = (columns: readonly string[], ...rows: SqlValue[][]): QueryResult => ({
  columns,
  rows,
  truncated: false,
});

describe('the columns of a result', () => {
  const kinds = (...values: SqlValue[]): string =>
    resultColumns(result(['x'], ...values.map((value) => [value])))[0]?.kind ?? '';

  it('are what all their values are', () => {
    assert.equal(kinds(1, null, 2), 'integer');
    assert.equal(kinds(1, 2.5), 'real');
    assert.equal(kinds('2026-11-23', null), 'date');
    assert.equal(kinds('2026-11-23T14:00:00.000Z', '2026-11-23 15:00:00+00'), 'time');
    assert.equal(kinds('{"a":1}', '[]'), 'json');
    assert.equal(kinds('[no json', '[]'), 'text');
    assert.equal(kinds('2026-11-23', 'later'), 'text');
    assert.equal(kinds('1', 2), 'text');
    assert.equal(kinds(null), 'none');
  });

  it('write reals with one precision, enough for two digits of the smallest and none that no value has', () => {
    const shown = (...values: number[]): string[] => {
      const [column] = resultColumns(result(['x'], ...values.map((value) => [value])));
      assert.ok(column);
      return values.map((value) => cellText(value, column));
    };
    assert.deepEqual(shown(5.91, 1.84, 6.4), ['5.91', '1.84', '6.40']);
    assert.deepEqual(shown(8.2011, 0.0311), ['8.201', '0.031']);
    assert.deepEqual(shown(8.2011, 0.0007), ['8.2011', '0.0007']);
    assert.deepEqual(shown(0.5, -2), ['0.5', '\u22122.0']);
    assert.deepEqual(shown(1 / 3, 100), ['0.33', '100.00']);
  });
});

describe('the order of a result', () => {
  const value = fc.oneof(fc.constant(null), fc.integer(), fc.string());

  it('holds every row once, values in order, unknown ones last in both directions', () => {
    fc.assert(
      fc.property(fc.array(value), fc.boolean(), (values, descending) => {
        const rows = values.map((one) => [one]);
        const order = sortedIndexes(rows, { column: 0, descending });
        assert.deepEqual(
          order.toSorted((a, b) => a - b),
          values.map((_, index) => index),
        );
        const sorted = order.map((index) => values[index] ?? null);
        const known = sorted.filter((one) => one !== null);
        assert.deepEqual(sorted, [...known, ...sorted.filter((one) => one === null)]);
        for (const type of ['number', 'string']) {
          const alike = known.filter((one) => typeof one === type);
          const ordered = alike.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
          assert.deepEqual(alike, descending ? ordered.toReversed() : ordered);
        }
      }),
    );
  });

  it('is that of the statement without a sort', () => {
    assert.deepEqual(sortedIndexes([[3], [1], [2]], null), [0, 1, 2]);
  });
});

describe('a result as text', () => {
  const cell = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', '|', '\\', '"', ',', '\n', '\r', '\t', '<', '=', '-', '`', 'é') }),
    fc.integer(),
    fc.constant(null),
  );
  const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
    fc.record({
      heads: fc.array(fc.constantFrom('a', 'b|c', 'd"e'), { minLength: width, maxLength: width }),
      rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 5 }),
    }),
  );
  /** What every writer of ours puts before a text that a spreadsheet would run. */
  const guarded = (value: SqlValue): string =>
    typeof value === 'string' ? value.replace(/^(?=[=+\-@\t\r])/, "'") : String(value ?? '');

  it('comes back from CSV as it went', () => {
    fc.assert(
      fc.property(table, ({ heads, rows }) => {
        assert.deepEqual(readCsv(toCsv({ heads, rows })), [heads, ...rows.map((row) => row.map(guarded))]);
      }),
    );
  });

  it('keeps its cells in TSV, blanks in place of tabs and line breaks', () => {
    fc.assert(
      fc.property(table, ({ heads, rows }) => {
        const lines = toTsv({ heads, rows })
          .split('\n')
          .map((line) => line.split('\t'));
        assert.deepEqual(lines, [
          heads,
          ...rows.map((row) => row.map((one) => guarded(one).replaceAll(/[\t\r\n]+/g, ' '))),
        ]);
      }),
    );
  });

  it('comes back from Markdown as it went, line breaks as <br>', () => {
    fc.assert(
      fc.property(table, ({ heads, rows }) => {
        const lines = toMarkdown({ heads, rows }, () => false)
          .trimEnd()
          .split('\n')
          .map(readMarkdownRow);
        const [first, rule, ...rest] = lines;
        assert.deepEqual(first, heads);
        assert.deepEqual(
          rule,
          heads.map(() => '---'),
        );
        const wanted = rows.map((row) => row.map((one) => String(one ?? '').replaceAll(/\r\n?/g, '\n')));
        assert.deepEqual(rest, wanted);
      }),
    );
  });
});

describe('the chart of a result', () => {
  const choose = (of: QueryResult, wish?: ChartWish): Record<string, unknown> | null => {
    const choice = chooseChart(of, resultColumns(of), wish);
    return choice === null
      ? null
      : {
          value: of.columns[choice.value],
          by: of.columns[choice.by],
          split: choice.split === null ? null : of.columns[choice.split],
          style: choice.style,
        };
  };
  const byDay = result(
    ['day', 'model', 'calls', 'p95_sec'],
    ['2026-11-21', 'a', 3, 1.5],
    ['2026-11-21', 'b', 4, 2.5],
    ['2026-11-23', 'a', 5, 3.5],
  );

  it('stacks a sum over its days by what tells rows of a day apart', () => {
    assert.deepEqual(choose(byDay), { value: 'calls', by: 'day', split: 'model', style: 'bar' });
  });

  it('draws what cannot be added up as lines', () => {
    assert.deepEqual(choose(byDay, { value: 3 }), { value: 'p95_sec', by: 'day', split: 'model', style: 'line' });
  });

  it('never stacks what cannot be added up', () => {
    const byName = result(['model', 'env', 'error_rate'], ['a', 'x', 0.1], ['a', 'y', 0.2]);
    assert.deepEqual(choose(byName), { value: 'error_rate', by: 'model', split: null, style: 'bar' });
  });

  it('takes no id or version for a figure where there is another', () => {
    assert.deepEqual(choose(result(['prompt', 'version', 'runs'], ['a', 1, 9], ['b', 2, 8])), {
      value: 'runs',
      by: 'prompt',
      split: null,
      style: 'bar',
    });
  });

  it('is none of one row, of no figure, of nothing to stand under it', () => {
    assert.equal(choose(result(['a', 'n'], ['x', 1])), null);
    assert.equal(choose(result(['a', 'b'], ['x', 'y'], ['z', 'w'])), null);
    assert.equal(choose(result(['cost'], [1], [2])), null);
  });

  it('shows days without rows as holes, and adds up only what a stack may', () => {
    const columns = resultColumns(byDay);
    const drawn = (wish: ChartWish): ReturnType<typeof resultChart>['model'] => {
      const choice = chooseChart(byDay, columns, wish);
      assert.ok(choice);
      return resultChart(byDay, columns, choice, writing).model;
    };
    const bars = drawn({});
    assert.deepEqual(bars.starts, ['2026-11-21', '2026-11-22', '2026-11-23']);
    assert.deepEqual(
      bars.series.map(({ id, values }) => [id, values]),
      [
        ['a', [3, null, 5]],
        ['b', [4, null, null]],
      ],
    );
    assert.deepEqual(
      drawn({ split: null }).series.map(({ values }) => values),
      [[7, null, 5]],
    );
    assert.deepEqual(
      drawn({ value: 3, split: null }).series.map(({ values }) => values),
      [[null, null, 3.5]],
    );
  });
});

/** RFC 4180, character by character. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (quoted && character === '"' && text.charAt(at + 1) === '"') {
      cell += '"';
      at++;
    } else if (character === '"') {
      quoted = !quoted;
    } else if (!quoted && (character === ',' || (character === '\r' && text.charAt(at + 1) === '\n'))) {
      rows.at(-1)?.push(cell);
      cell = '';
      if (character === '\r') {
        rows.push([]);
        at++;
      }
    } else {
      cell += character;
    }
  }
  return rows.slice(0, -1);
}

/** A row of GitHub's tables: bars part cells unless a backslash is before them. */
function readMarkdownRow(line: string): string[] {
  const cells: string[] = [];
  let cell = '';
  for (let at = 1; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === '\\') {
      cell += line.charAt(++at);
    } else if (character === '|') {
      cells.push(cell.slice(1, -1));
      cell = '';
    } else {
      cell += character;
    }
  }
  return cells.map((text) => text.replaceAll('<br>', '\n').replaceAll('&lt;', '<'));
}
