import assert from 'node:assert/strict';
import fc from 'fast-check';
import { benjaminiHochberg } from '../../../../src/engine/analytics/statistics/benjaminiHochberg.ts';
import { bootstrapMean, bootstrapMeanDifference } from '../../../../src/engine/analytics/statistics/bootstrap.ts';
import { mannWhitney, normalMannWhitney } from '../../../../src/engine/analytics/statistics/mannWhitney.ts';
import { pairwiseDifference } from '../../../../src/engine/analytics/statistics/pairwiseDifferences.ts';
import { percentiles } from '../../../../src/engine/analytics/statistics/quantiles.ts';
import { welch } from '../../../../src/engine/analytics/statistics/welch.ts';
import { assertClose } from './closeTo.ts';

const values = fc.oneof(
  fc.double({ min: -1e12, max: 1e12, noNaN: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.double({ min: 0, max: 0.01, noNaN: true }),
);
const samples = fc.array(values, { minLength: 1, maxLength: 60 });
const wholeSamples = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 80 });

describe('the k-th smallest difference of two samples', () => {
  it('is that of all differences in order', () => {
    fc.assert(
      fc.property(samples, samples, fc.double({ min: 0, max: 1, noNaN: true }), (x, y, place) => {
        const sorted = x.flatMap((of) => y.map((other) => of - other)).sort((a, b) => a - b);
        const k = 1 + Math.floor(place * (sorted.length - 1));
        const found = pairwiseDifference(Float64Array.from(x).sort(), Float64Array.from(y).sort(), k);
        assert.equal(found, (sorted[k - 1] ?? NaN) + 0);
      }),
      { numRuns: 500 },
    );
  });

  it('is found among a billion', () => {
    const count = 31_623;
    const x = Float64Array.from({ length: count }, (_, index) => index);
    // Of i - j with i, j below n, n - |d| pairs differ by d: half of all lie below 0 and half of the 0s.
    assert.equal(pairwiseDifference(x, x, (count * count + 1) / 2), 0);
    assert.equal(pairwiseDifference(x, x, 1), 1 - count);
    assert.equal(pairwiseDifference(x, x, (count * (count - 1)) / 2), -1);
  });
});

describe('the Mann-Whitney test', () => {
  it('turns its shift when the samples are exchanged, and keeps its p-value', () => {
    fc.assert(
      fc.property(wholeSamples, wholeSamples, (x, y) => {
        const [one, other] = [mannWhitney(x, y), mannWhitney(y, x)];
        assert.ok(one && other);
        assert.equal(one.u + other.u, x.length * y.length);
        assert.equal(one.shift, 0 - other.shift);
        assertClose(one.p, other.p, 'p');
        assert.equal(one.interval?.low, other.interval === null ? undefined : 0 - other.interval.high);
      }),
    );
  });

  it('moves its shift and interval with one sample, and keeps its p-value of them unmoved', () => {
    fc.assert(
      fc.property(wholeSamples, wholeSamples, fc.integer({ min: -100, max: 100 }), (x, y, by) => {
        const [still, moved] = [
          normalMannWhitney(x, y, 0.5),
          normalMannWhitney(
            x.map((value) => value + by),
            y,
            0.5,
          ),
        ];
        assert.ok(still && moved);
        assert.equal(moved.shift, still.shift + by);
        assert.equal(moved.interval?.low, still.interval === null ? undefined : still.interval.low + by);
      }),
    );
  });

  it('has its shift inside its interval and a p-value between 0 and 1', () => {
    fc.assert(
      fc.property(samples, samples, (x, y) => {
        const test = mannWhitney(x, y);
        assert.ok(test && (test.p === null || (test.p >= 0 && test.p <= 1)));
        assert.ok(test.interval === null || (test.interval.low <= test.shift && test.shift <= test.interval.high));
      }),
    );
  });
});

describe('the Benjamini-Hochberg adjustment', () => {
  const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });

  it('never lowers a p-value, never exceeds 1 and keeps the order', () => {
    fc.assert(
      fc.property(pValues, (p) => {
        const adjusted = benjaminiHochberg(p).map((value) => value ?? NaN);
        const order = p.map((_, index) => index).sort((a, b) => (p[a] ?? 0) - (p[b] ?? 0));
        order.forEach((index, rank) => {
          const value = adjusted[index] ?? NaN;
          assert.ok(value >= (p[index] ?? NaN) && value <= 1);
          assert.ok(rank === 0 || value >= (adjusted[order[rank - 1] ?? 0] ?? NaN));
        });
      }),
    );
  });

  it('leaves out what was not tested, as R leaves out NA', () => {
    assert.deepEqual(benjaminiHochberg([null, 0.01, null, 0.04]), [null, 0.02, null, 0.04]);
  });
});

describe('percentiles', () => {
  it('ascend between the smallest and the largest value', () => {
    fc.assert(
      fc.property(samples, (sample) => {
        const found = percentiles(sample);
        assert.ok(found);
        const ascending = [Math.min(...sample), found.p50, found.p90, found.p95, found.p99, Math.max(...sample)];
        assert.ok(ascending.every((value, index) => value >= (ascending[index - 1] ?? -Infinity)));
        assert.equal(found.n, sample.length);
      }),
      { examples: [[[1.5e-323, 0, 2.5e-323]]] },
    );
  });

  it('leave the values in their order', () => {
    const sample = Object.freeze([3, 1, 2]);
    assert.equal(percentiles(sample)?.mean, 2);
    assert.deepEqual(sample, [3, 1, 2]);
  });
});

describe("Welch's test", () => {
  it('answers nothing for values that differ by rounding alone', () => {
    assert.equal(welch([0.1 + 0.2, 0.3, 0.3], [0.3, 0.3, 0.3]), null);
  });

  it('turns its sign when the samples are exchanged', () => {
    fc.assert(
      fc.property(wholeSamples, wholeSamples, (x, y) => {
        const [one, other] = [welch(x, y), welch(y, x)];
        assertClose(one?.difference ?? null, other === null ? null : -other.difference, 'difference');
        assertClose(one?.p ?? null, other?.p ?? null, 'p');
      }),
    );
  });
});

describe('bootstrap intervals', () => {
  // 200,000 resamples by scipy.stats.bootstrap, method BCa.
  const x = [0.2, 0.9, 0.95, 1, 0.85, 0.7, 0.9, 1, 0.6, 0.92, 0.88, 0.1, 0.97, 0.9, 0.8];
  const y = [0.5, 0.6, 0.4, 0.9, 0.3, 0.7, 0.75, 0.65, 0.8, 0.2];

  it('of a mean are those of scipy, but for chance', () => {
    const { value, low, high } = bootstrapMean(x);
    assertClose(value, 0.778, 'mean');
    assertClose(low, 0.588, 'low', 0.02);
    assertClose(high, 0.8813, 'high', 0.02);
  });

  it('of a difference are those of scipy, but for chance', () => {
    const interval = bootstrapMeanDifference(x, y);
    assertClose(interval?.value ?? null, 0.198, 'difference');
    assert.ok(interval && Math.abs(interval.low + 0.01) < 0.01 && Math.abs(interval.high - 0.373) < 0.01);
  });

  it('are the same each time', () => {
    assert.deepEqual(bootstrapMean(x), bootstrapMean(x));
    assert.deepEqual(bootstrapMeanDifference(x, y), bootstrapMeanDifference(x, y));
  });

  it('are unknown where resampling says nothing: below two values, and where all are equal', () => {
    assert.deepEqual(bootstrapMean([]), { value: null, n: 0, low: null, high: null });
    assert.deepEqual(bootstrapMean([0.7]), { value: 0.7, n: 1, low: null, high: null });
    assert.deepEqual(bootstrapMean([0.1, 0.1, 0.1]), { value: 0.1, n: 3, low: null, high: null });
    assert.equal(bootstrapMeanDifference([1], [1, 2, 3]), null);
    assert.equal(bootstrapMeanDifference([1, 1], [2, 2]), null);
  });

  it('hardly change where many values make the way of computing them change', () => {
    const scores = (n: number): readonly number[] =>
      Array.from({ length: n }, (_, index) => ((index * 7919) % 101) / 100);
    const [bootstrapped, byStudent] = [bootstrapMean(scores(1000)), bootstrapMean(scores(1001))];
    assertClose(bootstrapped.low, byStudent.low, 'low', 0.005);
    assertClose(bootstrapped.high, byStudent.high, 'high', 0.005);
  });

  it('hold the mean, between the smallest and the largest value', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 10 }), { minLength: 2, maxLength: 40 }), (sample) => {
        const { value, low, high } = bootstrapMean(sample);
        assert.ok(value !== null);
        assert.ok(low === null || (low >= Math.min(...sample) && low <= value));
        assert.ok(high === null || (high <= Math.max(...sample) && high >= value));
      }),
      { numRuns: 30 },
    );
  });
});
