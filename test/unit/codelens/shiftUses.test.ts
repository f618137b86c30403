import assert from 'node:assert/strict';
import { shiftUses, type TextChange } from '../../../src/extension/codelens/shiftUses.ts';
import type { PromptUse } from '../../../src/protocol/promptUses.ts';

const use = (line: number): PromptUse => ({
  file: 'a.py',
  line,
  promptName: 'x',
  version: null,
  label: null,
  via: 'call',
  dynamic: { version: false, label: false },
  localText: null,
  span: { startLine: line + 1, startColumn: 4, endLine: line + 1, endColumn: 9 },
});

const change = (startLine: number, endLine: number, addedLines: number, pushesLine = false): TextChange => ({
  startLine,
  endLine,
  addedLines,
  pushesLine,
});

describe('lenses while somebody types', () => {
  const lines = (changes: readonly TextChange[]): number[][] =>
    shiftUses([use(10), use(20)], changes).map(({ line, span }) => [line, span.startLine, span.endLine]);

  it('stay where text changes within a line or below', () => {
    assert.deepEqual(lines([change(10, 10, 0), change(30, 31, 5)]), [
      [10, 11, 11],
      [20, 21, 21],
    ]);
  });

  it('move with lines that are added or removed above', () => {
    assert.deepEqual(lines([change(2, 2, 3)]), [
      [13, 14, 14],
      [23, 24, 24],
    ]);
    assert.deepEqual(lines([change(2, 6, 0)]), [
      [6, 7, 7],
      [16, 17, 17],
    ]);
    assert.deepEqual(lines([change(15, 15, 1), change(2, 4, 0)]), [
      [8, 9, 9],
      [19, 20, 20],
    ]);
  });

  it('go down with their line when it is pushed, and stay when it is split behind', () => {
    assert.deepEqual(lines([change(10, 10, 1, true)])[0], [11, 12, 12]);
    assert.deepEqual(lines([change(10, 10, 1)])[0], [10, 12, 12]);
  });

  it('fall to where their line was removed', () => {
    assert.deepEqual(lines([change(8, 14, 0)])[0], [8, 8, 8]);
  });
});
