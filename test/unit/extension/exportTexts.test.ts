import assert from 'node:assert/strict';
import { countsText, progressText, reportText } from '../../../src/extension/exports/exportTexts.ts';
import { aReport, context, noCounts, plain, someProgress } from './builders.ts';

describe('what an export says while it runs', () => {
  const text = (fields: Parameters<typeof someProgress>[0]): string =>
    plain(progressText(someProgress(fields), context.numbers));

  it('tells phase, rows, rate and what is left', () => {
    assert.equal(text({}), 'Observations · 12,400 rows · 3,100 rows/s · 2 min 08 s left');
  });

  it('leaves out what is not known yet', () => {
    assert.equal(text({ phase: 'connecting', counts: noCounts, rowsPerSecond: 0, etaSeconds: null }), 'Connecting');
  });

  it('says what it waits for, and how long', () => {
    assert.equal(
      text({ waiting: { reason: 'quota', seconds: 41, detail: 'HTTP 429' } }),
      'Observations · 12,400 rows · quota: waiting 41 s (HTTP 429)',
    );
    assert.equal(
      text({ waiting: { reason: 'lock', seconds: null, detail: 'process 4711 (export)' } }),
      'Observations · 12,400 rows · database in use: waiting (process 4711 (export))',
    );
  });
});

describe('what an export says at its end', () => {
  const text = (fields: Parameters<typeof aReport>[0]): string => plain(reportText(aReport(fields), context.numbers));

  it('names the counts of every kind that it has', () => {
    assert.equal(text({}), 'Exported 41 traces, 1,204 generations.');
    assert.equal(countsText({ ...noCounts, traces: 1, prompts: 1 }, context.numbers), '1 trace, 1 prompt');
    assert.equal(text({ counts: noCounts }), 'Exported no rows.');
  });

  it('says that a cancelled export keeps what it has', () => {
    assert.equal(text({ status: 'cancelled' }), 'Export cancelled; kept 41 traces, 1,204 generations.');
  });

  it('mentions rows that could not be read, and days that differ', () => {
    const day = (date: string): { day: string; server: number; local: number; reason: string } => ({
      day: date,
      server: 3,
      local: 2,
      reason: '',
    });
    assert.equal(
      text({
        setAside: [{ stream: 'observations', id: 'a', reason: 'no start time' }],
        unreconciled: ['2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22'].map(day),
      }),
      'Exported 41 traces, 1,204 generations. 1 row set aside: not readable. ' +
        'Counts differ from the server on 2026-11-19, 2026-11-20, 2026-11-21 and 1 more.',
    );
  });
});
