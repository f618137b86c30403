import * as l10n from '@vscode/l10n';
import type { Confounder, PromptComparison, VersionComparison } from '../../src/protocol/analytics.ts';
import type { ScopeFilters, TimeRange } from '../../src/protocol/scope.ts';
import type { Writing } from '../shared/panel.ts';
import { isFew, type Pair, type Variant } from './pair.ts';
import { intervalInPoints, signedPoints, testText } from './words.ts';

/** The first thing on the page. */
export interface Verdict {
  /** Before the headline, where that does not name the versions; null where it does. */
  readonly about: string | null;
  readonly headline: string;
  readonly details: readonly string[];
  /** Why the versions can hardly be compared as they ran; null when they can. */
  readonly doubt: Doubt | null;
  /** What may help. */
  readonly remedy: 'moreTime' | 'successSetting' | null;
}

export interface Doubt {
  readonly text: string;
  /** The verdict rests on it: a warning. */
  readonly serious: boolean;
  /** The one value that both versions have most runs of, as a filter; null where there is none. */
  readonly within: {
    readonly name: string;
    readonly variable: 'model' | 'environment';
    readonly filters: ScopeFilters;
  } | null;
}

/** What the comparison says of the pair, in the engine's words; and what it cannot say, in ours. */
export function verdictOf(answer: PromptComparison, pair: Pair, writing: Writing): Verdict {
  const ran = answer.variants.filter(({ executions }) => executions > 0);
  const [only, ...others] = ran;
  if (only !== undefined && others.length === 0) {
    return {
      ...silent,
      headline: l10n.t('Only {0} ran {1}', only.name, periodWords(answer.range, writing)),
      details: [l10n.t('A comparison needs the runs of two versions.'), ...ownWords(only, writing)],
      remedy: 'moreTime',
    };
  }
  if (ran.every(({ successRate }) => successRate.n === 0)) {
    return {
      ...silent,
      headline: l10n.t('No run says whether it was a success'),
      details: [
        l10n.t(
          'None of {0} runs carries a score that decides it. Which scores do is a setting; it holds from the next export on.',
          writing.numbers.count(ran.reduce((sum, { executions }) => sum + executions, 0)),
        ),
      ],
      remedy: 'successSetting',
    };
  }
  const { comparison, subject, baseline } = pair;
  return comparison === null || subject === null
    ? { ...silent, headline: l10n.t('There is only {0}', baseline.name) }
    : compared(answer, comparison, [baseline, subject], writing);
}

const silent: Verdict = { about: null, headline: '', details: [], doubt: null, remedy: null };

function compared(
  answer: PromptComparison,
  comparison: VersionComparison,
  [a, b]: readonly [Variant, Variant],
  writing: Writing,
): Verdict {
  const { numbers } = writing;
  const { verdictKind, difference } = comparison;
  const named = verdictKind === 'better' || verdictKind === 'worse' || verdictKind === 'alike';
  const sizes = l10n.t('n = {0} and {1}', numbers.count(b.successRate.n), numbers.count(a.successRate.n));
  const figures =
    named || difference === null
      ? null
      : `${l10n.t('{0} points', signedPoints(difference.value, numbers))}, ${intervalInPoints(difference, numbers)}, ${sizes}`;
  const asTheyRan = figures !== null && verdictKind === 'confounded' ? l10n.t('As they ran: {0}', figures) : figures;
  const counts = isFew(a) || isFew(b) ? [...ownWords(b, writing), ...ownWords(a, writing)].join(' · ') : null;
  const test = testText(comparison, answer.comparisons.length, numbers);
  return {
    about: named ? null : l10n.t('{0} against {1}', b.name, a.name),
    headline: comparison.verdict,
    details: [asTheyRan, counts, test].filter((text): text is string => text !== null && text !== ''),
    doubt: doubtOf(comparison, [a, b], writing),
    remedy: verdictKind === 'tooFew' ? 'moreTime' : null,
  };
}

/** `v8: 14 of 17 succeeded`. */
function ownWords({ name, successRate }: Variant, { numbers }: Writing): readonly string[] {
  return successRate.n === 0
    ? []
    : [l10n.t('{0}: {1} of {2} succeeded', name, numbers.count(successRate.count), numbers.count(successRate.n))];
}

function doubtOf(
  { confounders, verdictKind, verdict }: VersionComparison,
  [a, b]: readonly [Variant, Variant],
  writing: Writing,
): Doubt | null {
  const [first] = confounders;
  if (first === undefined) {
    return null;
  }
  const mixes = confounders.flatMap((confounder) => mixText(confounder, a, b, writing) ?? []);
  // The engine's sentences are the headline already where they are the verdict.
  const sentences = confounders.map(({ sentence }) => sentence).filter((sentence) => !verdict.includes(sentence));
  const text = [...sentences, ...mixes].join(' ');
  return {
    text: text === '' ? first.sentence : text,
    serious: verdictKind === 'confounded',
    within: withinOne(confounders),
  };
}

/** `78 % of v7's runs used claude-sonnet-4-5, 41 % of v6's.` */
function mixText({ variable, strata }: Confounder, a: Variant, b: Variant, { numbers }: Writing): string | null {
  const [most] = strata;
  if (most === undefined) {
    return null;
  }
  const figures = [numbers.wholeShare(most.shareB), b.name, most.name, numbers.wholeShare(most.shareA), a.name];
  switch (variable) {
    case 'model':
      return l10n.t('{0} of the runs of {1} used {2}, {3} of those of {4}.', ...figures);
    case 'environment':
      return l10n.t('{0} of the runs of {1} were in {2}, {3} of those of {4}.', ...figures);
    case 'time':
      return null;
  }
}

/** The model (or environment) with the most runs of both versions. */
function withinOne(confounders: readonly Confounder[]): Doubt['within'] {
  for (const { variable, strata } of confounders) {
    const [best] = strata
      .filter(({ difference }) => difference !== null)
      .toSorted((s, t) => Math.min(t.nA, t.nB) - Math.min(s.nA, s.nB));
    if (variable !== 'time' && best !== undefined && strata.length > 1) {
      const { name } = best;
      return { name, variable, filters: variable === 'model' ? { models: [name] } : { environments: [name] } };
    }
  }
  return null;
}

/** `from 24 Oct to 23 Nov`. */
export function periodWords({ start, end }: TimeRange, { times, now }: Writing): string {
  return l10n.t('from {0} to {1}', times.day(start, now()), times.day(end, now()));
}

/** A verdict as a cell of a table says it. */
export function shortVerdict({ verdictKind, verdict, a }: VersionComparison): string {
  switch (verdictKind) {
    case 'better':
      return l10n.t('better than {0}', a);
    case 'worse':
      return l10n.t('worse than {0}', a);
    case 'alike':
      return l10n.t('like {0}', a);
    case 'tooFew':
      return l10n.t('too few runs');
    case 'confounded':
      return l10n.t('conditions differ');
    case 'undecided':
      return verdict;
  }
}
