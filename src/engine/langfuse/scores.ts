import { cursorList } from './cursorList.ts';
import { normaliseScore } from './normaliseScore.ts';
import { bounds, readPages, type ProjectReader } from './projectReader.ts';
import type { PageOptions, ScoreRecord, SourcePage, TimeWindow } from './records.ts';

export const scoresPath = '/api/public/v3/scores';

/** Scores through v3/scores, newest first. Unknown parameters and field groups are a 400 there. */
export function readScores(
  reader: ProjectReader,
  window: TimeWindow,
  options: PageOptions,
): AsyncGenerator<SourcePage<ScoreRecord>, void, undefined> {
  const { from, to } = bounds(window);
  const fetchPage = cursorList(reader.http, {
    path: scoresPath,
    query: { fields: 'details,subject,annotation', fromTimestamp: from, toTimestamp: to },
    budget: reader.budgets.general,
    pageSize: reader.pageSizes.scores,
  });
  const list = { stream: 'scores', path: scoresPath, fetchPage, map: normaliseScore } as const;
  return readPages(reader, list, window, options);
}
