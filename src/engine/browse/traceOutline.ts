import type { ScoreSummary, TraceOutline, TraceParams } from '../../protocol/browse.ts';
import type { Database } from './database.ts';
import { stepColumns } from './stepColumns.ts';
import { loadStepValues } from './stepValues.ts';
import { traceHead } from './traceDetail.ts';

/** From this value on a rating is a good one, as in the derived tables. */
const goodFrom = 0.5;

/**
 * A trace with its observations in columns; null when there is none of that id.
 * @param ratingName the score that ratings of people are written as
 * @param textLimit characters that exports keep of a text
 */
export async function traceOutline(
  database: Database,
  trace: TraceParams,
  ratingName: string,
  textLimit: number,
): Promise<TraceOutline | null> {
  const head = await traceHead(database.db, trace, textLimit);
  if (head === null) {
    return null;
  }
  const values = await loadStepValues(database, trace);
  return { ...head, rating: ratingOf(head.scores, ratingName), steps: JSON.stringify(stepColumns(values)) };
}

function ratingOf(scores: readonly ScoreSummary[], name: string): boolean | null {
  const rated = (score: ScoreSummary): boolean =>
    score.name === name && score.observationId === null && score.value !== null;
  const value = scores.findLast(rated)?.value ?? null;
  return value === null ? null : value >= goodFrom;
}
