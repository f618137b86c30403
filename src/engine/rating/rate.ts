import * as l10n from '@vscode/l10n';
import { randomUUID } from 'node:crypto';
import type { Credentials, RateRequest } from '../../protocol/engine.ts';
import type { EngineConfig } from '../config/config.ts';
import { EngineError } from '../errors.ts';
import { deriveChanged } from '../export/derive/derive.ts';
import type { Clock } from '../ports.ts';
import type { BulkRow, MetricsStore } from '../store/store.ts';
import { ratingScoreName } from './ratingScoreName.ts';
import { sendScore } from './sendScore.ts';

export interface RateOptions {
  readonly store: MetricsStore;
  readonly config: EngineConfig;
  readonly clock: Clock;
  readonly credentials: Credentials;
  /** The project that the keys belong to. */
  readonly projectId: string;
}

/**
 * Rates a trace or an observation in Langfuse, then in the database, and brings the derived tables
 * up to date. The score's name is the first of the feedback scores.
 * @throws EngineError question.invalid for a trace of another project than the keys', langfuse.rejected
 */
export async function rate(options: RateOptions, request: RateRequest): Promise<void> {
  const { store, config, clock, credentials, projectId } = options;
  const { traceId, observationId, good, comment } = request;
  if (request.projectId !== projectId) {
    throw new EngineError(
      'question.invalid',
      l10n.t('The trace belongs to the project {0}, the Langfuse keys to {1}.', request.projectId, projectId),
      { hint: l10n.t('Set the keys of the trace’s project, then rate again.') },
    );
  }
  const environment = await environmentOf(store, request);
  const name = ratingScoreName(config);
  const value = good ? 1 : 0;
  const score = { id: randomUUID(), traceId, observationId, name, value, comment, environment } as const;
  await sendScore(credentials, score);
  const now = new Date(clock.now()).toISOString();
  const row: BulkRow<'llm_scores'> = {
    project_id: projectId,
    id: score.id,
    trace_id: traceId,
    observation_id: observationId,
    session_id: null,
    experiment_id: null,
    name,
    data_type: 'BOOLEAN',
    value,
    string_value: good ? 'True' : 'False',
    source: 'API',
    comment,
    environment,
    config_id: null,
    author_user_id: null,
    queue_id: null,
    created_at: now,
    updated_at: now,
    ingested_at: null,
    metadata: null,
  };
  await store.write(async (transaction) => {
    await transaction.upsert('llm_scores', [row]);
    await transaction.queueDerivation(projectId, [traceId]);
  });
  await deriveChanged(store, projectId, config.outcome);
  await store.flush();
}

/** @throws EngineError question.invalid when the database does not know the trace */
async function environmentOf(store: MetricsStore, { projectId, traceId }: RateRequest): Promise<string> {
  const trace = await store.read((db) =>
    db
      .selectFrom('llm_traces')
      .select('environment')
      .where('id', '=', traceId)
      .where('project_id', '=', projectId)
      .executeTakeFirst(),
  );
  if (trace === undefined) {
    throw new EngineError('question.invalid', l10n.t('The database no longer has this row.'));
  }
  return trace.environment;
}
