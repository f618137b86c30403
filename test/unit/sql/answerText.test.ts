import assert from 'node:assert/strict';
import fc from 'fast-check';
import { answerText, shortened } from '../../../src/extension/languageModel/answerText.ts';

const byCharacters = (tokens: number): { tokens: number; count: (text: string) => Promise<number> } => ({
  tokens,
  count: (text) => Promise.resolve(text.length),
});
const rows = (count: number): (string | number)[][] =>
  Array.from({ length: count }, (_, index) => [`model ${index}`, index / 3]);

describe('what a tool tells a model', () => {
  it('is a table with its units in the heads', async () => {
    const answer = {
      lines: ['models'],
      tables: [
        {
          heads: ['model', 'cost USD'],
          rows: [
            ['a', 1 / 3],
            [null, 12],
          ],
        },
      ],
    };
    assert.equal(await answerText(answer, byCharacters(1000)), 'models\n\nmodel\tcost USD\na\t0.333333\nnull\t12');
  });

  it('stays within the budget of tokens, and says what it left out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 150, max: 5000 }), fc.nat({ max: 300 }), async (tokens, count) => {
        const text = await answerText(
          { lines: ['x'], tables: [{ heads: ['a', 'b'], rows: rows(count) }] },
          byCharacters(tokens),
        );
        assert.ok(text.length <= tokens);
        const shown = text.split('\n').filter((line) => line.startsWith('model ')).length;
        const left = Number(/\((\d+) more rows/.exec(text)?.[1] ?? 0);
        assert.equal(shown + left, count);
      }),
    );
  });

  it('cuts long texts visibly', () => {
    assert.equal(shortened('x'.repeat(400)), `${'x'.repeat(300)}…`);
    assert.equal(shortened('short'), 'short');
  });
});
