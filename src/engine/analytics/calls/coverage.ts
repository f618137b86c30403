import * as z from 'zod';
import type { CoverageAnswer } from '../../../protocol/analytics.ts';
import type { TimeRange } from '../../../protocol/scope.ts';
import { isoTime, mergeWindows, uncovered } from '../../export/intervals.ts';
import type { TimeWindow } from '../../langfuse/records.ts';
import type { Question, QuestionContext } from '../../questions/question.ts';
import { scopeSchema } from './scope.ts';

/** What of a range has been exported; of several projects, what has been of each. */
export const coverageQuestion: Question<'coverage'> = {
  params: z.strictObject({ scope: scopeSchema }),
  async answer({ scope }, context): Promise<CoverageAnswer> {
    const projectId = scope.projectId ?? null;
    const projects = await coverageByProject(context, projectId);
    const lastRun = await lastRunOf(context, projectId);
    if (projects.length === 0) {
      return { exportedUntil: null, covered: [], missing: [], lastRun };
    }
    const until = Math.min(...projects.map((windows) => Math.max(...windows.map(({ to }) => to))));
    const from = Date.parse(scope.range.start);
    const asked = { from, to: Math.max(from, Math.min(Date.parse(scope.range.end), until)) };
    const missing = mergeWindows(projects.flatMap((windows) => uncovered(asked, windows)));
    return {
      exportedUntil: isoTime(until),
      covered: uncovered(asked, missing).map(toRange),
      missing: missing.map(toRange),
      lastRun,
    };
  },
};

const toRange = ({ from, to }: TimeWindow): TimeRange => ({ start: isoTime(from), end: isoTime(to) });

async function coverageByProject({ db }: QuestionContext, projectId: string | null): Promise<TimeWindow[][]> {
  const rows = await db
    .selectFrom('export_coverage')
    .selectAll()
    .$if(projectId !== null, (query) => query.where('project_id', '=', projectId ?? ''))
    .orderBy('covered_from')
    .execute();
  return [...Map.groupBy(rows, (row) => row.project_id).values()].map((own) =>
    own.map((row) => ({ from: Date.parse(row.covered_from), to: Date.parse(row.covered_to) })),
  );
}

async function lastRunOf({ db }: QuestionContext, projectId: string | null): Promise<CoverageAnswer['lastRun']> {
  const run = await db
    .selectFrom('export_metadata')
    .select(['status', 'export_started_at', 'export_completed_at', 'error_message'])
    .$if(projectId !== null, (query) => query.where('langfuse_project_id', '=', projectId ?? ''))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return run === undefined
    ? null
    : { status: run.status, at: run.export_completed_at ?? run.export_started_at, errorMessage: run.error_message };
}
