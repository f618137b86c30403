import assert from 'node:assert/strict';
import fc from 'fast-check';
import { promptVariables } from '../../../src/engine/langfuse/promptTemplate.ts';

describe('prompt variables', () => {
  it('are named once, in order of first appearance', () => {
    assert.deepEqual(promptVariables('{{b}} {{ a }} {{b}} {{_x1}} {{größe}}'), ['b', 'a', '_x1', 'größe']);
  });

  it('do not include what is no name', () => {
    assert.deepEqual(promptVariables('{{#if}} {{/if}} {{!note}} {{>part}} {{1a}} {{a b}} {{}} {single} {{open'), []);
    assert.deepEqual(promptVariables('@@@langfusePrompt:name=base|label=production@@@'), []);
  });

  it('are found in chat messages together with placeholders', () => {
    const messages = [
      { role: 'system', content: 'You serve {{company}}.' },
      { type: 'placeholder', name: 'history' },
      { role: 'user', content: [{ type: 'text', text: '{{question}} {{company}}' }] },
      { role: 'assistant' },
    ];
    assert.deepEqual(promptVariables(messages), ['company', 'history', 'question']);
  });

  it('are exactly those that were written into a text', () => {
    const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
    const noise = fc.string().map((text) => text.replace(/[{}]/g, ''));
    fc.assert(
      fc.property(fc.array(fc.tuple(noise, name)), noise, (parts, tail) => {
        const template = parts.map(([before, variable]) => `${before}{{ ${variable} }}`).join('') + tail;
        assert.deepEqual(promptVariables(template), [...new Set(parts.map(([, variable]) => variable))]);
      }),
    );
  });
});
