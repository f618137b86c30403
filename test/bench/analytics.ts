import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { QuestionParams } from '../../src/protocol/questions.ts';
import type { ScopeFilters, TimeRange } from '../../src/protocol/scope.ts';
import { engineOn, fastest, timed, type Asked } from './measure/engine.ts';
import { fillGenerations } from './measure/generations.ts';

/**
 * Dashboard questions over 1,000,000 generations of 30 days: their answers from rollups against the same
 * answers from the rows themselves, in one run and from the same code.
 */
const generations = Number(process.env.BENCH_GENERATIONS ?? 1_000_000);
const days = 30;
const leastRatio = 50;
const mostMilliseconds = 20;
const rounds = 7;

const end = Date.UTC(2026, 10, 22);
const start = end - days * 86_400_000;
const iso = (moment: number): string => new Date(moment).toISOString();
const month: TimeRange = { start: iso(start), end: iso(end) };
const week: TimeRange = { start: iso(end - 7 * 86_400_000), end: iso(end) };
const timeZone = 'Europe/Paris';

const inProduction: ScopeFilters = { environments: ['production'] };
const dashboards: readonly (Asked<'models'> | Asked<'usage'>)[] = [
  ['models, month', 'models', { scope: { range: month } }],
  ['models, production', 'models', { scope: { range: month, filters: inProduction } }],
  ['models, one prompt', 'models', { scope: { range: month, filters: { prompts: ['prompt-3'] } } }],
  ['usage by day', 'usage', { scope: { range: month }, by: null, bucket: 'day', timeZone }],
  ['usage by hour, week', 'usage', { scope: { range: week }, by: null, bucket: 'hour', timeZone }],
  ['usage by model and day', 'usage', { scope: { range: month }, by: 'model', bucket: 'day', timeZone }],
  ['usage by prompt and day', 'usage', { scope: { range: month }, by: 'prompt', bucket: 'day', timeZone }],
  ['usage by trace name and day', 'usage', { scope: { range: month }, by: 'traceName', bucket: 'day', timeZone }],
  [
    'usage by model and day, production',
    'usage',
    { scope: { range: month, filters: inProduction }, by: 'model', bucket: 'day', timeZone },
  ],
];

const folder = mkdtempSync(path.join(tmpdir(), 'langfuse-metrics-bench-'));
const file = path.join(folder, 'llm_metrics.db');
try {
  const created = engineOn(folder);
  await created.setup();
  await created.close();
  fillGenerations(file, { generations, days, end });
  const engine = engineOn(folder);
  await engine.ask('usage', dashboards[3]![2] as QuestionParams<'usage'>);
  const raw: number[] = [];
  for (const dashboard of dashboards) {
    raw.push(await timed(() => engine.ask(dashboard[1], dashboard[2])));
  }
  console.log(`rolling up: ${((await timed(() => engine.setup())) / 1000).toFixed(1)} s`);
  for (const [index, dashboard] of dashboards.entries()) {
    const rolled = await fastest(rounds, () => engine.ask(dashboard[1], dashboard[2]));
    const ratio = (raw[index] ?? 0) / rolled;
    console.log(
      `${dashboard[0].padEnd(36)} rows ${(raw[index] ?? 0).toFixed(0).padStart(6)} ms, rollups ${rolled.toFixed(1).padStart(6)} ms, ratio ${ratio.toFixed(0)}`,
    );
    if (ratio < leastRatio) {
      process.exitCode = 1;
    }
  }
  console.log(`at least ${leastRatio}; to be under ${mostMilliseconds} ms`);
  await engine.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
