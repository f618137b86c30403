import assert from 'node:assert/strict';
import fc from 'fast-check';
import { normalQuantile, normalTwoSided, normalUpperTail } from '../../../../src/engine/analytics/statistics/normal.ts';
import { studentT95, studentTwoSided } from '../../../../src/engine/analytics/statistics/student.ts';
import { uDistribution } from '../../../../src/engine/analytics/statistics/uDistribution.ts';
import { assertClose } from './closeTo.ts';

describe('the normal distribution', () => {
  // mpmath 1.3, 40 digits: erfc(z / sqrt(2)).
  const tails = [
    [0, 1],
    [0.1, 0.920344325445942],
    [1, 0.3173105078628141],
    [5, 5.733031437583878e-7],
    [20, 5.507248237212467e-89],
    [37, 1.145114244504915e-299],
  ] as const;
  for (const [z, p] of tails) {
    it(`keeps its relative accuracy at ${z}`, () => {
      assertClose(normalTwoSided(z), p, 'p', 1e-12);
      assertClose(normalTwoSided(-z), p, 'p of the other side', 1e-12);
    });
  }

  it('has no tail beyond what a double can hold', () => {
    assert.equal(normalTwoSided(Infinity), 0);
    assert.equal(normalUpperTail(-Infinity), 1);
  });

  it('has the quantiles of scipy', () => {
    assertClose(normalQuantile(1e-12), -7.034483825301131, 'far');
    assertClose(normalQuantile(0.2), -0.8416212335729142, 'near');
    assertClose(normalQuantile(0.5), 0, 'middle');
  });

  it('has quantiles that its tail leads back from', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (probability) => {
        assertClose(normalUpperTail(-normalQuantile(probability)), probability, 'probability');
      }),
    );
  });
});

describe("Student's distribution", () => {
  // mpmath 1.3, 40 digits: the regularised incomplete beta function.
  const tails = [
    [1.5, 2.5, 0.2478364530862963],
    [10, 3.3, 0.001402481427667086],
    [40, 12.79, 8.081572106957783e-15],
    [37, 1000.5, 1.61106722697147e-189],
    [0.001, 1, 0.9993633804398389],
  ] as const;
  for (const [t, degrees, p] of tails) {
    it(`keeps its relative accuracy at ${t} with ${degrees} degrees of freedom`, () => {
      assertClose(studentTwoSided(t, degrees), p, 'p', 1e-11);
      assertClose(studentTwoSided(-t, degrees), p, 'p of the other side', 1e-11);
    });
  }

  const points = [
    [1, 12.7062047361747],
    [2.5, 3.574654842003683],
    [30, 2.042272456301238],
    [1e5, 1.95998770753461],
  ] as const;
  for (const [degrees, t] of points) {
    it(`has its 97.5 % point with ${degrees} degrees of freedom`, () => {
      assertClose(studentT95(degrees), t, 't', 1e-11);
    });
  }

  it('has smaller tails than the Cauchy and larger ones than the normal distribution', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 30, noNaN: true }),
        fc.double({ min: 1.01, max: 1e5, noNaN: true }),
        (t, degrees) => {
          const p = studentTwoSided(t, degrees);
          assert.ok(p > normalTwoSided(t) && p < 1 - (2 * Math.atan(t)) / Math.PI, `${p}`);
        },
      ),
    );
  });
});

describe('the distribution of U', () => {
  it('is that of all orders of four values and three', () => {
    // Counted over the 35 ways to choose four places of seven.
    const counts = [1, 1, 2, 3, 4, 4, 5, 4, 4, 3, 2, 1, 1];
    const cumulative = uDistribution(4, 3);
    let sum = 0;
    counts.forEach((count, u) => {
      sum += count;
      assertClose(cumulative[u], sum / 35, `at ${u}`, 1e-14);
    });
    assert.equal(cumulative.length, counts.length);
  });

  it('is the same from either sample, symmetric, and ends at 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), (m, n) => {
        const [one, other] = [uDistribution(m, n), uDistribution(n, m)];
        one.forEach((probability, u) => {
          assertClose(probability, other[u] ?? null, 'from the other sample', 1e-12);
          const upper = 1 - (one[m * n - u - 1] ?? 0);
          assertClose(probability, upper, 'from the other end', 1e-9);
        });
        assertClose(one.at(-1), 1, 'all', 1e-12);
      }),
    );
  });
});
