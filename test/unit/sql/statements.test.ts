import assert from 'node:assert/strict';
import fc from 'fast-check';
import { onlyCode, sqlPieces } from '../../../src/extension/sql/sqlText.ts';
import { splitStatements, statementAt } from '../../../src/extension/sql/statements.ts';

const sqlOf = (text: string): readonly string[] => splitStatements(text).map(({ sql }) => sql);

/** Parts of statements that hold what could be taken for the end of one. */
const trap = fc.constantFrom(
  `'a;b'`,
  `'it''s; -- no comment'`,
  `"a;b"`,
  '`a;b`',
  '-- a; comment\n',
  '/* a; b */',
  `$$ a; 'b $$`,
  `$x$ $$; $y$; $x$`,
  `E'\\';'`,
  'a$1',
  `x -- don't\n`,
);
const statement = fc
  .tuple(
    fc.constantFrom('SELECT', 'WITH', 'VALUES'),
    fc.array(trap, { maxLength: 4 }),
    fc.constantFrom('1', 'x', `'z'`),
  )
  .map(([first, traps, last]) => `${first} ${traps.join(' ')} ${last}`);

describe('the statements of a query document', () => {
  it('are parted by semicolons that are code, and by no other', () => {
    fc.assert(
      fc.property(
        fc.array(statement, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(';', ';\n', ' ;\n\n', '; '),
        (all, by) => {
          assert.deepEqual(sqlOf(all.join(by)), all);
        },
      ),
    );
  });

  it('keep their places', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(statement, fc.constantFrom(';', ' ', '\n', '-- c\n', '/* ; */'))), (parts) => {
        const text = parts.join(';\n');
        for (const { sql, start, end, from, to } of splitStatements(text)) {
          assert.equal(text.slice(start, end), sql);
          assert.ok(from <= start && end <= to);
        }
      }),
    );
  });

  it('are read from any text without losing a character', () => {
    const text = fc.string({ unit: fc.constantFrom(...`'"$;-/*ab1 \n[]\`\\E`.split('')) });
    fc.assert(
      fc.property(text, (sql) => {
        const pieces = sqlPieces(sql);
        assert.equal(pieces.map(({ start, end }) => sql.slice(start, end)).join(''), sql);
        assert.equal(onlyCode(sql).length, sql.length);
        assert.equal(onlyCode(sql).split('\n').length, sql.split('\n').length);
      }),
    );
  });

  it('need no last semicolon, and no code makes none', () => {
    assert.deepEqual(sqlOf('SELECT 1;;\n -- end\n;'), ['SELECT 1']);
    assert.deepEqual(sqlOf('-- only this'), []);
    assert.deepEqual(sqlOf("SELECT 'unclosed; text"), ["SELECT 'unclosed; text"]);
    assert.deepEqual(sqlOf('SELECT tags[1]; SELECT 2'), ['SELECT tags[1]', 'SELECT 2']);
  });

  describe('at the cursor', () => {
    const at = (marked: string): string | null =>
      statementAt(marked.replace('|', ''), marked.indexOf('|'))?.sql ?? null;

    it('is the one around it, with the comment above', () => {
      assert.equal(at('SELECT 1; SEL|ECT 2; SELECT 3'), 'SELECT 2');
      assert.equal(at('SELECT 1;\n-- what| follows\nSELECT 2'), 'SELECT 2');
    });

    it('is the one before, right behind its semicolon and in the blank rest of the line', () => {
      assert.equal(at('SELECT 1;| SELECT 2'), 'SELECT 1');
      assert.equal(at('SELECT 1;  |\nSELECT 2'), 'SELECT 1');
      assert.equal(at('SELECT 1;\n|\nSELECT 2'), 'SELECT 2');
      assert.equal(at('SELECT 1; | SELECT 2'), 'SELECT 2');
    });

    it('is the last one behind all, and none where there is none', () => {
      assert.equal(at('SELECT 1;\nSELECT 2;\n\n|'), 'SELECT 2');
      assert.equal(at(' -- nothing |'), null);
    });
  });
});
