import assert from 'node:assert/strict';
import { compareVersions } from '../../../../src/engine/analytics/comparison/compareVersions.ts';
import type { VersionSample } from '../../../../src/engine/analytics/comparison/execution.ts';
import { Numbers } from '../../../../src/format/numbers.ts';
import type { VersionComparison } from '../../../../src/protocol/analytics.ts';
import { assertClose } from '../statistics/closeTo.ts';
import { runs, seededRandom, version } from './samples.ts';

const numbers = new Numbers('en');

function compare(a: VersionSample, b: VersionSample): VersionComparison {
  const [comparison] = compareVersions([a, b], numbers);
  assert.ok(comparison);
  return comparison;
}

describe('a comparison of versions', () => {
  it('says that one is better, by how much and from how many runs', () => {
    const comparison = compare(version('v6', 160, 198), version('v7', 189, 210));
    assert.equal(comparison.verdict, 'v7 is better than v6: +9 points, 95\u202f% CI 2 to 16, n = 210 and 198');
    assert.equal(comparison.verdictKind, 'better');
    assert.equal(comparison.test, 'two-proportion');
    assert.equal(comparison.moreRunsNeeded, null);
    // scipy.stats.chi2_contingency([[189, 21], [160, 38]], correction=False)
    assertClose(comparison.pValue, 0.008329951116915, 'p');
    assert.equal(comparison.adjustedPValue, comparison.pValue);
  });

  it('says that one is worse, with the sign of the difference', () => {
    const { verdict, verdictKind } = compare(version('v6', 189, 210), version('v7', 160, 198));
    assert.equal(verdict, 'v7 is worse than v6: \u22129 points, 95\u202f% CI \u221216 to \u22122, n = 198 and 210');
    assert.equal(verdictKind, 'worse');
  });

  it('says how many more runs would settle what is not decided', () => {
    const { verdict, verdictKind, moreRunsNeeded } = compare(version('v6', 90, 100), version('v7', 85, 100));
    assert.equal(verdictKind, 'undecided');
    // R: 686 runs of each find 85 against 90 %.
    assert.equal(moreRunsNeeded, 2 * (686 - 100));
    assert.equal(verdict, 'not yet decided: about 1,200 more runs');
  });

  it('names no number of runs where no difference is seen', () => {
    const { verdict, moreRunsNeeded } = compare(version('v6', 90, 100), version('v7', 90, 100));
    assert.equal(verdict, 'not yet decided');
    assert.equal(moreRunsNeeded, null);
  });

  it('says that versions are alike only when a difference of three points is ruled out', () => {
    const { verdict, verdictKind } = compare(version('v6', 1800, 2000), version('v7', 1808, 2000));
    assert.equal(verdict, 'v7 and v6 are alike: +0.4 points, 95\u202f% CI \u22121 to 2, n = 2,000 and 2,000');
    assert.equal(verdictKind, 'alike');
  });

  it('refuses below 20 runs with a known outcome, and says which version lacks them', () => {
    const known = version('v7', 14, 19).executions;
    const unknown = runs(500, () => ({ success: null }));
    const comparison = compare(version('v6', 160, 198), { name: 'v7', executions: [...known, ...unknown] });
    assert.equal(comparison.verdict, 'too few runs to compare: v7 has 19 with a known outcome, 20 are needed');
    assert.equal(comparison.verdictKind, 'tooFew');
    assert.deepEqual(
      [comparison.difference, comparison.test, comparison.pValue, comparison.adjustedPValue, comparison.moreRunsNeeded],
      [null, null, null, null, null],
    );
  });

  it('refuses a version without any run', () => {
    const { verdictKind, shifts } = compare(version('v6', 160, 198), { name: 'v7', executions: [] });
    assert.equal(verdictKind, 'tooFew');
    assert.equal(shifts[0]?.medianB, null);
    assert.equal(shifts[0].inWords, 'too few');
  });

  it("uses Fisher's test where a count below 5 is expected", () => {
    const comparison = compare(version('v6', 29, 30), version('v7', 20, 30));
    // Expected failures: 5.5 of each. One failure less in each takes them below 5.
    assert.equal(comparison.test, 'two-proportion');
    const smaller = compare(version('v6', 30, 30), version('v7', 21, 30));
    assert.equal(smaller.test, 'fisher');
    // scipy.stats.fisher_exact([[30, 0], [21, 9]])
    assertClose(smaller.pValue, 0.001935603319139, 'p');
  });

  it('still answers when every run of both succeeded', () => {
    const comparison = compare(version('v6', 40, 40), version('v7', 60, 60));
    assert.equal(comparison.pValue, 1);
    assert.equal(comparison.difference?.value, 0);
    assert.equal(comparison.verdict, 'not yet decided');
  });
});

describe('a comparison of more than two versions', () => {
  const samples = [version('v5', 240, 300), version('v6', 262, 300), version('v7', 270, 300), version('v8', 9, 10)];
  const comparisons = compareVersions(samples, numbers);

  it('holds every pair, those with the first version first', () => {
    assert.deepEqual(
      comparisons.map(({ a, b }) => `${a} ${b}`),
      ['v5 v6', 'v5 v7', 'v5 v8', 'v6 v7', 'v6 v8', 'v7 v8'],
    );
  });

  it('adjusts the p-values for the pairs that could be tested', () => {
    const tested = comparisons.filter(({ pValue }) => pValue !== null);
    assert.equal(tested.length, 3);
    const [small = NaN, middle = NaN, large = NaN] = tested.map(({ pValue }) => pValue ?? NaN).sort((p, q) => p - q);
    assert.deepEqual(
      tested.map(({ adjustedPValue }) => adjustedPValue).sort((p, q) => (p ?? 0) - (q ?? 0)),
      [small * 3, (middle * 3) / 2, large],
    );
  });

  it('takes a difference that only the unadjusted test sees for undecided, and asks for more runs', () => {
    const against = version('baseline', 240, 300);
    const alone = compare(against, version('v1', 259, 300));
    assert.equal(alone.verdictKind, 'better');
    const others = Array.from({ length: 4 }, (_, index) => version(`v${index + 2}`, 244 + index, 300));
    const [amongMany] = compareVersions([against, version('v1', 259, 300), ...others], numbers);
    assert.equal(amongMany?.verdictKind, 'undecided');
    assert.ok((amongMany.moreRunsNeeded ?? 0) > 0);
  });
});

describe('the shift of a measure', () => {
  const random = seededRandom(7);
  const sampleOf = (name: string, latency: number, cost: number | null): VersionSample => ({
    name,
    executions: runs(80, () => ({
      latencySeconds: latency + random(),
      costUsd: cost === null ? null : cost * (1 + random() / 10),
      outputTokens: 100,
    })),
  });
  const { shifts } = compare(sampleOf('v6', 1, 0.003), sampleOf('v7', 2, 0.001));
  const of = (measure: string): VersionComparison['shifts'][number] | undefined =>
    shifts.find((shift) => shift.measure === measure);

  it('is b less a, with its interval and words', () => {
    const latency = of('latencySeconds');
    assert.ok(latency?.shift && latency.low && latency.high);
    assert.ok(latency.low < 1 && latency.high > 1, `${latency.low} to ${latency.high}`);
    assert.equal(latency.inWords, 'slower');
    assert.equal(of('costUsd')?.inWords, 'costs less');
  });

  it('is no clear change when all values are equal', () => {
    const output = of('outputTokens');
    assert.deepEqual([output?.shift, output?.pValue, output?.inWords], [0, null, 'no clear change']);
  });

  it('is unknown below 20 known values, with their number', () => {
    assert.deepEqual(of('inputTokens'), {
      measure: 'inputTokens',
      medianA: null,
      medianB: null,
      shift: null,
      low: null,
      high: null,
      test: 'mann-whitney',
      pValue: null,
      adjustedPValue: null,
      nA: 0,
      nB: 0,
      inWords: 'too few',
    });
  });
});

describe('the difference in quality', () => {
  const random = seededRandom(11);
  const scoredBy = (name: string, mean: number, n: number): VersionSample => ({
    name,
    executions: runs(n, () => ({ quality: mean + (random() - 0.5) / 5 })),
  });

  it('is b less a with an interval around it', () => {
    const { qualityDifference } = compare(scoredBy('v6', 0.6, 60), scoredBy('v7', 0.8, 60));
    assert.ok(qualityDifference);
    assert.ok(qualityDifference.low < 0.2 && qualityDifference.high > 0.2);
    assert.ok(qualityDifference.low > 0.1 && qualityDifference.high < 0.3);
  });

  it('is unknown below 20 scores', () => {
    assert.equal(compare(scoredBy('v6', 0.6, 60), scoredBy('v7', 0.8, 19)).qualityDifference, null);
  });
});
