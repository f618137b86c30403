import assert from 'node:assert/strict';
import { parseConfig } from '../../../src/engine/config/config.ts';
import { EngineError } from '../../../src/engine/errors.ts';
import { auditCounts, countHours, type AuditOptions } from '../../../src/engine/export/audit.ts';
import { resolveRange } from '../../../src/engine/export/range.ts';

const hour = 3_600_000;
const at = (text: string): number => Date.parse(text);
const range = { from: at('2026-11-01T06:00:00Z'), to: at('2026-11-03T06:00:00Z') };

interface Given {
  /** Rows by the start of their bucket. */
  readonly server: Readonly<Record<string, number>>;
  readonly received?: Readonly<Record<string, number>>;
  readonly granularity?: 'hour' | 'day';
  /** What the database holds of any window. */
  readonly local: number;
  /** What a second walk of any window gives. */
  readonly again?: number;
}

function options({ server, received = {}, granularity = 'hour', local, again = 0 }: Given): AuditOptions & {
  walked: string[];
} {
  const walked: string[] = [];
  return {
    projectId: 'p',
    range,
    granularity,
    server: new Map(Object.entries(server).map(([start, rows]) => [at(start), rows])),
    received: new Map(Object.entries(received)),
    read: () => Promise.resolve(local as never),
    walkAgain: ({ from, to }) => {
      walked.push(`${new Date(from).toISOString()} ${(to - from) / hour} h`);
      return Promise.resolve(again);
    },
    walked,
  };
}

describe('the audit', () => {
  it('counts rows by UTC hour', () => {
    const times = ['2026-11-01T22:59:59.999Z', '2026-11-01T23:00:00.000Z', '2026-11-01T23:30:00.000Z'];
    assert.deepEqual(
      [...countHours(times, (time) => time)],
      [
        ['2026-11-01T22', 1],
        ['2026-11-01T23', 2],
      ],
    );
  });

  it('walks only short hours again, and is content when the second walk brings the rest', async () => {
    const given = options({
      server: { '2026-11-02T01:00:00Z': 10, '2026-11-02T02:00:00Z': 20 },
      received: { '2026-11-02T01': 10, '2026-11-02T02': 12 },
      local: 12,
      again: 20,
    });
    assert.deepEqual(await auditCounts(given), []);
    assert.deepEqual(given.walked, ['2026-11-02T02:00:00.000Z 1 h']);
  });

  it('walks short hours that follow each other in one go, but not over midnight', async () => {
    const given = options({
      server: {
        '2026-11-02T00:00:00Z': 8,
        '2026-11-01T23:00:00Z': 8,
        '2026-11-01T20:00:00Z': 8,
        '2026-11-01T22:00:00Z': 8,
      },
      local: 0,
      again: 16,
    });
    assert.deepEqual(await auditCounts(given), []);
    assert.deepEqual(given.walked, [
      '2026-11-01T20:00:00.000Z 1 h',
      '2026-11-01T22:00:00.000Z 2 h',
      '2026-11-02T00:00:00.000Z 1 h',
    ]);
  });

  it('compares days where the server counts days, as far as they lie in the range', async () => {
    const given = options({
      server: { '2026-11-01T00:00:00Z': 7, '2026-11-02T00:00:00Z': 5, '2026-11-03T00:00:00Z': 3 },
      received: { '2026-11-01T06': 3, '2026-11-01T23': 3, '2026-11-02T00': 2, '2026-11-02T23': 3, '2026-11-03T05': 2 },
      granularity: 'day',
      local: 2,
      again: 7,
    });
    assert.deepEqual(await auditCounts(given), []);
    assert.deepEqual(given.walked, ['2026-11-01T06:00:00.000Z 18 h', '2026-11-03T00:00:00.000Z 6 h']);
  });

  it('takes duplicates that the server counts for received', async () => {
    const given = options({ server: { '2026-11-02T00:00:00Z': 20 }, received: { '2026-11-02T00': 20 }, local: 15 });
    assert.deepEqual(await auditCounts(given), []);
    assert.deepEqual(given.walked, []);
  });

  it('walks an hour again whose rows could not be read, and takes them for received then', async () => {
    const given = options({
      server: { '2026-11-02T00:00:00Z': 20 },
      received: { '2026-11-02T00': 19 },
      local: 19,
      again: 20,
    });
    assert.deepEqual(await auditCounts(given), []);
    assert.deepEqual(given.walked, ['2026-11-02T00:00:00.000Z 1 h']);
  });

  it('reports the day of what stays short, with its whole count', async () => {
    const given = options({
      server: { '2026-11-02T00:00:00Z': 20, '2026-11-02T04:00:00Z': 30 },
      received: { '2026-11-02T04': 30 },
      local: 12,
      again: 13,
    });
    const [reported, ...others] = await auditCounts(given);
    assert.deepEqual(others, []);
    assert.equal(reported?.day, '2026-11-02');
    assert.equal(reported.server, 50);
    assert.equal(reported.local, 12);
    assert.match(reported.reason, /counts 50 observations but handed out 43 /u);
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
