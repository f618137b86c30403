import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fisher } from '../../../../src/engine/analytics/statistics/fisher.ts';
import {
  newcombe,
  rate,
  twoProportion,
  wilson,
  type Proportion,
} from '../../../../src/engine/analytics/statistics/proportions.ts';
import { sampleSizeTwoProportions } from '../../../../src/engine/analytics/statistics/sampleSize.ts';
import { assertClose } from './closeTo.ts';

/** `successes` of `n`, n from 1. */
const proportions = (most = 1e6): fc.Arbitrary<Proportion> =>
  fc
    .tuple(fc.integer({ min: 1, max: most }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([n, share]) => ({ successes: Math.round(n * share), n }));

describe('a rate', () => {
  it('of nothing is unknown, with its n', () => {
    assert.deepEqual(rate({ successes: 0, n: 0 }), { value: null, count: 0, n: 0, low: null, high: null });
  });

  it('lies in its interval, which lies between 0 and 1', () => {
    fc.assert(
      fc.property(proportions(), (proportion) => {
        const { low, high, value } = rate(proportion);
        assert.ok(low !== null && high !== null && value !== null);
        assert.ok(low >= 0 && low <= value && value <= high && high <= 1 && low < high);
      }),
    );
  });

  it('of failures has the mirrored interval', () => {
    fc.assert(
      fc.property(proportions(), ({ successes, n }) => {
        const mirrored = wilson({ successes: n - successes, n });
        assertClose(wilson({ successes, n })?.low ?? null, 1 - (mirrored?.high ?? NaN), 'low', 1e-6);
      }),
    );
  });

  it('is known better from more runs', () => {
    fc.assert(
      fc.property(proportions(10_000), ({ successes, n }) => {
        const width = (factor: number): number => {
          const interval = wilson({ successes: successes * factor, n: n * factor });
          return (interval?.high ?? NaN) - (interval?.low ?? NaN);
        };
        assert.ok(width(2) < width(1));
      }),
    );
  });
});

describe('a difference of rates', () => {
  it('has the interval that Newcombe printed for 56 of 70 less 48 of 80', () => {
    const interval = newcombe({ successes: 56, n: 70 }, { successes: 48, n: 80 });
    assert.deepEqual([interval?.low.toFixed(4), interval?.high.toFixed(4)], ['0.0524', '0.3339']);
  });

  it('turns its sign when the groups are exchanged', () => {
    fc.assert(
      fc.property(proportions(), proportions(), (first, second) => {
        const [one, other] = [newcombe(first, second), newcombe(second, first)];
        assertClose((one?.low ?? NaN) + 2, 2 - (other?.high ?? NaN), 'low');
        assertClose((one?.high ?? NaN) + 2, 2 - (other?.low ?? NaN), 'high');
      }),
    );
  });

  it('lies in its interval, which lies between -1 and 1', () => {
    fc.assert(
      fc.property(proportions(), proportions(), (first, second) => {
        const interval = newcombe(first, second);
        const difference = first.successes / first.n - second.successes / second.n;
        assert.ok(interval && interval.low >= -1 - 1e-12 && interval.high <= 1 + 1e-12);
        assert.ok(interval.low <= difference && difference <= interval.high);
      }),
    );
  });
});

describe('tests of two rates', () => {
  it('do not depend on the order of the groups, nor on what is called success', () => {
    fc.assert(
      fc.property(proportions(2000), proportions(2000), (first, second) => {
        const failures = ({ successes, n }: Proportion): Proportion => ({ successes: n - successes, n });
        for (const test of [fisher, (a: Proportion, b: Proportion) => twoProportion(a, b)?.p ?? null]) {
          const p = test(first, second);
          assertClose(test(second, first), p, 'order');
          assertClose(test(failures(first), failures(second)), p, 'failures');
          assert.ok(p === null || (p >= 0 && p <= 1));
        }
      }),
    );
  });

  it('find equal rates equal', () => {
    fc.assert(
      fc.property(proportions(1000), fc.integer({ min: 1, max: 50 }), ({ successes, n }, factor) => {
        const larger = { successes: successes * factor, n: n * factor };
        assert.equal(fisher({ successes, n }, larger), 1);
        const test = twoProportion({ successes, n }, larger);
        assert.ok(test === null || test.p === 1);
      }),
    );
  });

  it('agree on large samples', () => {
    const [first, second] = [
      { successes: 90_500, n: 100_000 },
      { successes: 90_000, n: 100_000 },
    ];
    assertClose(fisher(first, second), twoProportion(first, second)?.p ?? null, 'p', 0.05);
  });
});

describe('the sample size', () => {
  it('falls as the difference grows, and is the same in both directions', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 1, max: 250 }),
        fc.integer({ min: 1, max: 250 }),
        (base, step, further) => {
          const n = (by: number): number => sampleSizeTwoProportions(base / 1000, (base + by) / 1000) ?? NaN;
          assert.ok(n(step) > n(step + further), `${n(step)} and ${n(step + further)}`);
          assertClose(sampleSizeTwoProportions((base + step) / 1000, base / 1000), n(step), 'reversed');
        },
      ),
    );
  });

  it('grows when the level is stricter', () => {
    assert.ok((sampleSizeTwoProportions(0.8, 0.9, 0.01) ?? 0) > (sampleSizeTwoProportions(0.8, 0.9) ?? Infinity));
  });
});
