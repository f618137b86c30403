import assert from 'node:assert/strict';
import { drift } from '../../../../src/engine/analytics/comparison/drift.ts';
import { Numbers } from '../../../../src/format/numbers.ts';

const numbers = new Numbers('en');

describe('the drift of a version', () => {
  it('says that the last week is worse than the first', () => {
    const { verdict, difference, test } = drift({ successes: 189, n: 210 }, { successes: 160, n: 198 }, numbers);
    assert.equal(
      verdict,
      'the last week is worse than the first: \u22129 points, 95\u202f% CI \u221216 to \u22122, n = 198 and 210',
    );
    assert.ok(difference && difference.value < 0);
    assert.equal(test, 'two-proportion');
  });

  it('says that the last week is better', () => {
    const { verdict } = drift({ successes: 160, n: 198 }, { successes: 189, n: 210 }, numbers);
    assert.match(verdict, /^the last week is better than the first: \+9 points/);
  });

  it('says that none is seen, with what may be hidden', () => {
    const { verdict } = drift({ successes: 90, n: 100 }, { successes: 91, n: 100 }, numbers);
    assert.equal(verdict, 'no drift seen: +1 point, 95\u202f% CI \u22128 to 10, n = 100 and 100');
  });

  it('refuses below 20 runs in either week', () => {
    assert.deepEqual(drift({ successes: 90, n: 100 }, { successes: 19, n: 19 }, numbers), {
      difference: null,
      test: null,
      pValue: null,
      verdict: 'too few runs to compare: 100 in the first week and 19 in the last, 20 are needed',
    });
  });
});
