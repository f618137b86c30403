import type { Numbers } from '../../../format/numbers.ts';
import type { VersionComparison } from '../../../protocol/analytics.ts';
import { benjaminiHochberg } from '../statistics/benjaminiHochberg.ts';
import { bootstrapMeanDifference } from '../statistics/bootstrap.ts';
import { findConfounders, type FoundConfounder } from './confounders.ts';
import { scored, type Execution, type ScoredExecution, type VersionSample } from './execution.ts';
import { measures, shiftOf, withAdjusted, type RawShift } from './shifts.ts';
import {
  decide,
  leastRuns,
  moreRunsNeeded,
  proportionOf,
  testSuccess,
  type Decision,
  type SuccessTest,
} from './successTest.ts';
import { describeDecision, describeTooFew, type Side } from './verdict.ts';

interface Pair {
  readonly a: VersionSample;
  readonly b: VersionSample;
  readonly scoredA: readonly ScoredExecution[];
  readonly scoredB: readonly ScoredExecution[];
  readonly success: SuccessTest | null;
  readonly shifts: readonly RawShift[];
}

type Verdict = Pick<VersionComparison, 'verdictKind' | 'verdict' | 'moreRunsNeeded' | 'confounders'>;

/**
 * Compares every pair of versions, those with the first sample, the baseline, first. p-values are
 * adjusted over all pairs, so that a comparison of ten versions finds no more by chance than one of two.
 */
export function compareVersions(samples: readonly VersionSample[], numbers: Numbers): readonly VersionComparison[] {
  const pairs = samples.flatMap((a, index) => samples.slice(index + 1).map((b) => measurePair(a, b)));
  const adjusted = benjaminiHochberg(pairs.map(({ success }) => success?.pValue ?? null));
  const adjustedShifts = measures.map((_, index) =>
    benjaminiHochberg(pairs.map(({ shifts }) => shifts[index]?.pValue ?? null)),
  );
  return pairs.map((pair, row) => {
    const adjustedPValue = adjusted[row] ?? null;
    return {
      a: pair.a.name,
      b: pair.b.name,
      difference: pair.success?.difference ?? null,
      test: pair.success?.test ?? null,
      pValue: pair.success?.pValue ?? null,
      adjustedPValue,
      ...judge(pair, adjustedPValue, numbers),
      qualityDifference: qualityDifference(pair),
      shifts: pair.shifts.map((shift, column) => withAdjusted(shift, adjustedShifts[column]?.[row] ?? null)),
    };
  });
}

function measurePair(a: VersionSample, b: VersionSample): Pair {
  const [scoredA, scoredB] = [scored(a.executions), scored(b.executions)];
  return {
    a,
    b,
    scoredA,
    scoredB,
    success: testSuccess(proportionOf(scoredA), proportionOf(scoredB)),
    shifts: measures.map((measure) => shiftOf(measure, a.executions, b.executions)),
  };
}

function judge({ a, b, scoredA, scoredB, success }: Pair, adjustedPValue: number | null, numbers: Numbers): Verdict {
  const sides: readonly [Side, Side] = [
    { name: a.name, ...proportionOf(scoredA) },
    { name: b.name, ...proportionOf(scoredB) },
  ];
  if (success === null || adjustedPValue === null) {
    return {
      verdictKind: 'tooFew',
      verdict: describeTooFew(sides, numbers),
      moreRunsNeeded: null,
      confounders: [],
    };
  }
  const { difference, pValue } = success;
  const decision = decide(difference, adjustedPValue);
  const found = findConfounders(scoredA, scoredB, numbers);
  const doubts = found.filter((confounder) => contradicts(confounder, decision));
  const moreRuns =
    decision === 'undecided' && doubts.length === 0 ? moreRunsNeeded(...sides, adjustedPValue / pValue) : null;
  return {
    verdictKind: doubts.length > 0 ? 'confounded' : decision,
    verdict:
      doubts.length > 0
        ? doubts.map(({ confounder }) => confounder.sentence).join(' ')
        : describeDecision(decision, difference, sides, { moreRuns, numbers }),
    moreRunsNeeded: moreRuns,
    confounders: found.map(({ confounder }) => confounder),
  };
}

/** Whether the same mix leads to another decision; where it leads to none, only an undecided difference stands. */
function contradicts({ decision, matters }: FoundConfounder, atOwnMixes: Decision): boolean {
  return matters && (decision ?? 'undecided') !== atOwnMixes;
}

function qualityDifference({ a, b }: Pair): VersionComparison['qualityDifference'] {
  const [ofA, ofB] = [qualities(a.executions), qualities(b.executions)];
  return ofA.length < leastRuns || ofB.length < leastRuns ? null : bootstrapMeanDifference(ofB, ofA);
}

function qualities(executions: readonly Execution[]): readonly number[] {
  return executions.map(({ quality }) => quality).filter((quality) => quality !== null);
}
