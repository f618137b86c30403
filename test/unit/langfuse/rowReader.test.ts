import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as z from 'zod';
import { quickChecks, wireAny, wireFlag, wireNumber, wireText } from '../../../src/engine/langfuse/fields.ts';
import { rowReader } from '../../../src/engine/langfuse/rowReader.ts';

const schema = z.object({
  id: z.string().min(1),
  name: wireText,
  flag: wireFlag,
  count: wireNumber,
  any: wireAny,
  tags: z.array(z.string()).nullish(),
});
const read = rowReader(schema, quickChecks);

const anything = fc.oneof(
  fc.constantFrom(undefined, null, '', 'x', true, false, 0, -1.5, Infinity, NaN),
  fc.jsonValue({ maxDepth: 1 }),
  fc.array(fc.string()),
);
const fields = { id: anything, name: anything, flag: anything, count: anything, any: anything, tags: anything };
const row = fc.oneof(fc.record(fields, { requiredKeys: [] }), anything);

describe('A reader of rows', () => {
  it('takes exactly the rows that zod takes, as they are', () => {
    fc.assert(
      fc.property(row, (given) => {
        const verdict = schema.safeParse(given);
        if (verdict.success) {
          assert.deepEqual({ ...read(given) }, verdict.data);
        } else {
          assert.throws(() => read(given), { name: 'MalformedRow' });
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('says what is wrong as zod says it', () => {
    assert.throws(() => read({ id: '', name: 1 }), {
      message: /^id: Too small: .*; name: Invalid input: expected string, received number$/,
    });
  });
});
