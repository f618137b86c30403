import assert from 'node:assert/strict';
import { compareVersions } from '../../../../src/engine/analytics/comparison/compareVersions.ts';
import type { VersionSample } from '../../../../src/engine/analytics/comparison/execution.ts';
import { Numbers } from '../../../../src/format/numbers.ts';
import type { VersionComparison } from '../../../../src/protocol/analytics.ts';
import { atHour, runs, seededRandom } from './samples.ts';

type Random = () => number;
interface Planted {
  readonly name: string;
  readonly n: number;
  /** The true rate by model. */
  readonly rate: (model: string) => number;
  /** The share of runs on the larger model. */
  readonly large?: number;
}

const numbers = new Numbers('en');

function sampleOf({ name, n, rate, large = 0.5 }: Planted, random: Random): VersionSample {
  const executions = runs(n, () => {
    const model = random() < large ? 'large' : 'small';
    return { model, success: random() < rate(model) ? 1 : 0, executedAt: atHour(Math.floor(random() * 24 * 7)) };
  });
  return { name, executions };
}

/** The first comparison of each of so many data sets, seeded by their number. */
function simulate(count: number, planted: (dataSet: number) => readonly Planted[]): readonly VersionComparison[] {
  return Array.from({ length: count }, (_, dataSet) => {
    const random = seededRandom(dataSet + 1);
    const [comparison] = compareVersions(
      planted(dataSet).map((version) => sampleOf(version, random)),
      numbers,
    );
    assert.ok(comparison);
    return comparison;
  });
}

function shareOf(comparisons: readonly VersionComparison[], holds: (comparison: VersionComparison) => boolean): number {
  return comparisons.filter(holds).length / comparisons.length;
}

const isVerdict = ({ verdictKind }: VersionComparison): boolean => verdictKind === 'better' || verdictKind === 'worse';

describe('over 300 seeded data sets', function () {
  this.timeout(60_000);

  it('the better version is found and the interval covers the true difference', () => {
    const comparisons = simulate(300, () => [
      { name: 'v1', n: 400, rate: () => 0.75 },
      { name: 'v2', n: 400, rate: () => 0.87 },
    ]);
    const covered = shareOf(comparisons, ({ difference }) => {
      return difference !== null && difference.low <= 0.12 && difference.high >= 0.12;
    });
    const found = shareOf(comparisons, ({ verdictKind }) => verdictKind === 'better');
    assert.ok(covered >= 0.93, `covered ${covered}`);
    assert.ok(found >= 0.93, `found ${found}`);
    assert.equal(
      shareOf(comparisons, ({ verdictKind }) => verdictKind === 'worse'),
      0,
    );
  });

  for (const [rate, n] of [
    [0.5, 30],
    [0.9, 60],
    [0.97, 200],
    [0.8, 400],
  ] as const) {
    it(`fewer than 6 % of verdicts are false where two versions succeed in ${rate * 100} % of ${n} runs`, () => {
      const planted = ['v1', 'v2'].map((name) => ({ name, n, rate: () => rate }));
      const wrong = shareOf(
        simulate(300, () => planted),
        isVerdict,
      );
      assert.ok(wrong < 0.06, `${wrong} of verdicts`);
    });
  }

  it('fewer than 6 % of five equal versions are told apart anywhere', () => {
    const planted = ['v1', 'v2', 'v3', 'v4', 'v5'].map((name) => ({ name, n: 150, rate: () => 0.85 }));
    const wrong = Array.from({ length: 300 }, (_, dataSet) => {
      const random = seededRandom(dataSet + 1);
      return compareVersions(
        planted.map((version) => sampleOf(version, random)),
        numbers,
      ).some(isVerdict);
    }).filter(Boolean).length;
    assert.ok(wrong / 300 < 0.06, `${wrong} of 300`);
  });

  it('a difference that only the models make is not taken for the version\u2019s', () => {
    const rate = (model: string): number => (model === 'large' ? 0.92 : 0.72);
    const comparisons = simulate(300, () => [
      { name: 'v1', n: 300, rate, large: 0.3 },
      { name: 'v2', n: 300, rate, large: 0.8 },
    ]);
    const deceived = shareOf(comparisons, ({ difference }) => difference !== null && difference.low > 0);
    assert.ok(deceived > 0.7, `without the mix ${deceived} would be called better`);
    const wrong = shareOf(comparisons, isVerdict);
    assert.ok(wrong < 0.06, `${wrong} of verdicts`);
    const covered = shareOf(comparisons, ({ confounders }) => {
      const common = confounders.find(({ variable }) => variable === 'model')?.sameMix?.difference;
      return common !== undefined && common.low <= 0 && common.high >= 0;
    });
    assert.ok(covered >= 0.93, `covered ${covered}`);
  });
});
