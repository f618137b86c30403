import { Numbers } from '../../../src/format/numbers.ts';
import { parseConfig, type EngineConfigInput } from '../../../src/engine/config/config.ts';
import { systemClock } from '../../../src/engine/ports.ts';
import { rollUp } from '../../../src/engine/store/rollups/rollUp.ts';
import { answerQuestion } from '../../../src/engine/questions/questions.ts';
import type { BulkRow, MetricsStore } from '../../../src/engine/store/store.ts';
import type { QuestionAnswer, QuestionName, QuestionParams } from '../../../src/protocol/questions.ts';

export interface AskOptions {
  readonly config?: Omit<EngineConfigInput, 'workspace'>;
  /** Milliseconds since the epoch. */
  readonly now?: number;
}

/** Asks a database as the engine does. */
export function ask<Q extends QuestionName>(
  store: MetricsStore,
  question: Q,
  params: QuestionParams<Q>,
  { config = {}, now }: AskOptions = {},
): Promise<QuestionAnswer<Q>> {
  const clock = now === undefined ? systemClock : { ...systemClock, now: () => now };
  const checked = parseConfig({ workspace: '/', ...config }, (name) => name);
  const { dialect } = store;
  return store.read((db) =>
    answerQuestion(question, params, {
      db,
      dialect,
      clock,
      config: checked,
      numbers: new Numbers('en'),
      signal: undefined,
    }),
  );
}

/** Writes calls and rebuilds their traces. */
export async function writeCalls(store: MetricsStore, calls: readonly BulkRow<'llm_generations'>[]): Promise<void> {
  await store.write(async (transaction) => {
    await transaction.upsert('llm_generations', calls);
    await transaction.refreshTraces('p', [...new Set(calls.map(({ trace_id: id }) => id))]);
  });
}

/** With rollups that hold every call, and without: figures are the same from both. */
export const rollupStates = [
  { name: 'from calls', rollUp: () => Promise.resolve(0) },
  {
    name: 'from rollups',
    rollUp: (store: MetricsStore) => store.write((transaction) => rollUp(transaction, store.dialect, null)),
  },
] as const;
