import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { Diagnostics, diagnosticsLog } from '../../../src/cli/diagnostics.ts';
import { describeProgress, duration, ProgressDisplay } from '../../../src/cli/progress.ts';
import type { ExportProgress } from '../../../src/protocol/engine.ts';
import { FakeClock } from '../export/fakeClock.ts';

const progress = (changes: Partial<ExportProgress> = {}): ExportProgress => ({
  phase: 'observations',
  window: { start: '2026-01-01T00:00:00.000Z', end: '2026-01-02T00:00:00.000Z' },
  counts: { traces: 10, generations: 1000, spans: 200, events: 30, scores: 4, prompts: 5 },
  fraction: 0.436,
  rowsPerSecond: 617.2,
  requests: 3,
  setAside: 0,
  waiting: null,
  etaSeconds: 95,
  ...changes,
});

const english = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Stands in for stderr; a terminal is one that says so. */
function stderr(terminal: { columns: number } | null): { diagnostics: Diagnostics; written: () => string } {
  const stream = new PassThrough({ encoding: 'utf8' });
  const diagnostics = new Diagnostics(
    Object.assign(stream, { isTTY: terminal !== null, ...terminal }) as unknown as WriteStream,
  );
  return { diagnostics, written: () => (stream.read() as string | null) ?? '' };
}

describe('describeProgress', () => {
  it('says phase, share, rows, rate and what is left', () => {
    assert.equal(
      describeProgress(progress(), english),
      'Reading observations · 43 % · 1,234 rows · 617 rows/s · 95 s left',
    );
  });

  it('says what it waits for in place of what is left', () => {
    const waiting = { reason: 'quota', seconds: 41, detail: 'HTTP 429' } as const;
    assert.match(describeProgress(progress({ waiting }), english), /rows\/s · quota: waiting 41 s \(HTTP 429\)$/);
    const lock = { reason: 'lock', seconds: null, detail: 'process 4711 (export)' } as const;
    assert.match(describeProgress(progress({ waiting: lock }), english), /database in use: waiting \(process 4711/);
  });

  it('mentions rows set aside once there are some', () => {
    assert.match(describeProgress(progress({ setAside: 2 }), english), /· 2 set aside ·/);
  });

  it('has no figures before the first row', () => {
    const counts = { traces: 0, generations: 0, spans: 0, events: 0, scores: 0, prompts: 0 };
    assert.equal(describeProgress(progress({ phase: 'connecting', counts, etaSeconds: null }), english), 'Connecting');
  });
});

describe('duration', () => {
  it('is written in the unit that suits it', () => {
    assert.deepEqual([0, 40.2, 99, 100, 5940, 5941, 7500].map(duration), [
      '0 s',
      '41 s',
      '99 s',
      '2 min',
      '99 min',
      '1 h 40 min',
      '2 h 05 min',
    ]);
  });
});

describe('ProgressDisplay', () => {
  it('writes a line every five seconds at most where stderr is no terminal', async () => {
    const { diagnostics, written } = stderr(null);
    const clock = new FakeClock();
    const display = new ProgressDisplay(diagnostics, clock, 'en');
    for (let second = 0; second < 12; second += 1) {
      display.show(progress({ rowsPerSecond: second }));
      await clock.advance(1000);
    }
    const rates = [...written().matchAll(/(\d+) rows\/s/g)].map(([, rate]) => rate);
    assert.deepEqual(rates, ['0', '5', '10']);
  });

  it('writes a new phase and a long wait at once, and short waits not', () => {
    const { diagnostics, written } = stderr(null);
    const display = new ProgressDisplay(diagnostics, new FakeClock(), 'en');
    display.show(progress());
    display.show(progress({ waiting: { reason: 'retry', seconds: 1, detail: 'HTTP 502' } }));
    display.show(progress({ waiting: { reason: 'quota', seconds: 41, detail: 'HTTP 429' } }));
    display.show(progress({ phase: 'scores' }));
    const lines = written().trimEnd().split('\n');
    assert.equal(lines.length, 3);
    assert.match(lines[1] ?? '', /quota: waiting 41 s/);
    assert.match(lines[2] ?? '', /^Reading scores/);
  });

  it('rewrites one line on a terminal, cut to its width, and removes it at the end', () => {
    const { diagnostics, written } = stderr({ columns: 20 });
    const display = new ProgressDisplay(diagnostics, new FakeClock(), 'en');
    display.show(progress());
    assert.equal(written(), 'Reading observation');
    display.end();
    assert.equal(written(), '\u001B[2K\u001B[1G');
  });

  it('keeps the status line below log lines', () => {
    const { diagnostics, written } = stderr({ columns: 80 });
    const log = diagnosticsLog(diagnostics, { verbose: false, prefix: () => '' });
    diagnostics.status('working');
    log.warn('careful');
    log.debug('a detail');
    assert.equal(written(), 'working\u001B[2K\u001B[1Gwarning: careful\nworking');
  });
});
