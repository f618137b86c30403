import assert from 'node:assert/strict';
import { parseConfig } from '../../../src/engine/config/config.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import { auditDays, byDay, dayWithin, type AuditOptions } from '../../../src/engine/export/audit.ts';
import { resolveRange } from '../../../src/engine/export/range.ts';

const hour = 3_600_000;
const at = (text: string): number => Date.parse(text);
const range = { from: at('2026-11-01T06:00:00Z'), to: at('2026-11-03T06:00:00Z') };

function options(parts: Partial<AuditOptions>, local: number, again: number): AuditOptions & { walked: string[] } {
  const walked: string[] = [];
  return {
    projectId: 'p',
    range,
    server: new Map(),
    received: new Map(),
    read: () => Promise.resolve(local as never),
    walkAgain: (window) => {
      walked.push(new Date(window.from).toISOString());
      return Promise.resolve(again);
    },
    walked,
    ...parts,
  };
}

describe('the audit', () => {
  it('sums hours to UTC days and cuts days at the range', () => {
    const hours = new Map([
      [at('2026-11-01T22:00:00Z'), 3],
      [at('2026-11-01T23:00:00Z'), 4],
      [at('2026-11-02T00:00:00Z'), 5],
    ]);
    assert.deepEqual(
      [...byDay(hours)],
      [
        ['2026-11-01', 7],
        ['2026-11-02', 5],
      ],
    );
    assert.deepEqual(dayWithin(range, '2026-11-01'), { from: range.from, to: at('2026-11-02T00:00:00Z') });
  });

  it('walks only short days again, and is content when the second walk brings the rest', async () => {
    const given = options(
      {
        server: new Map([
          ['2026-11-01', 10],
          ['2026-11-02', 20],
        ]),
        received: new Map([
          ['2026-11-01', 10],
          ['2026-11-02', 12],
        ]),
      },
      12,
      20,
    );
    assert.deepEqual(await auditDays(given), []);
    assert.deepEqual(given.walked, ['2026-11-02T00:00:00.000Z']);
  });

  it('takes duplicates that the server counts for received', async () => {
    const given = options({ server: new Map([['2026-11-02', 20]]), received: new Map([['2026-11-02', 20]]) }, 15, 0);
    assert.deepEqual(await auditDays(given), []);
    assert.deepEqual(given.walked, []);
  });

  it('walks a day again whose rows could not be read, and takes them for received then', async () => {
    const given = options({ server: new Map([['2026-11-02', 20]]), received: new Map([['2026-11-02', 19]]) }, 19, 20);
    assert.deepEqual(await auditDays(given), []);
    assert.deepEqual(given.walked, ['2026-11-02T00:00:00.000Z']);
  });

  it('reports what stays short', async () => {
    const given = options({ server: new Map([['2026-11-02', 20]]) }, 12, 13);
    const [day] = await auditDays(given);
    assert.equal(day?.day, '2026-11-02');
    assert.equal(day.server, 20);
    assert.equal(day.local, 12);
  });
});

describe('the range of a run', () => {
  const config = parseConfig({ workspace: '/w' }, (name) => name).export;
  const now = at('2026-11-10T12:00:00Z');

  it('reaches back the lookback at first, then the overlap behind what is covered', () => {
    assert.deepEqual(resolveRange(null, [], config, now), { from: now - 24 * hour, to: now });
    const covered = [{ from: 0, to: at('2026-11-05T12:00:00Z') }];
    assert.deepEqual(resolveRange(null, covered, config, now), { from: at('2026-11-04T12:00:00Z'), to: now });
  });

  it('ends now at the latest', () => {
    const asked = { start: '2026-11-09T00:00:00Z', end: '2027-01-01T00:00:00Z' };
    assert.deepEqual(resolveRange(asked, [], config, now), { from: at('2026-11-09T00:00:00Z'), to: now });
  });

  it('is refused when empty, in the future or no time at all', () => {
    for (const asked of [
      { start: '2026-11-09T00:00:00Z', end: '2026-11-09T00:00:00Z' },
      { start: '2027-01-01T00:00:00Z', end: null },
      { start: 'yesterday', end: null },
    ]) {
      assert.throws(
        () => resolveRange(asked, [], config, now),
        (error) => error instanceof EngineError && error.code === 'config.invalid' && error.hint !== null,
      );
    }
  });
});
