import type { Kysely } from 'kysely';
import * as z from 'zod';
import type {
  ExportCounts,
  ExportReport,
  ExportRun,
  ExportStatus,
  ExportTrigger,
  UnreconciledDay,
} from '../../protocol/engine.ts';
import type { TimeWindow } from '../langfuse/records.ts';
import type { MetricsSchema } from '../store/schema.ts';
import { isoTime } from './intervals.ts';
import { setAsideFromJson, setAsideToJson } from './setAside.ts';

export interface RunStart {
  readonly runId: string;
  readonly trigger: ExportTrigger;
  readonly projectId: string | null;
  readonly window: TimeWindow;
  readonly startedAt: number;
}

/** Opens a run. Runs of the project still marked running belong to dead processes (the export lock is ours) and become interrupted. */
export async function startRun(db: Kysely<MetricsSchema>, run: RunStart): Promise<void> {
  await db
    .updateTable('export_metadata')
    .set({ status: 'interrupted', error_message: 'The process ended before the export did.' })
    .where('status', '=', 'running')
    .where('langfuse_project_id', '=', run.projectId)
    .execute();
  await db
    .insertInto('export_metadata')
    .values({
      export_run_id: run.runId,
      export_started_at: isoTime(run.startedAt),
      export_completed_at: null,
      data_start_time: isoTime(run.window.from),
      data_end_time: isoTime(run.window.to),
      status: 'running',
      error_message: null,
      langfuse_project_id: run.projectId,
      trigger: run.trigger,
      set_aside: null,
      unreconciled: null,
    })
    .execute();
}

/** Closes a run with what its report says. */
export async function endRun(
  db: Kysely<MetricsSchema>,
  report: ExportReport,
  end: { readonly at: number; readonly errorMessage: string | null },
): Promise<void> {
  await db
    .updateTable('export_metadata')
    .set({
      export_completed_at: isoTime(end.at),
      status: report.status,
      error_message: end.errorMessage,
      generations_exported: report.counts.generations,
      traces_exported: report.counts.traces,
      events_exported: report.counts.events,
      spans_exported: report.counts.spans,
      scores_exported: report.counts.scores,
      prompts_exported: report.counts.prompts,
      requests: report.requests,
      set_aside: report.setAside.length === 0 ? null : setAsideToJson(report.setAside),
      unreconciled: report.unreconciled.length === 0 ? null : JSON.stringify(report.unreconciled),
    })
    .where('export_run_id', '=', report.runId)
    .execute();
}

/** Keeps a failure that came before any project answered; a repetition of the last one replaces it. */
export async function recordFailedStart(db: Kysely<MetricsSchema>, run: RunStart, message: string): Promise<void> {
  const last = await db
    .selectFrom('export_metadata')
    .select(['id', 'status', 'error_message', 'trigger'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (last?.status === 'failed' && last.error_message === message && last.trigger === run.trigger) {
    await db.deleteFrom('export_metadata').where('id', '=', last.id).execute();
  }
  await startRun(db, run);
  await db
    .updateTable('export_metadata')
    .set({ status: 'failed', error_message: message, export_completed_at: isoTime(run.startedAt) })
    .where('export_run_id', '=', run.runId)
    .execute();
}

const unreconciledDays = z.array(
  z.object({ day: z.string(), server: z.number(), local: z.number(), reason: z.string() }),
);

/** The newest runs first. */
export async function listRuns(db: Kysely<MetricsSchema>, limit: number): Promise<ExportRun[]> {
  const rows = await db.selectFrom('export_metadata').selectAll().orderBy('id', 'desc').limit(limit).execute();
  return rows.map((row) => ({
    runId: row.export_run_id,
    status: row.status as ExportStatus,
    window: { start: row.data_start_time ?? row.export_started_at, end: row.data_end_time ?? row.export_started_at },
    counts: {
      traces: row.traces_exported,
      generations: row.generations_exported,
      spans: row.spans_exported,
      events: row.events_exported,
      scores: row.scores_exported,
      prompts: row.prompts_exported,
    },
    requests: row.requests,
    setAside: row.set_aside === null ? [] : setAsideFromJson(row.set_aside),
    unreconciled:
      row.unreconciled === null
        ? []
        : (unreconciledDays.parse(JSON.parse(row.unreconciled)) satisfies UnreconciledDay[]),
    startedAt: row.export_started_at,
    completedAt: row.export_completed_at,
    trigger: row.trigger as ExportTrigger,
    projectId: row.langfuse_project_id ?? '',
    errorMessage: row.error_message,
  }));
}

/** What the database holds of a window: distinct rows by their start (traces: earliest start), and all prompt versions. */
export async function countWindow(
  db: Kysely<MetricsSchema>,
  projectId: string,
  window: TimeWindow,
): Promise<ExportCounts> {
  const count = async (
    table: 'llm_traces' | 'llm_generations' | 'llm_spans' | 'llm_events' | 'llm_scores',
  ): Promise<number> => {
    const { rows } = await db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('rows'))
      .where('project_id', '=', projectId)
      .where('created_at', '>=', isoTime(window.from))
      .where('created_at', '<', isoTime(window.to))
      .executeTakeFirstOrThrow();
    return rows;
  };
  const prompts = await db
    .selectFrom('prompt_variants')
    .select((eb) => eb.fn.countAll<number>().as('rows'))
    .where('project_id', '=', projectId)
    .where('is_active', '=', 1)
    .executeTakeFirstOrThrow();
  return {
    traces: await count('llm_traces'),
    generations: await count('llm_generations'),
    spans: await count('llm_spans'),
    events: await count('llm_events'),
    scores: await count('llm_scores'),
    prompts: prompts.rows,
  };
}
