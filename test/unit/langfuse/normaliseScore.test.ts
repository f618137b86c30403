import assert from 'node:assert/strict';
import { normaliseLegacyScore, normaliseScore } from '../../../src/engine/langfuse/normaliseScore.ts';
import { MalformedRow } from '../../../src/engine/langfuse/rows.ts';

const base = { id: 's1', name: 'quality', timestamp: '2026-11-22T18:51:29.658Z' };

describe('scores of the wire', () => {
  it('reads values of every data type', () => {
    const cases: [string, unknown, number | null, string | null][] = [
      ['NUMERIC', 0.5, 0.5, null],
      ['NUMERIC', '0.5', 0.5, null],
      ['BOOLEAN', true, 1, 'true'],
      ['BOOLEAN', false, 0, 'false'],
      ['CATEGORICAL', 'good', null, 'good'],
      ['TEXT', 'a remark', null, 'a remark'],
      ['CORRECTION', 'better text', null, 'better text'],
      ['FUTURE', 4, 4, null],
      ['FUTURE', 'x', null, 'x'],
    ];
    for (const [dataType, value, expected, expectedText] of cases) {
      const row = normaliseScore({ ...base, dataType, value }, 'p1');
      assert.deepEqual([row.dataType, row.value, row.stringValue], [dataType, expected, expectedText]);
    }
  });

  it('reads the same values from the legacy form, where each has a number', () => {
    const cases: [string | null, unknown, unknown, number | null, string | null][] = [
      ['NUMERIC', 0.5, null, 0.5, null],
      ['BOOLEAN', 1, 'True', 1, 'true'],
      ['BOOLEAN', 0, 'False', 0, 'false'],
      ['CATEGORICAL', 0, 'good', null, 'good'],
      ['TEXT', null, 'a remark', null, 'a remark'],
      [null, 3, null, 3, null],
    ];
    for (const [dataType, value, stringValue, expected, expectedText] of cases) {
      const row = normaliseLegacyScore({ ...base, dataType, value, stringValue }, 'p1');
      assert.deepEqual([row.value, row.stringValue], [expected, expectedText], String(dataType));
    }
  });

  it('reads what a score is about', () => {
    const about = (subject: unknown): (string | null)[] => {
      const row = normaliseScore({ ...base, dataType: 'NUMERIC', value: 1, subject }, 'p1');
      return [row.traceId, row.observationId, row.sessionId, row.experimentId];
    };
    assert.deepEqual(about({ kind: 'trace', id: 't' }), ['t', null, null, null]);
    assert.deepEqual(about({ kind: 'observation', id: 'o', traceId: 't' }), ['t', 'o', null, null]);
    assert.deepEqual(about({ kind: 'session', id: 's' }), [null, null, 's', null]);
    assert.deepEqual(about({ kind: 'experiment', id: 'e' }), [null, null, null, 'e']);
    assert.deepEqual(about({ kind: 'galaxy', id: 'g' }), [null, null, null, null]);
    assert.deepEqual(about(undefined), [null, null, null, null]);
  });

  it('refuses scores without a value', () => {
    assert.throws(() => normaliseScore({ ...base, dataType: 'NUMERIC', value: null }, 'p1'), MalformedRow);
    assert.throws(() => normaliseScore({ ...base, dataType: 'NUMERIC', value: 'many' }, 'p1'), MalformedRow);
    assert.throws(() => normaliseLegacyScore({ ...base, dataType: 'CATEGORICAL', value: 0 }, 'p1'), MalformedRow);
  });
});
