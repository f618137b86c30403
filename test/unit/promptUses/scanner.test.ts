import assert from 'node:assert/strict';
import { PromptCatalogue, type CatalogueVersion } from '../../../src/engine/promptUses/catalogue.ts';
import { Parsers } from '../../../src/engine/promptUses/parsers.ts';
import { PromptScanner } from '../../../src/engine/promptUses/promptScanner.ts';
import { WorkspaceIndex } from '../../../src/engine/promptUses/workspaceIndex.ts';
import type { PromptUseSettings } from '../../../src/protocol/promptUses.ts';

const noSettings: PromptUseSettings = { receivers: [], wrappers: [], promptFiles: [] };

describe('the prompt scanner', () => {
  let parsers: Parsers;
  before(async () => {
    parsers = await Parsers.load(undefined);
  });

  const files = new Map<string, string>();
  afterEach(() => files.clear());

  interface Opened {
    readonly scanner: PromptScanner;
    readonly write: (file: string, text: string | null) => void;
    readonly names: (file: string, text: string, languageId?: string) => string[];
  }

  function open(settings: Partial<PromptUseSettings> = {}, catalogue: PromptCatalogue | null = null): Opened {
    const all = { ...noSettings, ...settings };
    const index = new WorkspaceIndex(parsers, (file) => files.get(file) ?? null, all);
    const scanner = new PromptScanner(parsers, index, catalogue, all.promptFiles);
    const write = (file: string, text: string | null): void => {
      if (text === null) {
        files.delete(file);
      } else {
        files.set(file, text);
      }
      index.update(file, text);
    };
    const names = (file: string, text: string, languageId?: string): string[] =>
      scanner
        .scan({ file, text, ...(languageId === undefined ? {} : { languageId }) })
        .uses.map(({ promptName }) => promptName);
    return { scanner, write, names };
  }

  it('says where the name stands, in UTF-16 columns', () => {
    const { scanner } = open();
    const [use] = scanner.scan({ file: 'a.py', text: 'x = "😀é"; langfuse.get_prompt("a/b")\n' }).uses;
    assert.deepEqual(use?.span, { startLine: 0, startColumn: 31, endLine: 0, endColumn: 36 });
  });

  it('tells a document that does not parse from one without uses', () => {
    const { scanner } = open();
    const broken = scanner.scan({ file: 'a.ts', text: 'langfuse.getPrompt("a");\nfunction f( { const' });
    assert.equal(broken.hasErrors, true);
    assert.deepEqual(
      broken.uses.map(({ promptName }) => promptName),
      ['a'],
    );
    assert.equal(scanner.scan({ file: 'a.ts', text: 'langfuse.flush();' }).hasErrors, false);
  });

  it('reads a cell of a notebook as Python, without its magics, and never the notebook itself', () => {
    const { names } = open();
    const cell = '%pip install langfuse\n!ls -la\nlangfuse.get_prompt("in-a-cell")\n';
    assert.deepEqual(names('book.ipynb', cell, 'python'), ['in-a-cell']);
    assert.deepEqual(names('book.ipynb', JSON.stringify({ cells: [{ source: cell }] }), 'json'), []);
    assert.deepEqual(names('book.ipynb', JSON.stringify({ cells: [{ source: cell }] })), []);
  });

  it('takes the language from the editor where the name has no ending', () => {
    assert.deepEqual(open().names('Untitled-1', 'langfuse.getPrompt("new")', 'typescript'), ['new']);
  });

  it('believes the user about receivers', () => {
    assert.deepEqual(open().names('a.py', 'prompts.get_prompt("a")\nself.store.get_prompt("b")'), []);
    assert.deepEqual(
      open({ receivers: ['prompts', 'store'] }).names('a.py', 'prompts.get_prompt("a")\nself.store.get_prompt("b")'),
      ['a', 'b'],
    );
  });

  it('believes the user about wrappers, by module, function and argument', () => {
    const { names } = open({ wrappers: ['acme.prompts:fetch:1', '@acme/prompts:load:0'] });
    assert.deepEqual(names('a.py', 'from acme.prompts import fetch\n\nfetch("kind", "named")\n'), ['named']);
    assert.deepEqual(names('b.py', 'import acme.prompts as p\n\np.fetch("kind", "by-module")\n'), ['by-module']);
    assert.deepEqual(names('c.ts', 'import { load as l } from "@acme/prompts";\nl("script");\n'), ['script']);
    assert.deepEqual(names('d.py', 'from other.things import fetch\n\nfetch("kind", "no")\n'), []);
  });

  it('takes files as prompts by the patterns of the user', () => {
    const catalogue = new PromptCatalogue([
      { name: 'greet', version: 1, labels: [], type: 'text', template: 'Hello {{name}}, welcome.' },
    ]);
    const text = '---\nname: greet\n---\nSomething else';
    assert.deepEqual(open({}, catalogue).names('templates/x.md', text), []);
    assert.deepEqual(open({ promptFiles: ['templates/**/*.md'] }, catalogue).names('templates/x.md', text), ['greet']);
  });

  it('follows a wrapper as its file changes', () => {
    const { write, names } = open();
    const user = 'from prompts import load\n\nload("a")\n';
    assert.deepEqual(names('user.py', user), []);
    write('prompts.py', 'def load(name):\n    return langfuse.get_prompt(name)\n');
    assert.deepEqual(names('user.py', user), ['a']);
    write('prompts.py', 'def load(name):\n    return open(name)\n');
    assert.deepEqual(names('user.py', user), []);
    write('prompts.py', 'def load(name):\n    return lf.get_prompt(name)\n\nfrom client import lf\n');
    assert.deepEqual(names('user.py', user), []);
    write('client.py', 'from langfuse import Langfuse\nlf = Langfuse()\n');
    assert.deepEqual(names('user.py', user), ['a']);
    write('client.py', null);
    assert.deepEqual(names('user.py', user), []);
  });

  it('ends on modules that import each other', () => {
    const { write, names } = open();
    write('a.py', 'from b import load as load_b\n\ndef load(name):\n    return load_b(name)\n# langfuse\n');
    write('b.py', 'from a import load as load_a\n\ndef load(name):\n    return load_a(name)\n# langfuse\n');
    write('c.ts', 'export * from "./d";\n// langfuse\n');
    write('d.ts', 'export * from "./c";\n// langfuse\n');
    assert.deepEqual(names('user.py', 'from a import load\n\nload("x")  # langfuse\n'), []);
    assert.deepEqual(names('user.ts', 'import { load } from "./c";\nload("x"); // langfuse\n'), []);
  });

  it('follows a wrapper one level, not the wrappers of wrappers in other files', () => {
    const { write, names } = open();
    write('one.py', 'def one(name):\n    return langfuse.get_prompt(name)\n');
    write('two.py', 'from one import one\n\ndef two(name):\n    return one(name)\n\ntwo("inside")\n');
    assert.deepEqual(names('two.py', files.get('two.py') ?? ''), ['inside']);
    assert.deepEqual(names('user.py', 'from two import two\n\ntwo("outside")\n'), []);
  });

  it('marks what only the running program knows', () => {
    const { scanner } = open();
    const text = 'langfuse.get_prompt("a", label=env)\nlangfuse.get_prompt("b", version=v)\nlangfuse.get_prompt("c")\n';
    assert.deepEqual(
      scanner.scan({ file: 'a.py', text }).uses.map(({ dynamic, label, version }) => [dynamic, label, version]),
      [
        [{ version: false, label: true }, null, null],
        [{ version: true, label: false }, null, null],
        [{ version: false, label: false }, null, null],
      ],
    );
  });

  it('says of a prompt file whether it equals a stored version', () => {
    const stored = (version: number, template: string, labels: string[] = []): CatalogueVersion => ({
      name: 'greet',
      version,
      labels,
      type: 'text',
      template,
    });
    const catalogue = new PromptCatalogue([stored(1, 'Hello {{name}}.'), stored(2, 'Hi {{name}}!', ['production'])]);
    const { scanner } = open({}, catalogue);
    const read = (text: string): unknown[] =>
      scanner
        .scan({ file: 'prompts/greet.md', text })
        .uses.map(({ version, localText, via }) => [version, localText, via]);
    assert.deepEqual(read('Hello {{ name }}.\n'), [[1, 'same', 'path']]);
    assert.deepEqual(read('Good day {{name}}.\n'), [[null, 'differs', 'path']]);
    assert.deepEqual(read(''), [[null, null, 'path']]);
  });

  it('has the uses of a long file at hand soon', () => {
    const method = (index: number): string =>
      `def method_${index}(self, values):\n    total = sum(value * ${index} for value in values)\n    return total\n\n\n`;
    const text = `from langfuse import Langfuse\n\nlf = Langfuse()\n\n\n${Array.from({ length: 1000 }, (_, index) =>
      index % 50 === 0 ? `lf.get_prompt("prompt-${index}")\n\n\n\n\n` : method(index),
    ).join('')}`;
    const { scanner } = open();
    const start = performance.now();
    const { uses } = scanner.scan({ file: 'long.py', text });
    console.log(`      ${text.split('\n').length} lines in ${(performance.now() - start).toFixed(0)} ms`);
    assert.equal(uses.length, 20);
  });
});
