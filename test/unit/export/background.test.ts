import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EngineError } from '../../../src/engine/errors.ts';
import { BackgroundExport, type BackgroundState } from '../../../src/engine/export/background.ts';
import type { ExportReport, ExportStatus } from '../../../src/protocol/engine.ts';
import { FakeClock, settled } from './fakeClock.ts';

const minute = 60_000;
const unreachable = new EngineError('langfuse.unreachable', 'no answer');

function report(status: ExportStatus): ExportReport {
  const counts = { traces: 0, generations: 0, spans: 0, events: 0, scores: 0, prompts: 0 };
  const window = { start: '2026-01-01T00:00:00.000Z', end: '2026-01-02T00:00:00.000Z' };
  return { runId: 'run', status, window, counts, requests: 1, setAside: [], unreconciled: [] };
}

type Outcome = ExportStatus | Error;

interface Harness {
  readonly clock: FakeClock;
  readonly background: BackgroundExport;
  readonly states: readonly BackgroundState[];
  /** When each run started, in minutes since the clock's own start. */
  readonly startMinutes: () => number[];
}

/** A background export whose runs take `runMinutes` and end as scripted (afterwards: completed). */
function harness(
  options: { interval?: number; runMinutes?: number; outcomes?: Outcome[]; firstRunAfter?: number } = {},
): Harness {
  const clock = new FakeClock();
  const starts: number[] = [];
  const states: BackgroundState[] = [];
  const outcomes = [...(options.outcomes ?? [])];
  let running = 0;
  const background = new BackgroundExport({
    clock,
    intervalMinutes: options.interval ?? 30,
    random: () => 0,
    ...(options.firstRunAfter === undefined ? {} : { firstRunAfterMilliseconds: options.firstRunAfter }),
    onState: (state) => states.push(state),
    run: async (signal) => {
      starts.push(clock.now());
      running += 1;
      assert.equal(running, 1, 'two exports at once');
      try {
        await clock.sleep((options.runMinutes ?? 1) * minute, signal);
      } catch {
        return report('cancelled');
      } finally {
        running -= 1;
      }
      const outcome = outcomes.shift() ?? 'completed';
      if (outcome instanceof Error) {
        throw outcome;
      }
      return report(outcome);
    },
  });
  const begin = clock.now();
  return { clock, background, states, startMinutes: () => starts.map((start) => (start - begin) / minute) };
}

describe('BackgroundExport', () => {
  it('runs at once and then every interval, counted from start to start', async () => {
    const { clock, background, startMinutes } = harness({ runMinutes: 7 });
    background.start();
    await clock.advance(95 * minute);
    assert.deepEqual(startMinutes(), [0, 30, 60, 90]);
    await background.stop();
  });

  it('puts the first run off when asked to', async () => {
    const { clock, background, startMinutes } = harness({ firstRunAfter: 2 * minute });
    background.start();
    await clock.advance(40 * minute);
    assert.deepEqual(startMinutes(), [2, 32]);
    await background.stop();
  });

  it('tells each change of state once', async () => {
    const { clock, background, states } = harness({ firstRunAfter: minute });
    background.start();
    await clock.advance(3 * minute);
    await background.stop();
    assert.deepEqual(
      states.map(({ kind }) => kind),
      ['waiting', 'running', 'waiting', 'stopped'],
    );
    assert.deepEqual(background.state, states.at(-1));
  });

  it('starts the next run at once when the last one took longer than the interval', async () => {
    const { clock, background, startMinutes } = harness({ interval: 10, runMinutes: 25 });
    background.start();
    await clock.advance(60 * minute);
    assert.deepEqual(startMinutes(), [0, 25, 50]);
    await background.stop();
  });

  it('runs once, soon, after the machine slept through several runs', async () => {
    const { clock, background, startMinutes } = harness();
    background.start();
    await clock.advance(10 * minute);
    clock.suspend(8 * 60 * minute);
    await clock.advance(20 * minute);
    const [, afterSleep, ...more] = startMinutes();
    assert.ok(afterSleep !== undefined && afterSleep >= 490 && afterSleep <= 491, String(afterSleep));
    assert.deepEqual(more, []);
    await background.stop();
  });

  it('does not wait for hours when the clock was set back by hours', async () => {
    const { clock, background, startMinutes } = harness();
    background.start();
    await clock.advance(10 * minute);
    clock.suspend(-48 * 60 * minute);
    await clock.advance(35 * minute);
    assert.equal(startMinutes().length, 2);
    await background.stop();
  });

  it('waits 2, 4 and at most 8 intervals after failures, and one again after a success', async () => {
    const failures = [unreachable, unreachable, unreachable, unreachable];
    const { clock, background, startMinutes } = harness({ interval: 10, runMinutes: 1, outcomes: failures });
    background.start();
    await clock.advance(260 * minute);
    assert.deepEqual(startMinutes(), [0, 21, 62, 143, 224, 234, 244, 254]);
    await background.stop();
  });

  it('says only of the first failure in a row that it is news', async () => {
    const outcomes = [unreachable, unreachable, 'completed' as const, unreachable];
    const { clock, background, states } = harness({ interval: 10, outcomes });
    background.start();
    await clock.advance(100 * minute);
    await background.stop();
    const news = states.flatMap((state) =>
      state.kind === 'waiting' && state.lastRun?.outcome === 'failed' ? [state.lastRun.first] : [],
    );
    assert.deepEqual(news, [true, false, true]);
  });

  it('does not repeat the news of a failure when a sleep moves the next run', async () => {
    const { clock, background, states } = harness({ interval: 10, outcomes: [unreachable] });
    background.start();
    await clock.advance(5 * minute);
    clock.suspend(60 * minute);
    await clock.advance(0.6 * minute);
    const news = states.filter(
      (state) => state.kind === 'waiting' && state.lastRun?.outcome === 'failed' && state.lastRun.first,
    );
    assert.equal(news.length, 1);
    await background.stop();
  });

  it('takes an export of another process for no failure and tries again after the interval', async () => {
    const elsewhere = new EngineError('export.alreadyRunning', 'process 4711 exports');
    const { clock, background, startMinutes } = harness({ outcomes: [elsewhere] });
    background.start();
    await clock.advance(31 * minute);
    assert.deepEqual(startMinutes(), [0, 30]);
    await clock.advance(2 * minute);
    assert.equal(background.state.kind === 'waiting' && background.state.failures, 0);
    await background.stop();
  });

  for (const resume of ['runNow', 'start'] as const) {
    it(`pauses when the keys are refused, until ${resume}`, async () => {
      const refused = new EngineError('auth.invalid', 'Invalid credentials');
      const { clock, background, startMinutes } = harness({ outcomes: [refused] });
      background.start();
      await clock.advance(24 * 60 * minute);
      assert.equal(background.state.kind, 'paused');
      assert.deepEqual(startMinutes(), [0]);
      background[resume]();
      await clock.advance(40 * minute);
      assert.deepEqual(startMinutes(), [0, 1440, 1470]);
      await background.stop();
    });
  }

  it('runs now when asked to, and counts the interval from there', async () => {
    const { clock, background, startMinutes } = harness();
    background.start();
    await clock.advance(12 * minute);
    background.runNow();
    await clock.advance(35 * minute);
    assert.deepEqual(startMinutes(), [0, 12, 42]);
    await background.stop();
  });

  it('neither overlaps nor queues a second run when asked to run while it runs', async () => {
    const { clock, background, startMinutes } = harness({ runMinutes: 5 });
    background.start();
    await clock.advance(2 * minute);
    background.runNow();
    await clock.advance(10 * minute);
    assert.deepEqual(startMinutes(), [0]);
    await background.stop();
  });

  it('stops in the middle of an export: aborts it and resolves when it has ended', async () => {
    const { clock, background, states } = harness({ runMinutes: 5 });
    background.start();
    await clock.advance(2 * minute);
    assert.equal(background.state.kind, 'running');
    await background.stop();
    const last = states.at(-1);
    assert.ok(last?.kind === 'stopped' && last.lastRun?.outcome === 'finished');
    assert.equal(last.lastRun.report.status, 'cancelled');
  });

  it('stops at once when told to by the listener of its own state', async () => {
    const clock = new FakeClock();
    const kinds: string[] = [];
    const background: BackgroundExport = new BackgroundExport({
      clock,
      intervalMinutes: 30,
      run: () => Promise.reject(new EngineError('auth.forbidden', 'no rights')),
      onState: ({ kind }) => {
        kinds.push(kind);
        if (kind === 'paused') {
          void background.stop();
        }
      },
    });
    background.start();
    await settled();
    assert.deepEqual(kinds, ['waiting', 'running', 'paused', 'stopped']);
  });

  it('lets a stopped run end before a new start runs again', async () => {
    const { clock, background, startMinutes } = harness({ runMinutes: 5 });
    background.start();
    await clock.advance(minute);
    void background.stop();
    background.start();
    await clock.advance(minute);
    assert.deepEqual(startMinutes(), [0, 1]);
    await background.stop();
  });

  it('never overlaps, never runs twice in an interval and never falls silent, whatever happens', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('advance' as const), minutes: fc.integer({ min: 1, max: 90 }) }),
      fc.record({ kind: fc.constant('suspend' as const), minutes: fc.integer({ min: 1, max: 3000 }) }),
    );
    const outcome = fc.constantFrom<Outcome>('completed', 'cancelled', unreachable, new Error('bug'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.array(outcome, { maxLength: 25 }),
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        async (steps, outcomes, interval, runMinutes) => {
          const { clock, background, startMinutes } = harness({ interval, runMinutes, outcomes });
          background.start();
          for (const { kind, minutes } of steps) {
            if (kind === 'advance') {
              await clock.advance(minutes * minute);
            } else {
              clock.suspend(minutes * minute);
            }
          }
          const before = startMinutes();
          for (let index = 1; index < before.length; index += 1) {
            assert.ok(before[index]! - before[index - 1]! >= interval - 1e-6, `${String(before)} of ${interval}`);
          }
          await clock.advance((8 * interval + 2) * 2 * minute);
          assert.ok(startMinutes().length > before.length, 'fell silent');
          await background.stop();
        },
      ),
      { numRuns: 150 },
    );
  });
});
