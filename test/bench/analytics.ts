import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { QuestionParams } from '../../src/protocol/questions.ts';
import type { ScopeFilters, TimeRange } from '../../src/protocol/scope.ts';
import { engineOn, fastest, timed, type Asked } from './measure/engine.ts';

/**
 * Dashboard questions over 1,000,000 generations of 30 days: their answers from rollups against the same
 * answers from the rows themselves, in one run and from the same code. Each prompt is used by two trace
 * names and with three models, as applications are; no two dimensions are independent of all others.
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

/** Rows by SQL alone: one million through an export would take minutes. */
function fill(file: string): void {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA cache_size = -400000; BEGIN');
  database.exec(`
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${generations / 2}),
    trace AS (SELECT i, (i * 2654435761) % 4294967296 AS r, i % 8 AS name,
      strftime('%Y-%m-%dT%H:%M:%fZ', ${start / 1000} + i * ${(days * 86_400) / (generations / 2)}, 'unixepoch') AS at FROM n)
    INSERT INTO llm_traces (project_id, id, trace_id, created_at, name, tags, environment, bookmarked, public,
      total_generations, total_events, total_observations, error_count)
    SELECT 'p', printf('%08x%08x', r, i), printf('%08x%08x', r, i), at, 'trace-' || name, '[]',
      CASE WHEN r % 10 < 8 THEN 'production' ELSE 'staging' END, 0, 0, 2, 0, 2, 0 FROM trace`);
  database.exec(`
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${generations}),
    raw AS (SELECT i, i / 2 AS t, ((i / 2) * 2654435761) % 4294967296 AS r, (i * 40503) % 65536 AS q FROM n),
    call AS (SELECT *, t % 8 AS name, (t % 8) / 2 AS prompt, r % 2 AS version, ((t % 8) / 2 * 3 + q % 3) AS model,
      0.2 + 0.001 * (q % 9000) AS latency, 100 + q % 3000 AS input, 20 + q % 700 AS output FROM raw)
    INSERT INTO llm_generations (project_id, trace_id, id, created_at, updated_at, level, environment, trace_name, tags,
      is_root, bookmarked, public, observation_id, observation_type, start_time, end_time, latency_seconds,
      time_to_first_token_seconds, model, provider, input_tokens, output_tokens, total_tokens, cost_usd, input_cost_usd,
      output_cost_usd, is_primary, prompt_name, prompt_version, usage_details, cost_details)
    SELECT 'p', printf('%08x%08x', r, t), printf('%08x', i),
      strftime('%Y-%m-%dT%H:%M:%fZ', ${start / 1000} + t * ${(days * 86_400) / (generations / 2)}, 'unixepoch'), '2026-11-22T00:00:00.000Z',
      CASE WHEN q % 50 = 0 THEN 'ERROR' ELSE 'DEFAULT' END, CASE WHEN r % 10 < 8 THEN 'production' ELSE 'staging' END,
      'trace-' || name, '[]', 0, 0, 0, printf('%08x', i), 'GENERATION', '', '', latency, latency / 5,
      'model-' || model, 'provider-' || (model / 3), input, output, input + output, (input * 2 + output * 8) / 1e6, input * 2 / 1e6,
      output * 8 / 1e6, 1, CASE WHEN i % 2 = 0 THEN 'prompt-' || prompt END, CASE WHEN i % 2 = 0 THEN 5 + version END,
      printf('{"input":%d,"output":%d}', input, output), printf('{"total":%.6f}', (input * 2 + output * 8) / 1e6)
    FROM call`);
  database.exec(
    `INSERT INTO rollup_queue (project_id, hour)
     SELECT DISTINCT 'p', substr(created_at, 1, 13) || ':00:00.000Z' FROM llm_generations`,
  );
  database.exec('COMMIT');
  database.close();
}

const folder = mkdtempSync(path.join(tmpdir(), 'langfuse-metrics-bench-'));
const file = path.join(folder, 'llm_metrics.db');
try {
  const created = engineOn(folder);
  await created.setup();
  await created.close();
  fill(file);
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
