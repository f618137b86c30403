import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readChat, type ChatPart } from '../../../../webview/trace/chat.ts';
import { jsonLines, textPieces } from '../../../../webview/trace/jsonLines.ts';
import { readJson, type Json } from '../../../../webview/trace/readJson.ts';

const text = (text: string): ChatPart => ({ kind: 'text', text });
const partsOf = (value: Json): readonly (readonly [string, readonly ChatPart[]])[] | undefined =>
  readChat(value)?.messages.map(({ role, parts }) => [role, parts]);

describe('chat messages', () => {
  const call: ChatPart = { kind: 'toolCall', name: 'add', id: 'c1', arguments: { a: 1 } };
  const result: ChatPart = { kind: 'toolResult', name: null, id: 'c1', value: { sum: 2 } };
  const expected = [
    ['user', [text('hi')]],
    ['assistant', [call]],
    ['tool', [result]],
  ];
  const openAi: Json = [
    { role: 'user', content: 'hi' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } }],
    },
    { role: 'tool', tool_call_id: 'c1', content: '{"sum":2}' },
  ];

  for (const [name, value] of [
    ['OpenAI', openAi],
    ['OpenAI, in an object', { messages: openAi }],
    [
      'OpenAI’s responses',
      [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
        { type: 'function_call', call_id: 'c1', name: 'add', arguments: '{"a":1}' },
        { type: 'function_call_output', call_id: 'c1', output: '{"sum":2}' },
      ],
    ],
    [
      'LangChain',
      [
        { type: 'human', content: 'hi' },
        { type: 'ai', content: '', tool_calls: [{ id: 'c1', name: 'add', args: { a: 1 } }] },
        { type: 'tool', tool_call_id: 'c1', content: '{"sum":2}' },
      ],
    ],
    [
      'the AI SDK',
      [
        { role: 'user', content: [{ type: 'text', text: 'hi' }] },
        { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'add', args: { a: 1 } }] },
        { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c1', result: { sum: 2 } }] },
      ],
    ],
    [
      'OpenTelemetry',
      [
        { role: 'user', parts: [{ type: 'text', content: 'hi' }] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'add', arguments: { a: 1 } }] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', result: { sum: 2 } }] },
      ],
    ],
  ] as readonly (readonly [string, Json])[]) {
    it(`are read as ${name} writes them`, () => {
      assert.deepEqual(partsOf(value), expected);
    });
  }

  it('are read as Anthropic writes them, with the system text beside them', () => {
    const value: Json = {
      model: 'claude',
      system: 'Be brief.',
      messages: [
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'x' },
            { type: 'tool_use', id: 'c1', name: 'add', input: { a: 1 } },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: [{ type: 'text', text: '2' }] }] },
      ],
    };
    assert.deepEqual(partsOf(value), [
      ['system', [text('Be brief.')]],
      ['user', [text('hi')]],
      ['assistant', [{ kind: 'thinking', text: 'hm' }, call]],
      ['user', [{ ...result, value: '2' }]],
    ]);
    assert.deepEqual(readChat(value)?.rest, { model: 'claude' });
  });

  it('are read as Gemini writes them', () => {
    const value: Json = {
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'hi' }, { inlineData: { mimeType: 'image/png', data: 'QUJD' } }] },
        { role: 'model', parts: [{ functionCall: { name: 'add', args: { a: 1 } } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'add', response: { sum: 2 } } }] },
      ],
    };
    assert.deepEqual(partsOf(value), [
      ['system', [text('Be brief.')]],
      ['user', [text('hi'), { kind: 'media', type: 'image/png', source: 'QUJD' }]],
      ['model', [{ ...call, id: null }]],
      ['user', [{ ...result, id: null, name: 'add' }]],
    ]);
  });

  it('are read from choices of an answer, and one by one', () => {
    const message = { role: 'assistant', content: 'yes' };
    assert.deepEqual(partsOf({ choices: [{ index: 0, message }] }), [['assistant', [text('yes')]]]);
    assert.deepEqual(partsOf(message), [['assistant', [text('yes')]]]);
    assert.deepEqual(partsOf([[message]]), [['assistant', [text('yes')]]]);
  });

  it('are not seen in other data', () => {
    for (const value of [{ role: 'admin' }, [], [1, 2], { messages: [] }, { content: 'x' }, 'text', null]) {
      assert.equal(readChat(value), null);
    }
  });

  it('lose none of their texts, and are read of any JSON at all', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void readChat(value as Json)));
    const part = fc.record({ type: fc.constantFrom('text', 'strange', 'reasoning', 'image_url'), text: fc.string() });
    const content = fc.oneof(fc.string(), fc.array(part));
    fc.assert(
      fc.property(fc.array(fc.record({ role: fc.string(), content }), { minLength: 1 }), (messages) => {
        const read = JSON.stringify(readChat(messages)?.messages);
        const texts = messages.flatMap(({ content }) =>
          typeof content === 'string' ? [content] : content.map(({ text }) => text),
        );
        for (const text of texts) {
          const written = JSON.stringify(text).slice(1, -1);
          assert.ok(read.includes(written) || read.includes(JSON.stringify(written).slice(1, -1)), text);
        }
      }),
    );
  });
});

describe('JSON of captured texts', () => {
  it('is read whole, and only when it is an object or a list', () => {
    assert.deepEqual(readJson(' {"a":[1]}'), { value: { a: [1] }, cut: false });
    for (const text of [
      '12',
      '"word"',
      'null',
      'plain',
      '',
      '{hello world',
      '[INFO] started',
      '[INFO started',
      '{"a" 1',
    ]) {
      assert.equal(readJson(text), null, text);
    }
  });

  it('is read up to where it was cut', () => {
    assert.deepEqual(readJson('[{"role":"user","content":"hel'), {
      value: [{ role: 'user', content: 'hel' }],
      cut: true,
    });
    assert.deepEqual(readJson('{"a":1,"b"'), { value: { a: 1 }, cut: true });
    assert.deepEqual(readJson('{"a":1,"b":tr'), { value: { a: 1 }, cut: true });
    assert.deepEqual(readJson('{"a":"x\\u00'), { value: { a: 'x' }, cut: true });
    assert.deepEqual(readJson('{"a":"x\\\\'), { value: { a: 'x\\' }, cut: true });
  });

  it('is read wherever it was cut, and never holds what was not there', () => {
    const value = fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
    fc.assert(
      fc.property(value, fc.double({ min: 0, max: 1, noNaN: true }), (value, share) => {
        const whole = JSON.stringify(value);
        const length = Math.max(1, Math.floor(whole.length * share));
        const read = readJson(whole.slice(0, length));
        assert.ok(read !== null, whole.slice(0, length));
        assert.equal(read.cut, length < whole.length);
        assert.ok(JSON.stringify(read.value).length <= whole.length + 2);
      }),
      { numRuns: 500 },
    );
  });

  it('has a line for every member that is unfolded, in order', () => {
    const lines = jsonLines({ a: { b: [1, 'x'] }, c: null }, () => true);
    assert.deepEqual(
      lines.map(({ path, depth, key, text, size }) => [path, depth, key, text, size]),
      [
        ['', 0, null, '', 2],
        ['/a', 1, 'a', '', 1],
        ['/a/b', 2, 'b', '', 2],
        ['/a/b/0', 3, '0', '1', null],
        ['/a/b/1', 3, '1', '"x"', null],
        ['/c', 1, 'c', 'null', null],
      ],
    );
    assert.equal(jsonLines({ a: { b: [1] } }, (path) => path === '').length, 2);
  });

  it('breaks texts into lines that make up the text again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const line = text.replaceAll(/[\r\n]/g, ' ');
        const pieces = textPieces(line, columns);
        assert.equal(pieces.join(''), line);
        assert.ok(pieces.every((piece) => piece.length <= columns && piece.isWellFormed()));
      }),
    );
  });
});
