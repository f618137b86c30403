import { sql } from 'kysely';
import type { QuestionContext } from '../../questions/question.ts';
import { measured, type TasksQuery } from './tasksInScope.ts';

/** What the figures of some tasks are made from. */
export interface TaskTally {
  readonly tasks: number;
  /** Tasks whose success is known, and those that succeeded. */
  readonly judged: number;
  readonly successes: number;
  readonly durations: readonly number[];
  readonly qualities: readonly number[];
  readonly confidences: readonly number[];
  readonly costUsd: number | null;
  readonly costed: number;
  readonly tokens: number | null;
  readonly llmCalls: number | null;
  /** Tasks whose calls are counted. */
  readonly counted: number;
  readonly fallbacks: number | null;
}

export interface AgentTally extends TaskTally {
  readonly agent: string;
  readonly taskType: string | null;
}

/** Sums up tasks by agent and type in one query; values that percentiles need come as one text a group. */
export async function tallyByAgent(
  query: TasksQuery,
  { dialect }: Pick<QuestionContext, 'dialect'>,
): Promise<readonly AgentTally[]> {
  const rows = await query
    // An expression, so that SQLite reads the range rather than the whole history in the order of the agents.
    .select([sql<string>`task.agent_name || ''`.as('agent'), 'task.task_type as taskType'])
    .select((eb) => [
      eb.fn.countAll<number>().as('tasks'),
      eb.fn.count<number>('task.success').as('judged'),
      sql<number | null>`sum(CAST(${eb.ref('task.success')} AS integer))`.as('successes'),
      dialect.joined(measured(eb, 'duration_seconds')).as('durations'),
      dialect.joined(measured(eb, 'quality_score')).as('qualities'),
      dialect.joined(measured(eb, 'confidence_score')).as('confidences'),
      sql<number | null>`sum(${measured(eb, 'total_cost_usd')})`.as('costUsd'),
      sql<number>`count(${measured(eb, 'total_cost_usd')})`.as('costed'),
      sql<number | null>`sum(${measured(eb, 'total_tokens')})`.as('tokens'),
      sql<number | null>`sum(${measured(eb, 'llm_calls_count')})`.as('llmCalls'),
      sql<number>`count(${measured(eb, 'llm_calls_count')})`.as('counted'),
      sql<number | null>`sum(${measured(eb, 'fallback_count')})`.as('fallbacks'),
    ])
    .groupBy(['agent', 'taskType'])
    .execute();
  return rows.map((row) => ({
    ...row,
    successes: row.successes ?? 0,
    durations: numbersIn(row.durations),
    qualities: numbersIn(row.qualities),
    confidences: numbersIn(row.confidences),
  }));
}

export function addTaskTallies(a: TaskTally, b: TaskTally): TaskTally {
  return {
    tasks: a.tasks + b.tasks,
    judged: a.judged + b.judged,
    successes: a.successes + b.successes,
    durations: [...a.durations, ...b.durations],
    qualities: [...a.qualities, ...b.qualities],
    confidences: [...a.confidences, ...b.confidences],
    costUsd: addKnown(a.costUsd, b.costUsd),
    costed: a.costed + b.costed,
    tokens: addKnown(a.tokens, b.tokens),
    llmCalls: addKnown(a.llmCalls, b.llmCalls),
    counted: a.counted + b.counted,
    fallbacks: addKnown(a.fallbacks, b.fallbacks),
  };
}

const addKnown = (a: number | null, b: number | null): number | null => (a === null ? b : a + (b ?? 0));

const numbersIn = (text: string | null): readonly number[] => (text === null ? [] : text.split(' ').map(Number));
