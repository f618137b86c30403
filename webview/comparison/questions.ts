import type { ReadingTable } from '../shared/readings.ts';

/** What the comparison asks, under its own names. */
export const questions = {
  /** The prompt's versions, to choose from. */
  versions: 'promptOutcomes',
  comparison: 'promptComparison',
  trend: 'promptTrend',
  drift: 'promptDrift',
  failures: 'promptFailures',
  baselineText: 'promptVersion',
  subjectText: 'promptVersion',
  baselineModels: 'models',
  subjectModels: 'models',
  coverage: 'coverage',
  /** Asked only when nothing is in scope: the prompt in all of history, without filters. */
  ever: 'promptOutcomes',
} as const satisfies ReadingTable;
