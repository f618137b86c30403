import assert from 'node:assert/strict';
import fc from 'fast-check';
import { storableJson, storableText } from '../../../src/engine/store/postgres/storableText.ts';
import { isoTimestamp, typeParsers } from '../../../src/engine/store/postgres/typeParsers.ts';
import { applicationName, postgresLocation } from '../../../src/engine/store/postgres/connection.ts';
import { engineConfigSchema, type EngineConfigInput } from '../../../src/engine/config/config.ts';

const anyUnits = fc.string({ unit: 'binary', maxLength: 40 });
const withHoles = fc.array(fc.oneof(anyUnits, fc.constantFrom('\u0000', '\ud83e', '\udd8a', '\\u0000', '\\', '"')));

describe('Values on their way to PostgreSQL and back', () => {
  it('lose nothing but NUL and halves of surrogate pairs', () => {
    fc.assert(
      fc.property(withHoles, (parts) => {
        const text = parts.join('');
        const stored = storableText(text);
        assert.equal(stored.length, text.length);
        assert.ok(stored.isWellFormed() && !stored.includes('\u0000'));
        assert.equal(stored, Buffer.from(text, 'utf8').toString('utf8').replaceAll('\u0000', '\ufffd'));
      }),
    );
  });

  it('keep JSON what it was, but for the same', () => {
    fc.assert(
      fc.property(withHoles, (parts) => {
        const text = parts.join('');
        const json = JSON.stringify({ [text]: [text, 1.5, null] });
        const expected = storableText(text);
        assert.deepEqual(JSON.parse(storableJson(json)), { [expected]: [expected, 1.5, null] });
      }),
    );
    assert.equal(storableJson('"\\ud83e\\udd8a"'), '"\\ud83e\\udd8a"', 'a whole pair, escaped');
    assert.equal(storableJson('"\\\\u0000"'), '"\\\\u0000"', 'a backslash, escaped');
  });

  it('come back as ISO times with milliseconds', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
        const iso = date.toISOString();
        // As the server prints it: no zeros at the end of a fraction, no fraction of zeros alone.
        const fraction = iso.slice(19, 23).replace(/\.?0+$/, '');
        assert.equal(isoTimestamp(`${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction}+00`), iso);
      }),
    );
    assert.equal(isoTimestamp('2026-01-01 00:00:00.5+00'), '2026-01-01T00:00:00.500Z');
    assert.equal(isoTimestamp('2026-01-01 00:00:00.123456+00'), '2026-01-01T00:00:00.123Z');
    assert.equal(isoTimestamp('infinity'), 'infinity');
  });

  it('come back as numbers, and as text where a number would lie', () => {
    const of = (oid: number, text: string): unknown => typeParsers.getTypeParser(oid)(text);
    assert.deepEqual(
      [of(16, 't'), of(16, 'f'), of(20, '42'), of(20, '9007199254740993'), of(701, '1e-7'), of(701, 'NaN')],
      [1, 0, 42, '9007199254740993', 1e-7, 'NaN'],
    );
    assert.equal(of(3802, '{"a": [1, "x: y"]}'), '{"a":[1,"x: y"]}');
    assert.equal(of(25, 'text'), 'text');
  });
});

describe('What others see of a PostgreSQL connection', () => {
  const settings = (input: EngineConfigInput['database']): Parameters<typeof postgresLocation>[0] =>
    engineConfigSchema.parse({ workspace: '/', database: input }).database.postgres;

  it('is where it goes, never the password', () => {
    assert.equal(
      postgresLocation(settings({ postgres: { connectionString: 'postgres://anna:s3cret@db.example:6000/team' } })),
      'postgres://anna@db.example:6000/team',
    );
    assert.equal(
      postgresLocation(settings({ postgres: { user: 'anna', password: 's3cret' } })),
      'postgres://anna@localhost:5432/llm_metrics',
    );
  });

  it('is a name of at most 63 bytes that says who, where and since when', () => {
    const name = applicationName('VS Code ünï', Date.UTC(2026, 0, 1));
    assert.ok(Buffer.byteLength(name) <= 63, name);
    assert.match(name, /^langfuse-metrics VS-Code-\S* \d+@\S+ since 2026-01-01T00:00:00Z$/);
  });
});
