import assert from 'node:assert/strict';
import { compareVersions } from '../../../../src/engine/analytics/comparison/compareVersions.ts';
import type { Execution, VersionSample } from '../../../../src/engine/analytics/comparison/execution.ts';
import { Numbers } from '../../../../src/format/numbers.ts';
import type { Confounder, VersionComparison } from '../../../../src/protocol/analytics.ts';
import { assertClose } from '../statistics/closeTo.ts';
import { atHour, version } from './samples.ts';

interface Group {
  readonly successes: number;
  readonly n: number;
  readonly of?: (index: number) => Partial<Execution>;
}

/** A version made of groups, in each of which the successes are spread evenly. */
function mixed(name: string, groups: readonly Group[]): VersionSample {
  const executions = groups.flatMap(({ successes, n, of = () => ({}) }) =>
    version(name, successes, n).executions.map((execution, index) => ({ ...execution, ...of(index) })),
  );
  return { name, executions };
}

const on =
  (model: string | null): (() => Partial<Execution>) =>
  () => ({ model });
const inEnvironment =
  (environment: string | null): (() => Partial<Execution>) =>
  () => ({ environment });
const inDays = (first: number, days: number): ((index: number) => Partial<Execution>) => {
  return (index) => ({ executedAt: atHour(24 * first + ((index * 7) % (24 * days))) });
};

function compare(a: VersionSample, b: VersionSample): VersionComparison {
  const [comparison] = compareVersions([a, b], new Numbers('en'));
  assert.ok(comparison);
  return comparison;
}

function confounderOf(comparison: VersionComparison, variable: Confounder['variable']): Confounder {
  const confounder = comparison.confounders.find((found) => found.variable === variable);
  assert.ok(confounder, `${variable} is no confounder`);
  return confounder;
}

describe('versions that ran on different models', () => {
  // Better by 9 points as they are, by 6 points within each model: the mix made the rest.
  const v6 = mixed('v6', [
    { successes: 70, n: 81, of: on('claude-sonnet-4-5') },
    { successes: 90, n: 117, of: on('gpt-4o-mini') },
  ]);
  const v7 = mixed('v7', [
    { successes: 151, n: 164, of: on('claude-sonnet-4-5') },
    { successes: 38, n: 46, of: on('gpt-4o-mini') },
  ]);
  const comparison = compare(v6, v7);
  const models = confounderOf(comparison, 'model');

  it('are not called better when the same mix of models does not bear it out', () => {
    assert.equal(comparison.verdictKind, 'confounded');
    assert.equal(
      comparison.verdict,
      'The models differ. With the same mix of models it is +6 points: not yet decided.',
    );
    assert.ok((comparison.difference?.low ?? 0) > 0);
  });

  it('are compared at the same mix, by Mantel-Haenszel weights', () => {
    const { sameMix } = models;
    assert.equal(sameMix?.method, 'mantel-haenszel');
    assert.equal(sameMix.decided, false);
    // The likelihood maximised by scipy.optimize in each stratum, the score test inverted by brentq.
    assertClose(sameMix.difference.value, 0.05665605207065, 'difference');
    assertClose(sameMix.difference.low, -0.015865545501, 'low', 1e-6);
    assertClose(sameMix.difference.high, 0.132613058404, 'high', 1e-6);
    assertClose(sameMix.pValue, 0.125593604207, 'p', 1e-6);
  });

  it('are compared inside each model, with the shares of both', () => {
    assert.deepEqual(
      models.strata.map(({ name, nA, nB }) => [name, nA, nB]),
      [
        ['claude-sonnet-4-5', 81, 164],
        ['gpt-4o-mini', 117, 46],
      ],
    );
    const [claude] = models.strata;
    assert.equal(claude?.shareA, 81 / 198);
    assert.equal(claude.shareB, 164 / 210);
    assertClose(claude.difference?.value ?? null, 151 / 164 - 70 / 81, 'inside claude');
  });

  it('are still called better when the same mix bears it out', () => {
    const better = mixed('v7', [
      { successes: 162, n: 164, of: on('claude-sonnet-4-5') },
      { successes: 44, n: 46, of: on('gpt-4o-mini') },
    ]);
    const { verdictKind, verdict, confounders } = compare(v6, better);
    assert.equal(verdictKind, 'better');
    assert.match(verdict, /^v7 is better than v6: \+17 points/);
    assert.equal(confounders[0]?.sameMix?.decided, true);
    assert.match(
      confounders[0].sentence,
      /^The models differ\. With the same mix of models it is \+1\d points, 95\u202f% CI /,
    );
  });

  it('are reported when only the same mix shows the difference', () => {
    // Simpson's paradox: better on either model, but mostly run on the harder one.
    const easy = mixed('v6', [
      { successes: 160, n: 200, of: on('large') },
      { successes: 20, n: 50, of: on('small') },
    ]);
    const hard = mixed('v7', [
      { successes: 48, n: 50, of: on('large') },
      { successes: 124, n: 200, of: on('small') },
    ]);
    const paradox = compare(easy, hard);
    assert.equal(paradox.verdictKind, 'confounded');
    assert.match(paradox.verdict, /With the same mix of models it is \+\d+ points, 95\u202f% CI /);
  });

  it('cannot be told apart from their models when no model ran both', () => {
    const apart = compare(
      mixed('v6', [{ successes: 160, n: 198, of: on('gpt-4o-mini') }]),
      mixed('v7', [{ successes: 189, n: 210, of: on('claude-sonnet-4-5') }]),
    );
    assert.equal(apart.verdictKind, 'confounded');
    assert.equal(apart.confounders[0]?.sameMix, null);
    assert.deepEqual(
      apart.confounders[0].strata.map(({ difference }) => difference),
      [null, null],
    );
    assert.equal(
      apart.verdict,
      'The models differ, and no model was used enough by both versions to tell the two apart.',
    );
  });

  it('are compared with runs of an unknown model as a stratum of its own', () => {
    const unknown = compare(
      mixed('v6', [{ successes: 160, n: 198, of: on('gpt-4o-mini') }]),
      mixed('v7', [{ successes: 189, n: 210, of: on(null) }]),
    );
    assert.deepEqual(
      confounderOf(unknown, 'model')
        .strata.map(({ name }) => name)
        .sort(),
      ['gpt-4o-mini', 'unknown'],
    );
  });
});

describe('versions with like mixes', () => {
  it('have no confounders', () => {
    const halves = (name: string, successes: number): VersionSample =>
      mixed(name, [
        { successes, n: 100, of: on('claude-sonnet-4-5') },
        { successes, n: 100, of: on('gpt-4o-mini') },
      ]);
    assert.deepEqual(compare(halves('v6', 80), halves('v7', 90)).confounders, []);
  });

  it('may differ by less than a tenth of their runs', () => {
    const near = (name: string, first: number): VersionSample =>
      mixed(name, [
        { successes: first * 0.9, n: first, of: on('claude-sonnet-4-5') },
        { successes: (10_000 - first) * 0.9, n: 10_000 - first, of: on('gpt-4o-mini') },
      ]);
    assert.deepEqual(compare(near('v6', 5000), near('v7', 5900)).confounders, []);
  });
});

describe('versions that ran in different environments', () => {
  it('are named so', () => {
    const comparison = compare(
      mixed('v6', [
        { successes: 95, n: 100, of: inEnvironment('staging') },
        { successes: 70, n: 100, of: inEnvironment('production') },
      ]),
      mixed('v7', [
        { successes: 19, n: 20, of: inEnvironment('staging') },
        { successes: 126, n: 180, of: inEnvironment('production') },
      ]),
    );
    assert.equal(comparison.verdictKind, 'confounded');
    assert.equal(
      comparison.verdict,
      'The environments differ. With the same mix of environments it is 0 points: not yet decided.',
    );
  });
});

describe('versions that ran at different times', () => {
  it('are compared as they are while success inside each does not change with time', () => {
    const comparison = compare(
      mixed('v6', [{ successes: 160, n: 200, of: inDays(0, 5) }]),
      mixed('v7', [{ successes: 184, n: 200, of: inDays(5, 5) }]),
    );
    assert.equal(comparison.verdictKind, 'better');
    assert.equal(
      confounderOf(comparison, 'time').sentence,
      'The versions ran at different times, but inside each of them success did not change with time.',
    );
  });

  it('are confounded when success changes with time and no period holds both', () => {
    const comparison = compare(
      mixed('v6', [
        { successes: 90, n: 100, of: inDays(0, 3) },
        { successes: 60, n: 100, of: inDays(3, 2) },
      ]),
      mixed('v7', [{ successes: 184, n: 200, of: inDays(5, 5) }]),
    );
    assert.equal(comparison.verdictKind, 'confounded');
    assert.equal(
      comparison.verdict,
      'The versions ran at different times, success changed with time, and no period holds enough runs of both.',
    );
  });

  it('are compared at the same mix of periods where success changes with time', () => {
    const bad = inDays(0, 2);
    const good = inDays(2, 3);
    const comparison = compare(
      mixed('v6', [
        { successes: 90, n: 150, of: bad },
        { successes: 45, n: 50, of: good },
      ]),
      mixed('v7', [
        { successes: 30, n: 50, of: bad },
        { successes: 135, n: 150, of: good },
      ]),
    );
    assert.equal(comparison.verdictKind, 'confounded');
    assert.match(
      comparison.verdict,
      /^The versions ran at different times\. With the same mix of periods it is \+?\S+ points?: not yet decided\.$/,
    );
  });

  it('are cut into days, weeks or months by how long they ran', () => {
    const names = (days: number): readonly string[] => {
      const comparison = compare(
        mixed('v6', [{ successes: 160, n: 200, of: inDays(0, days / 2) }]),
        mixed('v7', [{ successes: 184, n: 200, of: inDays(days / 2, days / 2) }]),
      );
      return confounderOf(comparison, 'time')
        .strata.map(({ name }) => name)
        .sort();
    };
    // 2 November 2026 is a Monday.
    assert.deepEqual(names(4), ['2026-11-02', '2026-11-03', '2026-11-04', '2026-11-05']);
    assert.deepEqual(names(28), ['2026-11-02', '2026-11-09', '2026-11-16', '2026-11-23']);
    assert.equal(names(400).at(0), '2026-11');
  });
});
