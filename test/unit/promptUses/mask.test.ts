import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { MaskedLanguage } from '../../../src/engine/promptUses/languages.ts';
import { maskText } from '../../../src/engine/promptUses/masked/mask.ts';

const languages: readonly MaskedLanguage[] = ['java', 'kotlin', 'go', 'php', 'ruby', 'csharp'];

describe('masked programs', () => {
  it('keep every offset and every line, whatever the text', () => {
    const pieces = [
      '"',
      "'",
      '`',
      '"""',
      '//',
      '/*',
      '*/',
      '#',
      '\\',
      '\n',
      '\r\n',
      'a',
      '<<<X\n',
      'X',
      '<<~X\n',
      '@"',
      '$"',
      '=begin\n',
      '=end',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...languages),
        fc.array(fc.constantFrom(...pieces), { maxLength: 40 }),
        (language, parts) => {
          const text = parts.join('');
          const { masked, strings } = maskText(text, language);
          assert.equal(masked.length, text.length);
          assert.deepEqual(
            [...masked.matchAll(/[\r\n]/g)].map(({ index }) => index),
            [...text.matchAll(/[\r\n]/g)].map(({ index }) => index),
          );
          for (const { start, end } of strings.values()) {
            assert.ok(start < end && end <= text.length);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  const values = (text: string, language: MaskedLanguage): (string | null)[] =>
    [...maskText(text, language).strings.values()].map(({ value }) => value);

  it('hide comments and what strings say', () => {
    assert.equal(maskText('a("b.c") // d("e")\n/* f */ g', 'java').masked, 'a("   ")          \n        g');
    assert.equal(maskText("x('#y') # z('w')", 'ruby').masked, "x('  ')         ");
    assert.equal(maskText("<?php #[Attr('a')]\n# b", 'php').masked, "<?php #[Attr(' ')]\n   ");
    assert.equal(maskText("Don't <?= f('x') ?> isn't", 'php').masked, `      <?= f(' ')${' '.repeat(9)}`);
    assert.equal(maskText('x = "open\ny("z")', 'go').masked, 'x = "   n\ny(" ")');
  });

  it('know what a string says, and when it has holes', () => {
    assert.deepEqual(values('"a\\"b" """c "d" e""" \'x\'', 'java'), ['a"b', 'c "d" e', null]);
    assert.deepEqual(values('"a $b" "a \\u0041" """${c}"""', 'kotlin'), [null, 'a A', null]);
    assert.deepEqual(values('`a\\n` "b\\n"', 'go'), ['a\\n', 'b\n']);
    assert.deepEqual(values('<?php "a {$b}" \'a $b\' <<<T\nx\nT', 'php'), [null, 'a $b', 'x\n']);
    assert.deepEqual(values('"a #{b}" \'a #{b}\'', 'ruby'), [null, 'a #{b}']);
    assert.deepEqual(values('$"a {b}" @"c\\d" $"e{{f}}" """g "h" """', 'csharp'), [null, 'c\\d', 'e{f}', 'g "h" ']);
  });
});
