import { parseConfig } from '../../../src/engine/config/config.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import { silentLog, systemClock } from '../../../src/engine/ports.ts';
import type { Engine } from '../../../src/protocol/engine.ts';
import type { QuestionName, QuestionParams } from '../../../src/protocol/questions.ts';

export type Asked<Q extends QuestionName = QuestionName> = readonly [
  title: string,
  question: Q,
  params: QuestionParams<Q>,
];

/** An engine on llm_metrics.db of a folder. */
export function engineOn(folder: string): Engine {
  return openEngine({
    config: parseConfig({ workspace: folder, database: { path: 'llm_metrics.db' } }, (name) => name),
    log: silentLog,
    clock: systemClock,
    fetch: () => Promise.reject(new Error('no network')),
    purpose: 'bench',
  });
}

/** Milliseconds of processor time: what other programs take of the machine is not counted. */
export async function timed(work: () => unknown): Promise<number> {
  const began = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(began);
  return (user + system) / 1000;
}

/** The fastest of some: other programs only ever slow one down. */
export async function fastest(times: number, work: () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < times; round++) {
    best = Math.min(best, await timed(work));
  }
  return best;
}
