import * as l10n from '@vscode/l10n';
import { asNumber, isFallback, percent, sumOf, type QueryDefinition } from './queryDefinition.ts';

export const traceQueries: readonly QueryDefinition[] = [
  {
    name: 'trace-costs',
    title: () => l10n.t('Traces with their costs'),
    description: () => l10n.t('The twenty dearest traces with their calls, models and events.'),
    days: 1,
    // Joined to both its calls and its events, a trace would count each call once for every event.
    sql: ({ since, list }, days) => `
SELECT t.name AS trace_name, t.created_at,
       (SELECT count(*) FROM llm_generations AS g
        WHERE g.trace_id = t.id AND g.project_id = t.project_id) AS generation_count,
       t.total_cost_usd AS total_cost,
       (SELECT ${list('model')}
        FROM (SELECT DISTINCT g.model FROM llm_generations AS g
              WHERE g.trace_id = t.id AND g.project_id = t.project_id ORDER BY g.model) AS used) AS models_used,
       (SELECT count(*) FROM llm_events AS e
        WHERE e.trace_id = t.id AND e.project_id = t.project_id) AS event_count,
       t.id AS trace_id
FROM llm_traces AS t
WHERE ${since('t.created_at', days)}
ORDER BY coalesce(t.total_cost_usd, -1) DESC, t.id
LIMIT 20`,
  },
  {
    name: 'most-expensive-traces',
    title: () => l10n.t('Most expensive traces'),
    description: () => l10n.t('The hundred dearest traces: whose, how long, how many tokens and errors.'),
    days: 30,
    sql: ({ since }, days) => `
SELECT created_at, name, user_id, session_id, environment,
       total_cost_usd, total_tokens, total_generations, latency_seconds, error_count, id AS trace_id
FROM llm_traces
WHERE total_cost_usd IS NOT NULL AND ${since('created_at', days)}
ORDER BY total_cost_usd DESC, id
LIMIT 100`,
  },
  {
    name: 'prompt-versions',
    title: () => l10n.t('Prompt versions, success'),
    description: () => l10n.t('Executions, success, quality, latency and cost of every prompt version.'),
    days: 30,
    sql: ({ since }, days) => `
SELECT e.project_id, coalesce(v.prompt_name, e.prompt_id) AS prompt, v.version, v.variant_name,
       count(*) AS executions,
       count(e.success) AS judged,
       ${sumOf('e.success')} AS successes,
       ${percent(sumOf('e.success'), 'count(e.success)')} AS success_rate_pct,
       avg(e.quality_score) AS avg_quality,
       avg(e.user_feedback) AS avg_user_feedback,
       avg(e.latency_seconds) AS avg_latency_sec,
       sum(e.cost_usd) AS cost_usd,
       avg(e.cost_usd) AS cost_per_execution_usd
FROM prompt_executions AS e
LEFT JOIN prompt_variants AS v ON v.prompt_id = e.prompt_id AND v.project_id = e.project_id
WHERE ${since('e.executed_at', days)}
GROUP BY e.project_id, e.prompt_id, v.prompt_name, v.version, v.variant_name
ORDER BY prompt, v.version DESC, e.project_id`,
  },
  {
    name: 'agents',
    title: () => l10n.t('Agents and their tasks'),
    description: () => l10n.t('Tasks, success, duration, cost, calls and fallbacks of every agent and task type.'),
    days: 30,
    sql: ({ since }, days) => `
SELECT agent_name, task_type,
       count(*) AS tasks,
       count(success) AS judged,
       ${sumOf('success')} AS successes,
       ${percent(sumOf('success'), 'count(success)')} AS success_rate_pct,
       avg(duration_seconds) AS avg_duration_sec,
       sum(total_cost_usd) AS cost_usd,
       sum(total_cost_usd) / nullif(${sumOf('success')}, 0) AS cost_per_success_usd,
       sum(llm_calls_count) AS llm_calls,
       sum(fallback_count) AS fallbacks
FROM agent_task_results
WHERE ${since('started_at', days)}
GROUP BY agent_name, task_type
ORDER BY agent_name, task_type`,
  },
  {
    name: 'agent-failure-steps',
    title: () => l10n.t('Steps where agents fail'),
    description: () => l10n.t('The first error of each failed task, by agent and step.'),
    days: 30,
    sql: ({ since }, days) => `
SELECT agent_name, step, observation_type, count(*) AS failures, max(trace_id) AS example_trace_id
FROM (SELECT f.agent_name, f.trace_id, o.step, o.observation_type,
             row_number() OVER (PARTITION BY f.project_id, f.trace_id ORDER BY o.created_at, o.id) AS place
      FROM agent_task_results AS f
      JOIN (SELECT project_id, trace_id, id, name AS step, observation_type, created_at
            FROM llm_spans WHERE level = 'ERROR' AND ${since('created_at', days)}
            UNION ALL
            SELECT project_id, trace_id, id, name, observation_type, created_at
            FROM llm_generations WHERE level = 'ERROR' AND ${since('created_at', days)}
            UNION ALL
            SELECT project_id, trace_id, id, event_name, 'EVENT', created_at
            FROM llm_events WHERE level = 'ERROR' AND ${since('created_at', days)}) AS o
        ON o.trace_id = f.trace_id AND o.project_id = f.project_id
      WHERE ${asNumber('f.success')} = 0 AND ${since('f.started_at', days)}) AS firsts
WHERE place = 1
GROUP BY agent_name, step, observation_type
ORDER BY failures DESC, agent_name, step, observation_type`,
  },
  {
    name: 'tokens-by-user',
    title: () => l10n.t('Token use per user'),
    description: () => l10n.t('Traces, tokens and cost of every user.'),
    days: 30,
    sql: ({ since }, days) => `
SELECT user_id,
       count(*) AS traces,
       sum(total_generations) AS calls,
       sum(total_tokens) AS total_tokens,
       sum(total_cost_usd) AS cost_usd,
       max(created_at) AS last_at
FROM llm_traces
WHERE ${since('created_at', days)}
GROUP BY user_id
ORDER BY coalesce(sum(total_tokens), -1) DESC, user_id`,
  },
  {
    name: 'cost-by-tag',
    title: () => l10n.t('Cost by tag'),
    description: () => l10n.t('Traces and cost of every tag; a trace counts for each of its tags.'),
    days: 30,
    sql: ({ since, tags }, days) => `
SELECT tag.value AS tag,
       count(*) AS traces,
       sum(t.total_tokens) AS total_tokens,
       sum(t.total_cost_usd) AS cost_usd
FROM llm_traces AS t, ${tags('t.tags')}
WHERE ${since('t.created_at', days)}
GROUP BY tag.value
ORDER BY coalesce(sum(t.total_cost_usd), -1) DESC, tag.value`,
  },
  {
    name: 'traces-with-fallbacks',
    title: () => l10n.t('Traces with fallbacks'),
    description: () => l10n.t('Each fallback with its trace and reason; the two hundred newest.'),
    days: 7,
    sql: ({ since }, days) => `
SELECT e.created_at, e.trace_name, e.event_name, e.original_model, e.fallback_model, e.fallback_reason,
       t.total_cost_usd, t.latency_seconds, e.trace_id
FROM llm_events AS e
LEFT JOIN llm_traces AS t ON t.id = e.trace_id AND t.project_id = e.project_id
WHERE ${isFallback('e')} AND ${since('e.created_at', days)}
ORDER BY e.created_at DESC, e.id
LIMIT 200`,
  },
  {
    name: 'scores',
    title: () => l10n.t('Scores'),
    description: () => l10n.t('How often each score was given, by whom, and its mean (booleans as 1 and 0).'),
    days: 30,
    sql: ({ since }, days) => `
SELECT name, data_type, source,
       count(*) AS scores,
       avg(value) AS mean,
       min(value) AS lowest,
       max(value) AS highest,
       max(created_at) AS last_at
FROM llm_scores
WHERE ${since('created_at', days)}
GROUP BY name, data_type, source
ORDER BY scores DESC, name, data_type, source`,
  },
  {
    name: 'export-runs',
    title: () => l10n.t('Export runs'),
    description: () => l10n.t('The hundred newest exports: what each covered and how it ended.'),
    days: null,
    sql: () => `
SELECT export_started_at, export_completed_at, status, trigger, langfuse_project_id, data_start_time, data_end_time,
       traces_exported, generations_exported, spans_exported, events_exported, scores_exported, prompts_exported,
       requests, error_message
FROM export_metadata
ORDER BY export_started_at DESC, id DESC
LIMIT 100`,
  },
];
