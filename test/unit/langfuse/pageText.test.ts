import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parsePageText } from '../../../src/engine/langfuse/pageText.ts';

const json = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });
const row = fc.dictionary(fc.string(), json);
/** Texts that look like the places where a page is taken apart. */
const tricky = fc.constantFrom('},{"', '}],"meta":', '{"data":[{"', '\\"},{\\"', '}],"meta":{"cursor":"x"}}', '\\');
const texts = fc.record({ id: tricky, input: fc.array(tricky).map((parts) => parts.join('')), name: fc.string() });

const parsed = (text: string): unknown => parsePageText(Buffer.from(text));

describe('The text of a page', () => {
  it('is read as JSON.parse reads it, whatever its rows hold', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(row, texts, json)), row, (data, meta) => {
        const text = JSON.stringify({ data, meta });
        assert.deepEqual(parsed(text), JSON.parse(text));
      }),
      { numRuns: 1000 },
    );
  });

  it('is read in whatever form it comes', () => {
    for (const text of [
      '{"meta":{"cursor":"a"},"data":[{"id":"1"},{"id":"2"}]}',
      '{ "data": [ {"id":"1"}, {"id":"2"} ], "meta": {} }',
      '{"data":[{"id":"1"},{"id":"2"}],"meta":{},"more":[{"a":1},{"b":2}],"meta":{"cursor":"z"}}',
      '{"data":[{"id":"1","list":[{"a":1},{"b":2}]},{"id":"2"}],"meta":{"of":{"data":[{"x":[1]}],"meta":{}}}}',
      '{"data":[{"id":"1"}],"data":[{"id":"2"}],"meta":{}}',
      '{"data":[{"id":"1"}],"meta":{},"data":[]}',
      '[{"data":1}]',
      'null',
    ]) {
      assert.deepEqual(parsed(text), JSON.parse(text), text);
    }
  });

  it('is no JSON when it was cut off, wherever that was', () => {
    const text = JSON.stringify({ data: [{ id: '1', name: 'ü' }, { id: '2' }], meta: { cursor: 'a' } });
    const bytes = Buffer.from(text);
    for (let length = 0; length < bytes.length; length++) {
      assert.equal(parsePageText(bytes.subarray(0, length)), undefined, String(length));
    }
    assert.deepEqual(parsePageText(bytes), JSON.parse(text));
  });
});
