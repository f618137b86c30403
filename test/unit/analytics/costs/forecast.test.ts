import assert from 'node:assert/strict';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { forecastDays, type KnownDay } from '../../../../src/engine/analytics/costs/forecast.ts';

const close = (actual: number | undefined, expected: number, within = 1e-6): void =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= within, `${String(actual)} is not ${expected}`);

const days = (...costs: number[]): KnownDay[] => costs.map((costUsd, index) => ({ weekday: index % 7, costUsd }));
const wholeDays = (count: number, from = 0): { weekday: number; share: number }[] =>
  Array.from({ length: count }, (_, index) => ({ weekday: (from + index) % 7, share: 1 }));

describe('the forecast of costs', () => {
  it('is refused under a week, and where nothing was ever spent', () => {
    assert.equal(forecastDays(days(1, 2, 3, 4, 5, 6), wholeDays(3)), null);
    assert.equal(forecastDays(days(0, 0, 0, 0, 0, 0, 0, 0), wholeDays(3)), null);
  });

  it('goes on at the mean of a short history, with the interval of Student’s t', () => {
    // Mean 10; residuals of 20 %: variance 8 × 0.04 / 7. Three days: variance × (3 × 10² + 30² / 8),
    // t(7; 0.9) = 1.4149239 (published tables: 1.415).
    const outlook = forecastDays(days(8, 12, 8, 12, 8, 12, 8, 12), wholeDays(3, 1)) ?? assert.fail();
    assert.equal(outlook.method, 'daily-mean');
    assert.equal(outlook.daysUsed, 8);
    const half = 1.4149239277 * Math.sqrt(((8 * 0.04) / 7) * (300 + 112.5));
    const end = outlook.cumulative[2];
    close(end?.costUsd, 30);
    close(end?.low, 30 - half);
    close(end?.high, 30 + half);
  });

  it('knows working days from weekends after four weeks', () => {
    // 10 ± 1 on working days, in turns; nothing at weekends.
    let sign = 1;
    const history = Array.from({ length: 28 }, (_, index) => {
      const weekday = index % 7;
      sign = weekday < 5 ? -sign : sign;
      return { weekday, costUsd: weekday < 5 ? 10 + sign : 0 };
    });
    const outlook = forecastDays(history, wholeDays(4, 5)) ?? assert.fail();
    assert.equal(outlook.method, 'weekday-means');
    assert.deepEqual(
      outlook.cumulative.map(({ costUsd }) => Math.round(costUsd * 1e9) / 1e9),
      [0, 0, 10, 20],
    );
    // 20 residuals of 10 % around 5 means: variance 0.2 / 15; each mean is of 4 days; t(15; 0.9) = 1.3406056.
    const half = 1.3406056079 * Math.sqrt((0.2 / 15) * (200 + 200 / 4));
    close(outlook.cumulative[3]?.low, 20 - half);
    close(outlook.cumulative[3]?.high, 20 + half);
  });

  it('counts only what is left of a day', () => {
    const outlook = forecastDays(days(8, 12, 8, 12, 8, 12, 8, 12), [{ weekday: 1, share: 0.25 }]) ?? assert.fail();
    close(outlook.cumulative[0]?.costUsd, 2.5);
    const half = 1.4149239277 * Math.sqrt(((8 * 0.04) / 7) * (0.25 * 100 + 2.5 ** 2 / 8));
    close(outlook.cumulative[0]?.high, 2.5 + half);
  });

  it('is sure of days that never vary, and never falls below 0', () => {
    const even = forecastDays(days(5, 5, 5, 5, 5, 5, 5), wholeDays(2)) ?? assert.fail();
    assert.deepEqual(even.cumulative[1], { costUsd: 10, low: 10, high: 10 });
    const wild = forecastDays(days(0, 0, 0, 70, 0, 0, 0), wholeDays(1)) ?? assert.fail();
    assert.equal(wild.cumulative[0]?.low, 0);
  });

  it('looks back eight weeks, no further', () => {
    const history = [...days(...Array<number>(50).fill(1000)), ...days(...Array<number>(56).fill(3))];
    const outlook = forecastDays(history, wholeDays(1)) ?? assert.fail();
    assert.deepEqual([outlook.daysUsed, outlook.cumulative[0]?.costUsd], [56, 3]);
  });

  describe('holds the truth in 4 of 5 cases', () => {
    const weekly = [1, 1.1, 1.2, 1.1, 1, 0.3, 0.2];
    const kinds: Readonly<Record<string, (normal: () => number) => (day: number) => number>> = {
      'of independent days': (normal) => () => 100 + 20 * normal(),
      'of weeks with quiet weekends': (normal) => (day) => (weekly[day % 7] ?? 0) * 100 * Math.exp(0.4 * normal()),
      'of days that resemble the day before': (normal) => {
        let drift = 0;
        return () => {
          drift = 0.6 * drift + 0.8 * normal();
          return 100 + 15 * drift;
        };
      },
    };
    for (const [name, kind] of Object.entries(kinds)) {
      for (const known of [21, 42]) {
        it(`${name}, ${known} of them known`, () => {
          const covered = coverage(kind, known, 12);
          // Three weeks are too few to see the whole of what days have in common.
          const least = name === 'of days that resemble the day before' && known === 21 ? 0.7 : 0.76;
          assert.ok(covered > least && covered < 0.95, `covered ${covered}`);
        });
      }
    }
  });
});

/** The share of 600 seeded series whose next `ahead` days cost what the interval says. */
function coverage(kind: (normal: () => number) => (day: number) => number, known: number, ahead: number): number {
  const random = xoroshiro128plus(20261123);
  const uniform = (): number => uniformFloat64(random);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  let inside = 0;
  for (let series = 0; series < 600; series++) {
    const next = kind(normal);
    const costs = Array.from({ length: 14 + known + ahead }, (_, day) => next(day)).slice(14);
    const outlook = forecastDays(days(...costs.slice(0, known)), wholeDays(ahead, known)) ?? assert.fail();
    const truth = costs.slice(known).reduce((sum, cost) => sum + cost, 0);
    const end = outlook.cumulative.at(-1);
    inside += end !== undefined && truth >= end.low && truth <= end.high ? 1 : 0;
  }
  return inside / 600;
}
