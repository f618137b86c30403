import assert from 'node:assert/strict';
import fc from 'fast-check';
import { advance, type Finding, type Memory } from '../../../../src/engine/analytics/alerts/transition.ts';

const january = '2026-01-01T00:00:00.000Z';
const february = '2026-02-01T00:00:00.000Z';

interface Told {
  readonly fired: boolean;
  readonly recovered: boolean;
  readonly memory: Memory;
}

/** One evaluation after the other, a minute apart. */
function run(findings: readonly Finding[]): Told[] {
  let memory: Memory | null = null;
  return findings.map((finding, minute) => {
    const told = advance(memory, finding, new Date(Date.parse(january) + minute * 60_000).toISOString());
    memory = told.memory;
    return told;
  });
}

const of = (periodStart: string | null, ...reached: Finding['reached'][]): Finding[] =>
  reached.map((value) => ({ reached: value, periodStart }));
const firedAt = (told: readonly Told[]): number[] => told.flatMap(({ fired }, index) => (fired ? [index] : []));
const recoveredAt = (told: readonly Told[]): number[] =>
  told.flatMap(({ recovered }, index) => (recovered ? [index] : []));

describe('an alert', () => {
  it('fires once at each level on its way up', () => {
    const told = run(of(january, 'below', 0.5, 0.5, 0.8, 0.8, 1, 1));
    assert.deepEqual(firedAt(told), [1, 3, 5]);
    assert.deepEqual(recoveredAt(told), []);
  });

  it('skips the levels that it jumps over', () => {
    assert.deepEqual(firedAt(run(of(january, 'below', 1, 0.5))), [1]);
  });

  it('recovers, and does not fire again in its period at a level that has fired', () => {
    const told = run(of(january, 0.8, 'below', 0.5, 0.8, 0.95));
    assert.deepEqual(firedAt(told), [0, 4]);
    assert.deepEqual(recoveredAt(told), [1]);
    assert.deepEqual(
      told.map(({ memory }) => memory.state),
      ['firing', 'ok', 'firing', 'firing', 'firing'],
    );
  });

  it('starts afresh in the next period', () => {
    const quiet = run([...of(january, 0.8), ...of(february, 'below', 0.8)]);
    assert.deepEqual([firedAt(quiet), recoveredAt(quiet)], [[0, 2], [1]]);
    const loud = run([...of(january, 0.8), ...of(february, 0.8)]);
    assert.deepEqual([firedAt(loud), recoveredAt(loud)], [[0, 1], []]);
  });

  it('fires again after it recovered, where there are no periods', () => {
    const told = run(of(null, 1, 1, 'below', 1));
    assert.deepEqual([firedAt(told), recoveredAt(told)], [[0, 3], [2]]);
  });

  it('says nothing when data are missing, and goes on where it was', () => {
    const told = run(of(null, 1, 'noData', 1, 'noData', 'below'));
    assert.deepEqual([firedAt(told), recoveredAt(told)], [[0], [4]]);
    assert.equal(told[1]?.memory.state, 'noData');
  });

  it('remembers since when it is as it is', () => {
    const times = run(of(january, 0.5, 0.5, 0.8, 0.8)).map(({ memory }) => memory.since.slice(14, 16));
    assert.deepEqual(times, ['00', '00', '02', '02']);
  });

  const reached = fc.constantFrom<Finding['reached'][]>('noData', 'below', 0.5, 0.8, 0.95, 1);
  const calendar = fc
    .array(fc.record({ reached, month: fc.nat({ max: 3 }) }), { maxLength: 60 })
    .map((steps) => steps.toSorted((a, b) => a.month - b.month))
    .map((steps): Finding[] =>
      steps.map(({ reached: value, month }) => ({
        reached: value,
        periodStart: `2026-0${month + 1}-01T00:00:00.000Z`,
      })),
    );

  it('fires at most once a level and period, upwards only, and never without reaching it', () => {
    fc.assert(
      fc.property(calendar, (findings) => {
        const highest = new Map<string, number>();
        run(findings).forEach(({ fired, memory }, index) => {
          const { reached: value, periodStart } = findings[index] ?? assert.fail();
          const before = highest.get(periodStart ?? '') ?? 0;
          assert.equal(fired, typeof value === 'number' && value > before);
          if (typeof value === 'number') {
            highest.set(periodStart ?? '', Math.max(before, value));
          }
          assert.equal(memory.state, typeof value === 'number' ? 'firing' : value === 'below' ? 'ok' : 'noData');
        });
      }),
    );
  });

  it('recovers exactly once after each time that it fired', () => {
    fc.assert(
      fc.property(fc.array(reached, { maxLength: 60 }), (values) => {
        let firing = false;
        for (const [index, { fired, recovered }] of run(of(null, ...values)).entries()) {
          assert.equal(fired && recovered, false);
          if (recovered) {
            assert.equal(firing, true);
            assert.equal(values[index], 'below');
          }
          firing = typeof values[index] === 'number' || (firing && !recovered);
        }
        const told = run(of(null, ...values, 'below'));
        const episodes = values.filter(
          (value, index) =>
            typeof value === 'number' &&
            typeof values.slice(0, index).findLast((earlier) => earlier !== 'noData') !== 'number',
        );
        assert.equal(recoveredAt(told).length, episodes.length);
      }),
    );
  });
});
