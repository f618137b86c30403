import assert from 'node:assert/strict';
import { drawnTexts } from '../../../src/extension/trees/treeNode.ts';

describe('the texts of a tree’s row', () => {
  it('keep their order where a name is written from right to left', () => {
    assert.deepEqual(drawnTexts({ label: 'שיחה', description: '$0.02 · משתמש · 3 s' }), {
      label: '\u2068שיחה\u2069',
      description: '$0.02 · \u2068משתמש\u2069 · 3 s',
    });
  });

  it('are otherwise what they are', () => {
    assert.deepEqual(drawnTexts({ label: 'support-chat', description: '$0.02 · 3 s' }), {
      label: 'support-chat',
      description: '$0.02 · 3 s',
    });
    assert.deepEqual(drawnTexts({ label: 'agents' }), { label: 'agents', description: '' });
  });
});
