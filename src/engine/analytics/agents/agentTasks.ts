import { sql, type RawBuilder, type SqlBool } from 'kysely';
import * as z from 'zod';
import type { QuestionAnswer } from '../../../protocol/questions.ts';
import { decodeCursor, encodeCursor } from '../../questions/cursor.ts';
import type { Question } from '../../questions/question.ts';
import { scopeSchema } from '../calls/scope.ts';
import { measured, tasksInScope } from './tasksInScope.ts';

/** Where a page ended: rank, start, project, id. */
const positionSchema = z.tuple([z.literal([0, 1]), z.string(), z.string(), z.string()]);

/** Failures first. */
const rank = sql<0 | 1>`CASE WHEN CAST(task.success AS integer) = 0 THEN 0 ELSE 1 END`;

/** Tasks of an agent: its failures, then the others, each newest first. */
export const agentTasksQuestion: Question<'agentTasks'> = {
  params: z.strictObject({
    scope: scopeSchema,
    agent: z.string(),
    taskType: z.string().nullable().exactOptional(),
    limit: z.number().int().min(1).max(10_000),
    cursor: z.string().nullable().exactOptional(),
  }),
  async answer({ scope, agent, taskType, limit, cursor }, context): Promise<QuestionAnswer<'agentTasks'>> {
    const after = cursor == null ? null : decodeCursor(cursor, positionSchema);
    const rows = await tasksInScope(context, scope)
      .where('task.agent_name', '=', agent)
      .$if(taskType !== undefined, (query) => query.where('task.task_type', 'is not distinct from', taskType ?? null))
      .$if(after !== null, (query) => query.where(() => beyond(after ?? [1, '', '', ''])))
      .select((eb) => [
        'task.project_id',
        'task.task_id',
        'task.trace_id',
        'task.agent_name',
        'task.task_type',
        'task.started_at',
        'task.success',
        'task.error_message',
        sql<number | null>`${measured(eb, 'duration_seconds')}`.as('duration_seconds'),
        sql<number | null>`${measured(eb, 'total_cost_usd')}`.as('total_cost_usd'),
        rank.as('rank'),
      ])
      .orderBy(rank)
      .orderBy('task.started_at', 'desc')
      .orderBy('task.project_id')
      .orderBy('task.task_id')
      .limit(limit + 1)
      .execute();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      tasks: page.map((row) => ({
        projectId: row.project_id,
        taskId: row.task_id,
        traceId: row.trace_id,
        agent: row.agent_name,
        taskType: row.task_type,
        startedAt: row.started_at,
        durationSeconds: row.duration_seconds,
        success: row.success === null ? null : row.success === 1,
        costUsd: row.total_cost_usd,
        errorMessage: row.error_message,
      })),
      nextCursor:
        rows.length > limit && last !== undefined
          ? encodeCursor([last.rank, last.started_at, last.project_id, last.task_id])
          : null,
    };
  },
};

function beyond([place, startedAt, projectId, taskId]: z.infer<typeof positionSchema>): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${rank} > ${place} OR (${rank} = ${place} AND (task.started_at < ${startedAt}
    OR (task.started_at = ${startedAt} AND (task.project_id, task.task_id) > (${projectId}, ${taskId})))))`;
}
