import type { Outcome } from './shapes.ts';
import type { Random } from './random.ts';
import type { Observation, Score, Trace } from './types.ts';

/** Scores tell the truth about the outcome, with the noise that judges have. Not every trace is scored. */
export function buildScores(
  trace: Trace,
  rows: readonly Observation[],
  outcome: Outcome,
  random: Random,
): readonly Score[] {
  const scores: Score[] = [];
  const end = rows.reduce((latest, row) => Math.max(latest, row.endTime ?? row.startTime), trace.timestamp);
  const add = (score: Pick<Score, 'name' | 'dataType' | 'value'> & Partial<Score>): void => {
    const timestamp = end + 500 + random.int(20_000);
    scores.push({
      id: random.uuid(),
      source: 'API',
      timestamp,
      createdAt: Math.floor(timestamp / 1000) * 1000,
      updatedAt: timestamp + random.int(900),
      environment: trace.environment,
      traceId: trace.id,
      observationId: null,
      sessionId: null,
      experimentId: null,
      comment: null,
      configId: null,
      authorUserId: null,
      queueId: null,
      metadata: {},
      ...score,
    });
  };
  const { success, subject } = outcome;
  if (subject !== null && random.chance(0.55)) {
    add({ name: 'success', dataType: 'BOOLEAN', value: success, observationId: random.chance(0.5) ? subject : null });
  }
  if (random.chance(0.25)) {
    const mean = success ? 0.84 : 0.35;
    const value = Math.round(Math.min(1, Math.max(0, mean + (random.next() - 0.5) * 0.3)) * 1000) / 1000;
    add({
      name: 'quality',
      dataType: 'NUMERIC',
      value,
      source: 'EVAL',
      metadata: { judge: 'gpt-4o' },
      observationId: random.chance(0.4) ? subject : null,
    });
  }
  if (random.chance(0.12)) add({ name: 'outcome', dataType: 'CATEGORICAL', value: success ? 'pass' : 'fail' });
  if (random.chance(0.06)) {
    const value = random.pick(['good, thanks', '"quoted" reply', 'too slow 🐌', 'خوب نبود']);
    add({
      name: 'feedback',
      dataType: 'TEXT',
      value,
      source: 'ANNOTATION',
      authorUserId: 'reviewer-1',
      comment: 'from the UI',
    });
  }
  if (trace.sessionId !== '' && random.chance(0.08)) {
    const session = { traceId: null, sessionId: trace.sessionId };
    add({ name: 'session-quality', dataType: 'NUMERIC', value: 1 + random.int(5), ...session });
  }
  return scores;
}
