import { DatabaseSync } from 'node:sqlite';

export interface Generations {
  readonly generations: number;
  readonly days: number;
  /** Milliseconds since the epoch; the last call is shortly before. */
  readonly end: number;
}

/**
 * Calls of one project, evenly over some days, by SQL alone: one million through an export would take minutes.
 * Each prompt is used by two trace names and with three models, as applications are; no two dimensions are
 * independent of all others. A tenth of the traces are tasks of agents. Hours wait in the queue for their roll-up.
 */
export function fillGenerations(file: string, { generations, days, end }: Generations): void {
  const start = end - days * 86_400_000;
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA cache_size = -400000; BEGIN');
  database.exec(`
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${generations / 2}),
    trace AS (SELECT i, (i * 2654435761) % 4294967296 AS r, i % 8 AS name,
      strftime('%Y-%m-%dT%H:%M:%fZ', ${start / 1000} + i * ${(days * 86_400) / (generations / 2)}, 'unixepoch') AS at FROM n)
    INSERT INTO llm_traces (project_id, id, trace_id, created_at, name, tags, environment, bookmarked, public,
      total_generations, total_events, total_observations, error_count, total_cost_usd, total_tokens, latency_seconds)
    SELECT 'p', printf('%08x%08x', r, i), printf('%08x%08x', r, i), at, 'trace-' || name, '[]',
      CASE WHEN r % 10 < 8 THEN 'production' ELSE 'staging' END, 0, 0, 2, 0, 2, 0, (r % 9000) / 1e6, r % 4000, (r % 9000) / 1e3
    FROM trace`);
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
  database.exec(`
    INSERT INTO prompt_executions (execution_id, project_id, prompt_id, trace_id, observation_id, provider, model,
      environment, executed_at, latency_seconds, input_tokens, output_tokens, cost_usd, success, success_source)
    SELECT trace_id || '/' || id, project_id, prompt_name || ':v' || prompt_version, trace_id, id, provider, model,
      environment, created_at, latency_seconds, input_tokens, output_tokens, cost_usd, level <> 'ERROR', 'level'
    FROM llm_generations WHERE prompt_name IS NOT NULL`);
  database.exec(`
    INSERT INTO agent_task_results (task_id, project_id, trace_id, agent_name, task_type, started_at, duration_seconds,
      success, success_source, total_cost_usd, total_tokens, llm_calls_count, fallback_count)
    SELECT id, project_id, id, 'agent-' || (total_tokens % 6), 'type-' || (total_tokens % 3), created_at,
      latency_seconds, total_tokens % 17 > 0, 'level', total_cost_usd, total_tokens, 2, 0
    FROM llm_traces WHERE rowid % 10 = 0`);
  database.exec(`
    INSERT INTO export_coverage (project_id, covered_from, covered_to)
    SELECT 'p', strftime('%Y-%m-%dT%H:%M:%fZ', ${start / 1000}, 'unixepoch'),
      strftime('%Y-%m-%dT%H:%M:%fZ', ${end / 1000}, 'unixepoch')`);
  database.exec(
    `INSERT INTO rollup_queue (project_id, hour)
     SELECT DISTINCT 'p', substr(created_at, 1, 13) || ':00:00.000Z' FROM llm_generations`,
  );
  database.exec('COMMIT');
  database.close();
}
