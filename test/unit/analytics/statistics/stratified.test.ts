import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mantelHaenszelDifference, type Stratum } from '../../../../src/engine/analytics/statistics/stratified.ts';
import { assertClose } from './closeTo.ts';

type Counts = readonly [successes: number, n: number];

const strataOf = (...counts: readonly (readonly [first: Counts, second: Counts])[]): readonly Stratum[] =>
  counts.map(([first, second]) => ({
    first: { successes: first[0], n: first[1] },
    second: { successes: second[0], n: second[1] },
  }));

describe('the Mantel-Haenszel difference', () => {
  it('has the interval that Newcombe (1998) printed as Miettinen and Nurminen\u2019s, for one stratum', () => {
    const printed = (...counts: readonly [Counts, Counts]): readonly (string | undefined)[] => {
      const common = mantelHaenszelDifference(strataOf(counts));
      return [common?.low.toFixed(4), common?.high.toFixed(4)];
    };
    assert.deepEqual(printed([56, 70], [48, 80]), ['0.0528', '0.3382']);
    assert.deepEqual(printed([5, 56], [0, 29]), ['-0.0326', '0.1933']);
  });

  // The likelihood maximised by scipy.optimize in each stratum, the score test inverted by brentq.
  const cases: readonly (readonly [readonly Stratum[], readonly [number, number, number, number]])[] = [
    [
      strataOf(
        [
          [9, 10],
          [3, 10],
        ],
        [
          [15, 22],
          [13, 25],
        ],
        [
          [3, 4],
          [9, 30],
        ],
      ),
      [0.3203835446953294, 0.10485558674282, 0.5053354810828, 0.00365388995],
    ],
    [
      strataOf([
        [20, 20],
        [20, 20],
      ]),
      [0, -0.16457663808435, 0.16457663808435, 1],
    ],
    [
      strataOf([
        [0, 20],
        [20, 20],
      ]),
      [-1, -1, -0.8206662925847, 4.23805542608e-10],
    ],
    [
      strataOf(
        [
          [1, 1],
          [0, 1],
        ],
        [
          [1, 1],
          [1, 1],
        ],
        [
          [0, 1],
          [0, 1],
        ],
        [
          [1, 1],
          [0, 1],
        ],
        [
          [1, 1],
          [1, 1],
        ],
        [
          [2, 3],
          [0, 2],
        ],
      ),
      [0.4864864864864864, -0.008628815229, 0.836658682394, 0.0522595001],
    ],
    [
      strataOf(
        [
          [90, 100],
          [85, 100],
        ],
        [
          [45, 50],
          [120, 150],
        ],
        [
          [0, 0],
          [3, 4],
        ],
      ),
      [0.07142857142857145, -0.00281958374, 0.14074116312, 0.05878172122],
    ],
  ];
  for (const [strata, [value, low, high, p]] of cases) {
    it(`equals a search over ${strata.length} strata by another program, at ${value.toFixed(2)}`, () => {
      const common = mantelHaenszelDifference(strata);
      assertClose(common?.value ?? null, value, 'value', 1e-12);
      assertClose(common?.low ?? null, low, 'low', 1e-6);
      assertClose(common?.high ?? null, high, 'high', 1e-6);
      assertClose(common?.p ?? null, p, 'p', 1e-6);
    });
  }

  it('is unknown when no stratum holds both samples', () => {
    assert.equal(mantelHaenszelDifference([]), null);
    assert.equal(
      mantelHaenszelDifference(
        strataOf(
          [
            [3, 4],
            [0, 0],
          ],
          [
            [0, 0],
            [3, 4],
          ],
        ),
      ),
      null,
    );
  });

  it('turns its sign when the samples are exchanged, and stays between -1 and 1', () => {
    const counts = fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }))
      .map(([successes, failures]) => ({ successes, n: successes + failures }));
    const strata = fc.array(fc.record({ first: counts, second: counts }), { maxLength: 5 });
    fc.assert(
      fc.property(strata, (drawn) => {
        const common = mantelHaenszelDifference(drawn);
        const turned = mantelHaenszelDifference(drawn.map(({ first, second }) => ({ first: second, second: first })));
        if (common === null || turned === null) {
          assert.equal(common, turned);
          return;
        }
        assertClose(common.value + 2, 2 - turned.value, 'value');
        assertClose(common.low + 2, 2 - turned.high, 'low', 1e-6);
        assertClose(common.p, turned.p, 'p', 1e-6);
        assert.ok(common.low >= -1 && common.low <= common.value && common.value <= common.high && common.high <= 1);
      }),
    );
  });
});
