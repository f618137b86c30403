import type { Kysely } from 'kysely';
import type { MetricsSchema } from '../../store/schema.ts';
import type { MetricsStore, WriteTransaction } from '../../store/store.ts';
import { executionRow, taskRow } from './derivedRows.ts';
import { loadFacts } from './facts.ts';
import type { OutcomeRules } from './outcome.ts';

/** Traces computed in one transaction: few enough to keep the pauses for other writers short. */
const batchSize = 500;

/** Computed with other rules, every row of the derived tables may be wrong: all traces queue up. */
async function queueAllWhenRulesChanged(
  db: Kysely<MetricsSchema>,
  projectId: string,
  rules: OutcomeRules,
): Promise<void> {
  const key = `outcome_rules:${projectId}`;
  const value = JSON.stringify(rules);
  const stored = await db.selectFrom('metrics_state').select('value').where('key', '=', key).executeTakeFirst();
  if (stored?.value === value) {
    return;
  }
  await db
    .insertInto('derivation_queue')
    .columns(['project_id', 'trace_id'])
    .expression((eb) =>
      eb.selectFrom('llm_traces').select(['project_id', 'id as trace_id']).where('project_id', '=', projectId),
    )
    .onConflict((conflict) => conflict.columns(['project_id', 'trace_id']).doNothing())
    .execute();
  await db
    .insertInto('metrics_state')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

async function deriveBatch(transaction: WriteTransaction, projectId: string, rules: OutcomeRules): Promise<number> {
  const { db } = transaction;
  const queued = await db
    .selectFrom('derivation_queue')
    .select('trace_id')
    .where('project_id', '=', projectId)
    .orderBy('trace_id')
    .limit(batchSize)
    .execute();
  const ids = queued.map((row) => row.trace_id);
  if (ids.length === 0) {
    return 0;
  }
  const facts = await loadFacts(db, projectId, ids);
  const tasks = facts.traces.map((trace) => taskRow(projectId, trace, facts, rules)).filter((row) => row !== null);
  const errors = new Map(facts.traces.map((trace) => [trace.id, trace.error_count]));
  await transaction.upsert('agent_task_results', tasks);
  await transaction.upsert(
    'prompt_executions',
    facts.executions.map((execution) =>
      executionRow(projectId, execution, facts, errors.get(execution.trace_id) ?? 0, rules),
    ),
  );
  await db.deleteFrom('derivation_queue').where('project_id', '=', projectId).where('trace_id', 'in', ids).execute();
  return ids.length;
}

/**
 * Brings agent_task_results and prompt_executions up to date with the traces whose rows or scores
 * changed. Idempotent; interrupted, it goes on where it was.
 */
export async function deriveChanged(
  store: MetricsStore,
  projectId: string,
  rules: OutcomeRules,
  signal?: AbortSignal,
): Promise<void> {
  await store.write(({ db }) => queueAllWhenRulesChanged(db, projectId, rules), signal);
  let done: number;
  do {
    signal?.throwIfAborted();
    done = await store.write((transaction) => deriveBatch(transaction, projectId, rules), signal);
  } while (done > 0);
}
