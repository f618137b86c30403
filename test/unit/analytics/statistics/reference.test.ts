import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Interval } from '../../../../src/protocol/figures.ts';
import { benjaminiHochberg } from '../../../../src/engine/analytics/statistics/benjaminiHochberg.ts';
import { fisher } from '../../../../src/engine/analytics/statistics/fisher.ts';
import {
  exactMannWhitney,
  mannWhitney,
  normalMannWhitney,
} from '../../../../src/engine/analytics/statistics/mannWhitney.ts';
import { newcombe, rate, twoProportion, wilson } from '../../../../src/engine/analytics/statistics/proportions.ts';
import { percentiles } from '../../../../src/engine/analytics/statistics/quantiles.ts';
import { sampleSizeTwoProportions } from '../../../../src/engine/analytics/statistics/sampleSize.ts';
import { welch } from '../../../../src/engine/analytics/statistics/welch.ts';
import { assertClose } from './closeTo.ts';

interface Case<Input, Expected> {
  readonly input: Input;
  readonly expected: Expected;
}
type Nullable<Names extends string> = Readonly<Record<Names, number | null>>;
interface TwoProportions {
  readonly x1: number;
  readonly n1: number;
  readonly x2: number;
  readonly n2: number;
}
interface Samples {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Computed by R 4.2.2, 15 significant digits. */
interface Reference {
  readonly wilson: readonly Case<{ readonly x: number; readonly n: number }, Nullable<'low' | 'high'>>[];
  readonly newcombe: readonly Case<TwoProportions, Nullable<'low' | 'high'>>[];
  readonly twoProportion: readonly Case<TwoProportions, Nullable<'p' | 'chiSquared'>>[];
  readonly fisher: readonly Case<
    { readonly table: readonly [readonly [number, number], readonly [number, number]] },
    { readonly p: number }
  >[];
  readonly mannWhitney: readonly Case<
    Samples,
    Nullable<'u' | 'pNormal' | 'pNormalCorrected' | 'pExact' | 'shift' | 'levelExact'> &
      Readonly<Record<'ciExact' | 'ciNormal' | 'ciNormalCorrected', Interval | null>>
  >[];
  readonly benjaminiHochberg: readonly Case<
    { readonly p: readonly number[] },
    { readonly adjusted: readonly number[] }
  >[];
  readonly quantiles: readonly Case<{ readonly sample: readonly number[] }, Nullable<'p50' | 'p90' | 'p95' | 'p99'>>[];
  readonly samplesize: readonly Case<{ readonly p1: number; readonly p2: number }, Nullable<'n' | 'nCeil'>>[];
  readonly welch: readonly Case<Samples, Nullable<'t' | 'df' | 'p' | 'difference' | 'low' | 'high'>>[];
}

const reference = JSON.parse(readFileSync(path.join(import.meta.dirname, 'reference.json'), 'utf8')) as Reference;

/** One test a case, titled by its input. */
function agree<Input, Expected>(
  cases: readonly Case<Input, Expected>[],
  check: (input: Input, expected: Expected, label: string) => void,
): void {
  assert.ok(cases.length > 0);
  for (const { input, expected } of cases) {
    const label = JSON.stringify(input);
    it(`for ${label.length > 100 ? `${label.slice(0, 97)}…` : label}`, () =>
      check(input, expected, label.slice(0, 200)));
  }
}

function assertInterval(
  actual: Interval | null | undefined,
  expected: Nullable<'low' | 'high'> | null,
  label: string,
): void {
  assertClose(actual?.low ?? null, expected?.low ?? null, `${label} low`);
  assertClose(actual?.high ?? null, expected?.high ?? null, `${label} high`);
}

const proportionsOf = ({
  x1,
  n1,
  x2,
  n2,
}: TwoProportions): [{ successes: number; n: number }, { successes: number; n: number }] => [
  { successes: x1, n: n1 },
  { successes: x2, n: n2 },
];

describe('the statistics equal those of R', () => {
  describe('Wilson intervals', () => {
    agree(reference.wilson, ({ x, n }, expected, label) => {
      assertInterval(wilson({ successes: x, n }), expected, label);
      const { low, high, value } = rate({ successes: x, n });
      assert.deepEqual({ low, high }, wilson({ successes: x, n }) ?? { low: null, high: null });
      assert.equal(value, n === 0 ? null : x / n);
    });
  });

  describe('Newcombe intervals', () => {
    agree(reference.newcombe, (input, expected, label) => {
      assertInterval(newcombe(...proportionsOf(input)), expected, label);
    });
  });

  describe('two-proportion tests', () => {
    agree(reference.twoProportion, (input, expected, label) => {
      const actual = twoProportion(...proportionsOf(input));
      assertClose(actual?.p ?? null, expected.p, `${label} p`);
      assertClose(actual?.chiSquared ?? null, expected.chiSquared, `${label} chi squared`);
    });
  });

  describe('Fisher tests', () => {
    agree(reference.fisher, ({ table: [[a, b], [c, d]] }, expected, label) => {
      assertClose(fisher({ successes: a, n: a + b }, { successes: c, n: c + d }), expected.p, label);
    });
  });

  describe('Mann-Whitney tests', () => {
    agree(reference.mannWhitney, ({ x, y }, expected, label) => {
      const uncorrected = normalMannWhitney(x, y, 0);
      assertClose(uncorrected?.p ?? null, expected.pNormal, `${label} p, uncorrected`);
      assertInterval(uncorrected?.interval, expected.ciNormal, `${label}, uncorrected`);
      const corrected = normalMannWhitney(x, y, 0.5);
      assertClose(corrected?.u ?? null, expected.u, `${label} u`);
      assertClose(corrected?.shift ?? null, expected.shift, `${label} shift`);
      assertClose(corrected?.p ?? null, expected.pNormalCorrected, `${label} p, corrected`);
      assertInterval(corrected?.interval, expected.ciNormalCorrected, `${label}, corrected`);
      if (expected.pExact === null) {
        assert.deepEqual(mannWhitney(x, y), corrected);
        return;
      }
      const exact = mannWhitney(x, y);
      assert.deepEqual(exact, exactMannWhitney(x, y));
      assertClose(exact?.u ?? null, expected.u, `${label} u, exact`);
      assertClose(exact?.p ?? null, expected.pExact, `${label} p, exact`);
      assertClose(exact?.shift ?? null, expected.shift, `${label} shift, exact`);
      assertInterval(exact?.interval, expected.ciExact, `${label}, exact`);
      assertClose(exact?.level ?? null, expected.levelExact, `${label} level`);
    });
  });

  describe('Benjamini-Hochberg adjustments', () => {
    agree(reference.benjaminiHochberg, ({ p }, { adjusted }, label) => {
      const actual = benjaminiHochberg(p);
      assert.equal(actual.length, adjusted.length);
      adjusted.forEach((expected, index) => assertClose(actual[index], expected, `${label} at ${index}`));
    });
  });

  describe('quantiles', () => {
    agree(reference.quantiles, ({ sample }, expected, label) => {
      const actual = percentiles(sample);
      assert.equal(actual === null, sample.length === 0);
      for (const name of ['p50', 'p90', 'p95', 'p99'] as const) {
        assertClose(actual?.[name] ?? null, expected[name], `${label} ${name}`);
      }
    });
  });

  describe('sample sizes', () => {
    agree(reference.samplesize, ({ p1, p2 }, expected, label) => {
      const n = sampleSizeTwoProportions(p1, p2);
      assertClose(n, expected.n, label);
      assert.equal(n === null ? null : Math.ceil(n), expected.nCeil);
    });
  });

  describe('Welch tests', () => {
    agree(reference.welch, ({ x, y }, expected, label) => {
      const actual = welch(x, y);
      assertClose(actual?.t ?? null, expected.t, `${label} t`);
      assertClose(actual?.degrees ?? null, expected.df, `${label} degrees`);
      assertClose(actual?.p ?? null, expected.p, `${label} p`);
      assertClose(actual?.difference ?? null, expected.difference, `${label} difference`);
      assertInterval(actual, expected, label);
    });
  });
});
