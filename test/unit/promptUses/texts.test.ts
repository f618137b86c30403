import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PromptCatalogue, type CatalogueVersion } from '../../../src/engine/promptUses/catalogue.ts';
import { compositionTags } from '../../../src/engine/promptUses/compositionTags.ts';
import { parseLangfuseUri } from '../../../src/engine/promptUses/langfuseUri.ts';
import { isPromptName } from '../../../src/engine/promptUses/promptUse.ts';
import { normaliseTemplate } from '../../../src/engine/promptUses/templateText.ts';

const version = (name: string, number: number, template: string, labels: string[] = []): CatalogueVersion => ({
  name,
  version: number,
  labels,
  type: 'text',
  template,
});

describe('normalised templates', () => {
  it('leave out what editors and formatters change', () => {
    assert.equal(normaliseTemplate('\uFEFF  Hello\r\n\r\n {{  name }},\tgoodbye \n'), 'Hello {{name}}, goodbye');
  });

  it('are the same when they are normalised again', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', ' ', 'a', '\n', '\r', 'é') }), (text) => {
        const once = normaliseTemplate(text);
        assert.equal(normaliseTemplate(once), once);
      }),
    );
  });
});

describe('the catalogue of prompts', () => {
  it('finds a text whatever way its variables are written', () => {
    const catalogue = new PromptCatalogue([version('greet', 1, 'Hello {{name}}, answer as {"a": 1}')]);
    const expected = { name: 'greet', version: 1 };
    assert.deepEqual(catalogue.match('Hello {{ name }},\n answer as {"a": 1}'), expected);
    assert.deepEqual(catalogue.match('Hello {name}, answer as {"a": 1}'), expected);
    assert.deepEqual(catalogue.match('Hello {name}, answer as {{"a": 1}}'), expected);
    assert.equal(catalogue.match('Hello name'), null);
  });

  it('takes of several versions with one text the one in production, else the highest', () => {
    const rolledBack = [version('a', 1, 'same text', ['production']), version('a', 3, 'same text')];
    assert.equal(new PromptCatalogue(rolledBack).match('same  text')?.version, 1);
    const none = [version('a', 1, 'same text'), version('a', 3, 'same text'), version('a', 2, 'same text')];
    assert.equal(new PromptCatalogue(none).match('same text')?.version, 3);
  });

  it('is silent about a text that two prompts share, unless it is asked about one of them', () => {
    const catalogue = new PromptCatalogue([version('a', 1, 'shared text'), version('b', 4, 'shared text')]);
    assert.equal(catalogue.match('shared text'), null);
    assert.deepEqual(catalogue.matchOf('b', 'shared text'), { name: 'b', version: 4 });
  });

  it('is silent about empty text', () => {
    const catalogue = new PromptCatalogue([version('empty', 1, ' \n')]);
    assert.equal(catalogue.match(''), null);
    assert.ok(catalogue.has('empty'));
  });

  it('knows a chat prompt by its system message', () => {
    const template = JSON.stringify([
      { role: 'system', content: 'You are {{who}}.' },
      { role: 'user', content: '{{question}}' },
    ]);
    const catalogue = new PromptCatalogue([{ ...version('chat', 2, template), type: 'chat' }]);
    assert.deepEqual(catalogue.match('You are {who}.'), { name: 'chat', version: 2 });
    assert.equal(catalogue.match('{{question}}'), null);
  });

  it('survives chat prompts that are no messages', () => {
    const catalogue = new PromptCatalogue([
      { ...version('odd', 1, 'not JSON'), type: 'chat' },
      { ...version('odder', 1, '{"role":"system"}'), type: 'chat' },
    ]);
    assert.equal(catalogue.match('not JSON'), null);
  });
});

describe('composition tags', () => {
  const read = (text: string): unknown[] =>
    compositionTags(text).map(({ index, promptName, version: number, label }) => [index, promptName, number, label]);

  it('name a prompt and its version or label', () => {
    assert.deepEqual(read('a @@@langfusePrompt:name=x/y z|version=2@@@@@@langfusePrompt:name=b|label=tenant_1@@@'), [
      [2, 'x/y z', 2, null],
      [43, 'b', null, 'tenant_1'],
    ]);
  });

  it('are ignored where Langfuse ignores them', () => {
    for (const inside of [
      'name=x',
      'label=a|name=x',
      'name=x|label=a|version=1',
      'name=|label=a',
      'name=x|version=1.5',
      '',
    ]) {
      assert.deepEqual(read(`@@@langfusePrompt:${inside}@@@`), [], inside);
    }
  });
});

describe('langfuse:// addresses', () => {
  const cases: readonly (readonly [string, string, number | null, string | null])[] = [
    ['langfuse://name', 'name', null, null],
    ['langfuse://name:3', 'name', 3, null],
    ['langfuse://name:3:chat', 'name', 3, null],
    ['langfuse://name:staging', 'name', null, 'staging'],
    ['langfuse://name:staging:text', 'name', null, 'staging'],
    ['langfuse://folder/name@production', 'folder/name', null, 'production'],
    ['langfuse://folder/name@latest:chat', 'folder/name', null, 'latest'],
    ['langfuse://a@b@prod', 'a@b', null, 'prod'],
    ['langfuse://name:chat', 'name', null, null],
  ];
  for (const [uri, promptName, number, label] of cases) {
    it(`reads ${uri}`, () => {
      assert.deepEqual(parseLangfuseUri(uri), { promptName, version: number, label });
    });
  }

  it('leaves what is no prompt', () => {
    for (const uri of [
      'langfuse://traces?limit=5',
      'langfuse://',
      'langfuse://${name}@a',
      'langfuse://{{name}}',
      'langfuse://name@',
      'see langfuse://name',
      'https://langfuse.com',
    ]) {
      assert.equal(parseLangfuseUri(uri), null, uri);
    }
  });
});

describe('names of prompts', () => {
  it('follow the rule of Langfuse', () => {
    for (const name of ['a', 'agents/reviewer', 'Mit Leerzeichen', '審査/プロンプト', 'x'.repeat(255)]) {
      assert.ok(isPromptName(name), name);
    }
    for (const name of [
      '',
      ' a',
      'a ',
      '/a',
      'a/',
      'a//b',
      'a|b',
      'new',
      'metrics',
      'prompt-detail',
      'x'.repeat(256),
    ]) {
      assert.ok(!isPromptName(name), name);
    }
  });
});
