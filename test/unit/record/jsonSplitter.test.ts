import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JsonSplitter, type JsonText } from '../../../src/engine/record/jsonSplitter.ts';

/** Splits a text that arrives in pieces of that size. */
function split(text: string, size = Infinity): JsonText[] {
  const splitter = new JsonSplitter();
  const found: JsonText[] = [];
  for (let at = 0; at < text.length; at += size) {
    found.push(...splitter.push(text.slice(at, at + size)));
  }
  return [...found, ...splitter.end()];
}

const isJson = ({ text }: JsonText): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Lines of the values that are JSON, and of those that are not. */
const lines = (text: string): { good: number[]; bad: number[] } => ({
  good: split(text)
    .filter(isJson)
    .map(({ line }) => line),
  bad: split(text)
    .filter((value) => !isJson(value))
    .map(({ line }) => line),
});

const object = fc.dictionary(fc.string(), fc.jsonValue());

describe('JSON values cut out of a stream', () => {
  it('are the same in every form and however the stream is cut', () => {
    const forms: ((values: readonly unknown[]) => string)[] = [
      (values) => values.map((value) => JSON.stringify(value)).join('\n'),
      (values) => values.map((value) => `${JSON.stringify(value)}\r\n\r\n`).join(''),
      (values) => values.map((value) => JSON.stringify(value, null, 2)).join('\n'),
      (values) => values.map((value) => JSON.stringify(value)).join(''),
      (values) => JSON.stringify(values),
      (values) => JSON.stringify(values, null, '\t'),
      (values) => `\uFEFF[\n${values.map((value) => JSON.stringify(value)).join(',\n')}\n]\n`,
    ];
    fc.assert(
      fc.property(
        fc.array(object),
        fc.constantFrom(...forms),
        fc.integer({ min: 1, max: 40 }),
        (values, form, size) => {
          const found = split(form(values), size).map(({ text }): unknown => JSON.parse(text));
          assert.deepEqual(JSON.stringify(found), JSON.stringify(values));
        },
      ),
    );
  });

  it('never lose a good line to a damaged one before it', () => {
    const damage = fc.constantFrom(
      ...['{"a":', '{"a":[1,{"b":2}', '{"a":"open', 'text', '{"a":1} x', '}', '"', '1,2', '{"a" 1}', '[1'],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(object, damage)), (records) => {
        const all = [{}, ...records];
        const text = all.map((record) => (typeof record === 'string' ? record : JSON.stringify(record))).join('\n');
        const isObject = (value: JsonText): boolean => isJson(value) && value.text.startsWith('{');
        const found = split(text);
        const expected = all.flatMap((record, index) => (typeof record === 'string' ? [] : [index + 1]));
        assert.deepEqual(
          found.filter(isObject).map(({ line }) => line),
          expected,
        );
        // What follows an unclosed value may belong to it, unless it looks like a value of its own.
        const reported = new Set(found.filter((value) => !isObject(value)).map(({ line }) => line));
        for (const [index, record] of all.entries()) {
          const follows = typeof all[index - 1] === 'string';
          if (typeof record !== 'string') {
            assert.ok(!reported.has(index + 1));
          } else if (!follows || record.startsWith('{')) {
            assert.ok(reported.has(index + 1), `line ${index + 1} of ${text}`);
          }
        }
      }),
    );
  });

  it('know the line that each begins on', () => {
    assert.deepEqual(lines('\n{"a":1}\n\n{\n "b": 2\n}\n{"c":3}'), { good: [2, 4, 7], bad: [] });
    assert.deepEqual(lines('[{"a":1},\n {"b":2}, {"c":3},\n\n{"d":4}]'), { good: [1, 2, 2, 4], bad: [] });
  });

  it('are reported where an array is damaged or cut off', () => {
    assert.deepEqual(lines('[\n{"a":1},\n{"a":\n{"a":2},\n{"a":3}\n]'), { good: [2, 4, 5], bad: [3] });
    assert.deepEqual(lines('[\n{"a":1},\n{"a"'), { good: [2], bad: [3, 3] });
    assert.deepEqual(lines('[{"a":1}, oops, {"a":2}]'), { good: [1, 1], bad: [1] });
    assert.deepEqual(lines('[{"a":1}] {"a":2} x'), { good: [1], bad: [1] });
    assert.deepEqual(lines('{"a":1}}\n{"a":2}'), { good: [2], bad: [1] });
    assert.deepEqual(lines('{"a":\n{"a" 1}\n}'), { good: [], bad: [1, 2] });
  });

  it('are none in an empty stream', () => {
    assert.deepEqual(split(''), []);
    assert.deepEqual(split(' \n\n '), []);
    assert.deepEqual(split('[]\n'), []);
  });
});
