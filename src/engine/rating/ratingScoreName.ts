import type { EngineConfig } from '../config/config.ts';

/** The score that ratings are written as: the first of the feedback scores. */
export function ratingScoreName({ outcome }: Pick<EngineConfig, 'outcome'>): string {
  return outcome.feedbackScores[0] ?? 'user_feedback';
}
