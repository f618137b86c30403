import { sql } from 'kysely';
import type { AgentsAnswer } from '../../../protocol/analytics.ts';
import type { LlmSpansTable } from '../../store/schema.ts';
import type { TasksQuery } from './tasksInScope.ts';

type FailureStep = AgentsAnswer['failureSteps'][number];

interface StepError {
  readonly agent: string;
  readonly taskId: string;
  readonly traceId: string;
  readonly id: string;
  readonly step: string;
  readonly observationType: string;
  readonly message: string | null;
  readonly startedAt: string;
  /** When it was known to have failed. */
  readonly failedAt: string;
}

/** Steps shown; the long tail says nothing. */
const stepsKept = 50;

/**
 * Where failures start: the first error in the tree of each failed task, by agent and step. First is the
 * one that ended first, since an error ends its own step before the steps around it; of those that ended
 * in the same millisecond the one that began last, which is the innermost.
 */
export async function failureSteps(tasks: TasksQuery): Promise<readonly FailureStep[]> {
  const errors: StepError[] = [];
  for (const source of errorSources) {
    errors.push(...(await errorsOf(tasks, source)));
  }
  const firsts = new Map<string, StepError>();
  for (const error of errors) {
    const key = JSON.stringify([error.agent, error.taskId]);
    const first = firsts.get(key);
    if (first === undefined || isBefore(error, first)) {
      firsts.set(key, error);
    }
  }
  const groups = Map.groupBy(firsts.values(), ({ agent, step, observationType }) =>
    JSON.stringify([agent, step, observationType]),
  );
  return [...groups.values()]
    .flatMap(stepOf)
    .toSorted((a, b) => b.failures - a.failures || compare(a.agent, b.agent) || compare(a.step, b.step))
    .slice(0, stepsKept);
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

function isBefore(a: StepError, b: StepError): boolean {
  return (compare(a.failedAt, b.failedAt) || compare(b.startedAt, a.startedAt) || compare(a.id, b.id)) < 0;
}

/** The newest failure is the example; the most frequent message speaks for all. */
function stepOf(errors: readonly StepError[]): FailureStep[] {
  const newest = errors.reduce<StepError | null>(
    (latest, error) => (latest === null || error.failedAt > latest.failedAt ? error : latest),
    null,
  );
  if (newest === null) {
    return [];
  }
  const messages = [...Map.groupBy(errors, ({ message }) => message)].toSorted(([, a], [, b]) => b.length - a.length);
  const { agent, step, observationType, traceId } = newest;
  const message = messages[0]?.[0] ?? null;
  return [{ agent, step, observationType, failures: errors.length, message, exampleTraceId: traceId }];
}

/** The tables of observations, with what they call a step's name, kind and end. */
const errorSources = [
  { table: 'llm_spans', name: 'name', type: 'observation_type', end: 'end_time' },
  { table: 'llm_generations', name: 'name', type: 'observation_type', end: 'end_time' },
  { table: 'llm_events', name: 'event_name', type: null, end: null },
] as const;

type ErrorRow = Pick<LlmSpansTable, 'project_id' | 'trace_id' | 'id' | 'created_at' | 'level' | 'status_message'>;

function errorsOf(tasks: TasksQuery, { table, name, type, end }: (typeof errorSources)[number]): Promise<StepError[]> {
  return tasks
    .innerJoin(sql<ErrorRow>`${sql.table(table)}`.as('failed'), (join) =>
      join
        .onRef('failed.trace_id', '=', 'task.trace_id')
        .on(sql`failed.project_id`, '=', sql`coalesce(derived.project_id, task.project_id)`),
    )
    .where('task.success', '=', 0)
    .where('failed.level', '=', 'ERROR')
    .select([
      'task.agent_name as agent',
      'task.task_id as taskId',
      'failed.trace_id as traceId',
      'failed.id as id',
      sql<string>`coalesce(${sql.ref(`failed.${name}`)}, '')`.as('step'),
      (type === null ? sql<string>`'EVENT'` : sql.ref<string>(`failed.${type}`)).as('observationType'),
      'failed.status_message as message',
      'failed.created_at as startedAt',
      (end === null
        ? sql.ref<string>('failed.created_at')
        : sql<string>`coalesce(${sql.ref(`failed.${end}`)}, failed.created_at)`
      ).as('failedAt'),
    ])
    .execute();
}
