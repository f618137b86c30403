import type { PromptComparison, PromptVersionFigures, VersionComparison } from '../../src/protocol/analytics.ts';

export type Variant = PromptComparison['variants'][number];

/** What the page is about: the baseline, and the version that is measured against it. */
export interface Pair {
  readonly baseline: Variant;
  /** Null when there is one version only. */
  readonly subject: Variant | null;
  readonly comparison: VersionComparison | null;
}

/**
 * Taken from one answer alone, so that nothing on the page mixes an old answer with a new choice.
 * @param subject the version that a person chose; another when the answer does not have it
 */
export function pairOf({ baseline, variants, comparisons }: PromptComparison, subject: string | null): Pair | null {
  const first = variants.find(({ name }) => name === baseline);
  if (first === undefined) {
    return null;
  }
  const against = comparisons.filter(({ a }) => a === baseline);
  const comparison = against.find(({ b }) => b === subject) ?? against.at(-1) ?? null;
  return { baseline: first, subject: variants.find(({ name }) => name === comparison?.b) ?? null, comparison };
}

/** With fewer scored runs, counts are shown and no percentage. */
const fewScored = 20;

export function isFew({ successRate }: Pick<PromptVersionFigures, 'successRate'>): boolean {
  return successRate.n < fewScored;
}
