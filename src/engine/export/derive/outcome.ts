import type { EngineConfig } from '../../config/config.ts';

export type OutcomeRules = EngineConfig['outcome'];

/** A score as the rules see it. */
export interface ScoreFact {
  readonly name: string;
  readonly data_type: string;
  readonly value: number | null;
  readonly string_value: string | null;
  readonly created_at: string;
}

export interface Outcome {
  readonly success: 0 | 1;
  /** "score:NAME" or "level". */
  readonly source: string;
}

/** The newest score of the first listed name that there is one of. */
function decisiveScore<S extends ScoreFact>(
  scores: readonly S[],
  names: readonly string[],
  accepts: (score: S) => boolean,
): S | null {
  for (const name of names) {
    const named = scores.filter((score) => score.name === name && accepts(score));
    if (named.length > 0) {
      return named.reduce((newest, score) => (score.created_at > newest.created_at ? score : newest));
    }
  }
  return null;
}

/** A score that can say yes or no: boolean, categorical, or a number that is exactly 0 or 1. */
function isVerdict(score: ScoreFact): boolean {
  return score.data_type === 'CATEGORICAL' ? score.string_value !== null : score.value === 0 || score.value === 1;
}

/**
 * Whether something succeeded: what the first listed success score says, else that nothing in the
 * trace ended at level ERROR.
 */
export function judgeSuccess(scores: readonly ScoreFact[], rules: OutcomeRules, errorsInTrace: number): Outcome {
  const score = decisiveScore(scores, rules.successScores, isVerdict);
  if (score === null) {
    return { success: errorsInTrace === 0 ? 1 : 0, source: 'level' };
  }
  const succeeded =
    score.data_type === 'CATEGORICAL'
      ? rules.successCategories.some((category) => category.toLowerCase() === score.string_value?.toLowerCase())
      : score.value === 1;
  return { success: succeeded ? 1 : 0, source: `score:${score.name}` };
}

/** The newest score from 0 to 1 of the first listed quality name; null without one. */
export function judgeQuality(scores: readonly ScoreFact[], rules: OutcomeRules): number | null {
  const inRange = (score: ScoreFact): boolean => score.value !== null && score.value >= 0 && score.value <= 1;
  return decisiveScore(scores, rules.qualityScores, inRange)?.value ?? null;
}

/** The newest number (booleans as 1 or 0) of the first listed feedback name; null without one. */
export function judgeFeedback(scores: readonly ScoreFact[], rules: OutcomeRules): number | null {
  return decisiveScore(scores, rules.feedbackScores, (score) => score.value !== null)?.value ?? null;
}

const confidenceScores = ['confidence', 'confidence_score'];

/** How sure the agent was by its own account, where a score says so. */
export function judgeConfidence(scores: readonly ScoreFact[]): number | null {
  return decisiveScore(scores, confidenceScores, (score) => score.value !== null)?.value ?? null;
}
