import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { QuestionName } from '../../src/protocol/questions.ts';
import { engineOn, fastest, type Asked } from './measure/engine.ts';

/**
 * What the tree of traces asks when it opens, over 100,000 traces of 30 days against 1,000: a tree that
 * reads only what it shows takes about as long over both. Beside it the time that a scan of all traces takes.
 */
const many = Number(process.env.BENCH_TRACES ?? 100_000);
const few = 1000;
const mostRatio = 3;
const mostMilliseconds = 100;
const rounds = 5;
/** Asked so often in a row: the clock of the processor is coarse. */
const repetitions = 5;

const days = 30;
const end = Date.UTC(2026, 10, 22);
const start = end - days * 86_400_000;
const timeZone = 'Europe/Paris';
const scope = { range: { start: '0001-01-01T00:00:00.000Z', end: '9999-01-01T00:00:00.000Z' } };
const filter = { scope };

const asked: readonly (Asked<'traceGroups'> | Asked<'traces'> | Asked<'facets'>)[] = [
  ['days', 'traceGroups', { filter, grouping: 'day', timeZone, limit: 60 }],
  ['the newest day', 'traces', { filter, grouping: 'day', timeZone, group: '2026-11-21', order: 'newest', limit: 200 }],
  ['the dearest', 'traces', { filter, grouping: 'day', timeZone, order: 'dearest', limit: 10 }],
  ['sessions', 'traceGroups', { filter, grouping: 'session', timeZone, limit: 60 }],
  ['users', 'traceGroups', { filter, grouping: 'user', timeZone, limit: 60 }],
  ['names', 'traceGroups', { filter, grouping: 'name', timeZone, limit: 60 }],
  ['agents', 'traceGroups', { filter, grouping: 'agent', timeZone, limit: 60 }],
  ['one user', 'traces', { filter, grouping: 'user', timeZone, group: 'user-3', order: 'newest', limit: 200 }],
  ['one agent', 'traces', { filter, grouping: 'agent', timeZone, group: 'agent-1', order: 'newest', limit: 200 }],
  ['values of filters', 'facets', { scope, limit: 500 }],
];

/** Traces of three calls each, with texts as long as exports keep of short ones. */
function fill(file: string, traces: number): void {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN');
  const trace = `
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${traces}),
    trace AS (SELECT i, (i * 2654435761) % 4294967296 AS r,
      strftime('%Y-%m-%dT%H:%M:%fZ', ${start / 1000} + i * ${(days * 86_400) / traces}, 'unixepoch') AS at FROM n)`;
  const id = `printf('%08x%08x', r, i)`;
  database.exec(`${trace}
    INSERT INTO llm_traces (project_id, id, trace_id, created_at, name, user_id, session_id, tags, environment,
      bookmarked, public, total_generations, total_events, total_observations, error_count, total_cost_usd,
      input_text, output_text)
    SELECT 'p', ${id}, ${id}, at, 'trace-' || (r % 8), 'user-' || (r % 50), 'session-' || (i / 5),
      json_array('tag-' || (r % 7)), CASE WHEN r % 10 < 8 THEN 'production' ELSE 'staging' END, 0, 0, 3, 0, 4,
      r % 17 = 0, (r % 1000) / 1e4, hex(zeroblob(200)), hex(zeroblob(200)) FROM trace`);
  database.exec(`${trace}, call AS (SELECT * FROM trace CROSS JOIN (VALUES (0), (1), (2)))
    INSERT INTO llm_generations (project_id, trace_id, id, created_at, updated_at, level, environment, trace_name, tags,
      is_root, bookmarked, public, observation_id, observation_type, start_time, model, provider, cost_usd, is_primary,
      prompt_name, prompt_version)
    SELECT 'p', ${id}, printf('%x-%x', i, column1), at, at, 'DEFAULT',
      CASE WHEN r % 10 < 8 THEN 'production' ELSE 'staging' END, 'trace-' || (r % 8), '[]', 0, 0, 0,
      printf('%x-%x', i, column1), 'GENERATION', at, 'model-' || ((r + column1) % 5), 'provider-' || (r % 2),
      (r % 1000) / 3e4, 1, 'prompt-' || (r % 6), 1 + r % 3 FROM call`);
  database.exec(`${trace}
    INSERT INTO agent_task_results (project_id, task_id, trace_id, agent_name, task_type, started_at, success)
    SELECT 'p', ${id}, ${id}, 'agent-' || (r % 4), 'type-' || (r % 3), at, r % 17 > 0 FROM trace WHERE r % 3 = 0`);
  database.exec(
    `INSERT INTO rollup_queue (project_id, hour)
     SELECT DISTINCT 'p', substr(created_at, 1, 13) || ':00:00.000Z' FROM llm_generations`,
  );
  database.exec('COMMIT');
  database.close();
}

async function repeated(work: () => Promise<unknown>): Promise<number> {
  const all = await fastest(rounds, async () => {
    for (let repetition = 0; repetition < repetitions; repetition += 1) {
      await work();
    }
  });
  return all / repetitions;
}

/** Milliseconds of each question, and of a scan of all traces, over so many. */
async function measure(traces: number): Promise<readonly number[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'langfuse-metrics-bench-'));
  try {
    const created = engineOn(folder);
    await created.setup();
    await created.close();
    fill(path.join(folder, 'llm_metrics.db'), traces);
    const engine = engineOn(folder);
    await engine.setup();
    const times: number[] = [];
    for (const [, question, params] of asked) {
      times.push(await repeated(() => engine.ask<QuestionName>(question, params)));
    }
    const scan = 'SELECT count(input_text), sum(total_cost_usd) FROM llm_traces NOT INDEXED';
    times.push(await repeated(() => engine.query(scan, { maxRows: 1 })));
    await engine.close();
    return times;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const little = await measure(few);
const much = await measure(many);
for (const [index, title] of [...asked.map(([name]) => name), 'all rows'].entries()) {
  const [before = 0, now = 0] = [little[index], much[index]];
  console.log(
    `${title.padEnd(20)} ${few} traces ${before.toFixed(2).padStart(7)} ms, ${many} traces ${now.toFixed(2).padStart(8)} ms, ratio ${(now / before).toFixed(1)}`,
  );
}
const opening = (times: readonly number[]): number => (times[0] ?? 0) + (times[1] ?? 0);
const ratio = opening(much) / opening(little);
console.log(
  `opening the tree: ${opening(much).toFixed(1)} ms, to be under ${mostMilliseconds}; ratio ${ratio.toFixed(2)}, at most ${mostRatio}`,
);
if (ratio > mostRatio || opening(much) > mostMilliseconds) {
  process.exitCode = 1;
}
