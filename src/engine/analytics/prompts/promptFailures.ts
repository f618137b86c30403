import { sql } from 'kysely';
import * as z from 'zod';
import type { FailingExecution, PromptFailuresAnswer } from '../../../protocol/analytics.ts';
import type { Question } from '../../questions/question.ts';
import { scopeSchema } from '../calls/scope.ts';
import { executionsInScope, type ExecutionsQuery } from './executionsInScope.ts';
import { loadFailureReasons, reasonKey } from './failureReasons.ts';
import { parsePromptId } from './promptIdentity.ts';
import { scopeOfPrompt } from './promptRuns.ts';

/** Characters of a text that a list shows. */
const previewLength = 400;

/** Executions of a prompt that failed, and what was said of them. */
export const promptFailuresQuestion: Question<'promptFailures'> = {
  params: z.strictObject({
    scope: scopeSchema,
    prompt: z.string().min(1),
    version: z.number().int().nullable().exactOptional(),
    limit: z.number().int().min(1).max(1000),
  }),
  async answer({ scope, prompt, version, limit }, context): Promise<PromptFailuresAnswer> {
    const failing = executionsInScope(context, scopeOfPrompt(scope, prompt)).where('run.success', '=', 0);
    const found = await failing
      .select([
        'run.project_id as projectId',
        'run.execution_id as executionId',
        'run.prompt_id as promptId',
        'run.executed_at as executedAt',
      ])
      .orderBy('run.executed_at', 'desc')
      .orderBy('run.execution_id')
      .execute();
    const asked = found.filter(({ promptId }) => {
      const identity = parsePromptId(promptId);
      return identity.prompt === prompt && (version === undefined || identity.version === version);
    });
    const reasons = await loadFailureReasons(failing);
    const reasonOf = (run: { projectId: string; executionId: string }): string | null =>
      reasons.get(reasonKey(run.projectId, run.executionId)) ?? null;
    const page = asked.slice(0, limit);
    const details = await loadDetails(failing, page);
    return {
      total: asked.length,
      reasons: [...Map.groupBy(asked, reasonOf)]
        .map(([reason, runs]) => ({ reason, count: runs.length }))
        .toSorted((a, b) => b.count - a.count || ((a.reason ?? '') < (b.reason ?? '') ? -1 : 1)),
      executions: page.flatMap((run) => {
        const detail = details.get(reasonKey(run.projectId, run.executionId));
        return detail === undefined ? [] : [{ ...detail, reason: reasonOf(run) }];
      }),
    };
  },
};

async function loadDetails(
  failing: ExecutionsQuery,
  page: readonly { readonly executionId: string }[],
): Promise<ReadonlyMap<string, Omit<FailingExecution, 'reason'>>> {
  const rows = await failing
    .where(
      'run.execution_id',
      'in',
      page.map(({ executionId }) => executionId),
    )
    .leftJoin('llm_generations as call', (join) =>
      join
        .onRef('call.trace_id', '=', 'run.trace_id')
        .onRef('call.project_id', '=', 'run.project_id')
        .onRef('call.id', '=', 'run.observation_id'),
    )
    .select([
      'run.project_id as projectId',
      'run.execution_id as executionId',
      'run.prompt_id as promptId',
      'run.trace_id as traceId',
      'run.observation_id as observationId',
      'run.model as model',
      'run.executed_at as executedAt',
      'run.success_source as successSource',
      sql<string | null>`substr(call.prompt_text, 1, ${sql.lit(previewLength)})`.as('inputPreview'),
      sql<string | null>`substr(coalesce(call.completion_text, run.output_text), 1, ${sql.lit(previewLength)})`.as(
        'outputPreview',
      ),
    ])
    .execute();
  return new Map(
    rows.map(({ promptId, ...row }) => [
      reasonKey(row.projectId, row.executionId),
      { ...row, version: parsePromptId(promptId).version },
    ]),
  );
}
