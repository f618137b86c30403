import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { localisedLiterals } from './literals.ts';

const root = path.join(import.meta.dirname, '..', '..', '..');
const readTexts = (file: string): Record<string, string> =>
  JSON.parse(readFileSync(path.join(root, file), 'utf8')) as Record<string, string>;
const placeholders = (text: string): readonly string[] => (text.match(/\{\d+\}/g) ?? []).sort();

describe('the French texts', () => {
  const bundle = readTexts('media/l10n/bundle.l10n.fr.json');
  const english = readTexts('package.nls.json');
  const french = readTexts('package.nls.fr.json');

  it('translate every text of the source', async () => {
    const missing = (await localisedLiterals(root)).filter(({ text }) => !Object.hasOwn(bundle, text));
    assert.deepEqual(missing, []);
  });

  it('hold nothing that the source no longer says', async () => {
    const said = new Set((await localisedLiterals(root)).map(({ text }) => text));
    assert.deepEqual(
      Object.keys(bundle).filter((text) => !said.has(text)),
      [],
    );
  });

  it('keep the placeholders of the English ones', () => {
    for (const [text, translation] of Object.entries(bundle)) {
      assert.deepEqual(placeholders(translation), placeholders(text), text);
    }
  });

  it('are set as French is: no-break blanks at punctuation and %, curved apostrophes', () => {
    const wrong = / [:;?!»%](?:\s|$)|« |\p{L}'\p{L}/u;
    const texts = [...Object.values(bundle), ...Object.values(french)];
    assert.deepEqual(
      texts.filter((text) => wrong.test(text.replaceAll(/`[^`]*`/g, ''))),
      [],
    );
  });

  it('cover the manifest, with the same links', () => {
    const links = (text: string): readonly string[] => text.match(/\((?:command:[^)]+)\)|`#[^`]+#`/g) ?? [];
    assert.deepEqual(Object.keys(french), Object.keys(english));
    for (const [key, text] of Object.entries(english)) {
      assert.deepEqual(links(french[key] ?? ''), links(text), key);
    }
  });

  it('cover every key that the manifest uses, and no other', () => {
    const manifest = readFileSync(path.join(root, 'package.json'), 'utf8');
    const used = new Set([...manifest.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
    assert.deepEqual([...used].sort(), Object.keys(english).sort());
  });
});
