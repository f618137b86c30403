import { sql } from 'kysely';
import type { LlmEventsTable } from '../../store/schema.ts';
import type { ExecutionsQuery } from './executionsInScope.ts';

/** One thing that was said of a failed execution. */
interface Remark {
  readonly projectId: string;
  readonly executionId: string;
  /** Of the execution itself, not of its trace or another part of it. */
  readonly own: 0 | 1;
  readonly at: string;
  readonly text: string | null;
}

export const reasonKey = (projectId: string, executionId: string): string => JSON.stringify([projectId, executionId]);

/**
 * Why executions failed, by {@link reasonKey}: the comment of the score that decided (its own before its
 * trace's, the newest of several), or the message of the error (its own, else the first of the trace).
 * @param failing failed executions
 */
export async function loadFailureReasons(failing: ExecutionsQuery): Promise<ReadonlyMap<string, string>> {
  const comments = await commentsOf(failing);
  const messages: Remark[] = [];
  for (const table of errorTables) {
    messages.push(...(await messagesOf(failing, table)));
  }
  const reasons = new Map<string, string>();
  const keep = ({ projectId, executionId, text }: Remark): void => {
    const key = reasonKey(projectId, executionId);
    if (text !== null && !reasons.has(key)) {
      reasons.set(key, text);
    }
  };
  comments.toSorted((a, b) => b.own - a.own || compare(b.at, a.at)).forEach(keep);
  messages.toSorted((a, b) => b.own - a.own || compare(a.at, b.at)).forEach(keep);
  return reasons;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function commentsOf(failing: ExecutionsQuery): Promise<Remark[]> {
  return failing
    .innerJoin('llm_scores as remark', (join) =>
      join
        .onRef('remark.trace_id', '=', 'run.trace_id')
        .onRef('remark.project_id', '=', 'run.project_id')
        .on(sql`'score:' || remark.name`, '=', sql.ref('run.success_source')),
    )
    .where((eb) =>
      eb.or([eb('remark.observation_id', 'is', null), eb('remark.observation_id', '=', eb.ref('run.observation_id'))]),
    )
    .where('remark.comment', 'is not', null)
    .select([
      'run.project_id as projectId',
      'run.execution_id as executionId',
      'remark.created_at as at',
      'remark.comment as text',
      sql<0 | 1>`CASE WHEN remark.observation_id IS NULL THEN 0 ELSE 1 END`.as('own'),
    ])
    .execute();
}

/** What the tables of observations have in common of an error. */
type ErrorRow = Pick<LlmEventsTable, 'project_id' | 'trace_id' | 'id' | 'created_at' | 'level' | 'status_message'>;

const errorTables = ['llm_generations', 'llm_spans', 'llm_events'] as const;

function messagesOf(failing: ExecutionsQuery, table: (typeof errorTables)[number]): Promise<Remark[]> {
  return failing
    .innerJoin(sql<ErrorRow>`${sql.table(table)}`.as('remark'), (join) =>
      join.onRef('remark.trace_id', '=', 'run.trace_id').onRef('remark.project_id', '=', 'run.project_id'),
    )
    .where('run.success_source', '=', 'level')
    .where('remark.level', '=', 'ERROR')
    .where('remark.status_message', 'is not', null)
    .select([
      'run.project_id as projectId',
      'run.execution_id as executionId',
      'remark.created_at as at',
      'remark.status_message as text',
      sql<0 | 1>`CASE WHEN remark.id = run.observation_id THEN 1 ELSE 0 END`.as('own'),
    ])
    .execute();
}
