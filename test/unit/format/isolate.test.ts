import assert from 'node:assert/strict';
import { isolate } from '../../../src/format/isolate.ts';

describe('a text that others follow on its line', () => {
  it('is set apart when it is written from right to left, wherever in it', () => {
    for (const text of ['שלום', 'مرحبا', 'trace ‏שלום‎', 'ܫܠܡܐ', 'ߒߞߏ', '𞤀𞤣𞤤𞤢𞤥', 'ﷺ']) {
      assert.equal(isolate(text), `\u2068${text}\u2069`);
    }
  });

  it('stays as it is otherwise', () => {
    for (const text of ['', 'support-chat', 'données', '支援', 'поддержка', 'ประเทศไทย', 'हिन्दी', '🙂']) {
      assert.equal(isolate(text), text);
    }
  });
});
