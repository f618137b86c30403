import * as l10n from '@vscode/l10n';
import { isFallback, percent, type QueryDefinition } from './queryDefinition.ts';

/** Percentiles by nearest rank, of rows grouped by one column. */
const percentiles = [50, 90, 95, 99]
  .map((p) => `min(CASE WHEN share >= ${p / 100} THEN latency_seconds END) AS p${p}_sec`)
  .join(', ');

export const callQueries: readonly QueryDefinition[] = [
  {
    name: 'cost-by-model',
    title: () => l10n.t('Cost by model'),
    description: () => l10n.t('Calls, tokens, cost and mean latency of every provider’s models.'),
    days: 7,
    sql: ({ since }, days) => `
SELECT provider, model,
       count(*) AS total_calls,
       sum(input_tokens) AS total_input_tokens,
       sum(output_tokens) AS total_output_tokens,
       sum(cost_usd) AS total_cost_usd,
       count(*) - count(cost_usd) AS calls_without_cost,
       avg(latency_seconds) AS avg_latency_sec
FROM llm_generations
WHERE ${since('created_at', days)}
GROUP BY provider, model
ORDER BY coalesce(sum(cost_usd), -1) DESC, provider, model`,
  },
  {
    name: 'fallback-rate',
    title: () => l10n.t('Fallback rate by model'),
    description: () =>
      l10n.t('Fallbacks away from each model, in percent of its calls, and of its calls and those fallbacks together.'),
    days: 7,
    sql: ({ since }, days) => `
SELECT model,
       sum(calls) AS total_count,
       sum(fallbacks) AS fallback_count,
       ${percent('sum(fallbacks)', 'sum(calls)')} AS fallback_rate_pct,
       ${percent('sum(fallbacks)', '(sum(calls) + sum(fallbacks))')} AS share_of_attempts_pct
FROM (SELECT model, 1 AS calls, 0 AS fallbacks
      FROM llm_generations
      WHERE ${since('created_at', days)}
      UNION ALL
      SELECT e.original_model, 0, 1
      FROM llm_events AS e
      WHERE ${isFallback('e')} AND ${since('e.created_at', days)}) AS attempts
GROUP BY model
ORDER BY 1.0 * sum(fallbacks) / (sum(calls) + sum(fallbacks)) DESC, model`,
  },
  {
    name: 'fallback-pairs',
    title: () => l10n.t('Fallback pairs'),
    description: () => l10n.t('From which model to which, by kind of event, and when last.'),
    days: 30,
    sql: ({ since }, days) => `
SELECT e.original_model, e.fallback_model, e.event_name,
       count(*) AS fallbacks,
       max(e.created_at) AS last_at
FROM llm_events AS e
WHERE ${isFallback('e')} AND ${since('e.created_at', days)}
GROUP BY e.original_model, e.fallback_model, e.event_name
ORDER BY fallbacks DESC, e.original_model, e.fallback_model, e.event_name`,
  },
  {
    name: 'cost-by-day-and-model',
    title: () => l10n.t('Cost by day and model'),
    description: () => l10n.t('Calls, tokens and cost of each model by UTC day.'),
    days: 30,
    sql: ({ since, day }, days) => `
SELECT ${day('created_at')} AS day, model,
       count(*) AS calls,
       sum(total_tokens) AS total_tokens,
       sum(cost_usd) AS cost_usd
FROM llm_generations
WHERE ${since('created_at', days)}
GROUP BY 1, model
ORDER BY 1 DESC, coalesce(sum(cost_usd), -1) DESC, model`,
  },
  {
    name: 'cost-per-success-by-model',
    title: () => l10n.t('Cost per success by model'),
    description: () => l10n.t('What each model cost over its calls that did not end with an error.'),
    days: 30,
    sql: ({ since }, days) => `
SELECT provider, model,
       count(*) AS calls,
       sum(CASE WHEN level <> 'ERROR' THEN 1 ELSE 0 END) AS successful_calls,
       sum(cost_usd) AS cost_usd,
       sum(cost_usd) / nullif(sum(CASE WHEN level <> 'ERROR' THEN 1 ELSE 0 END), 0) AS cost_per_success_usd
FROM llm_generations
WHERE ${since('created_at', days)}
GROUP BY provider, model
ORDER BY coalesce(sum(cost_usd) / nullif(sum(CASE WHEN level <> 'ERROR' THEN 1 ELSE 0 END), 0), -1) DESC, provider, model`,
  },
  {
    name: 'latency-by-hour',
    title: () => l10n.t('Latency percentiles by hour'),
    description: () => l10n.t('Percentiles by nearest rank, by UTC hour, embeddings left out.'),
    days: 1,
    sql: ({ since, hour }, days) => `
SELECT hour, count(*) AS calls, ${percentiles}
FROM (SELECT hour, latency_seconds, cume_dist() OVER (PARTITION BY hour ORDER BY latency_seconds) AS share
      FROM (SELECT ${hour('created_at')} AS hour, latency_seconds
            FROM llm_generations
            WHERE latency_seconds IS NOT NULL AND observation_type <> 'EMBEDDING' AND ${since('created_at', days)}) AS timed) AS ranked
GROUP BY hour
ORDER BY hour DESC`,
  },
  {
    name: 'latency-by-model',
    title: () => l10n.t('Latency percentiles by model'),
    description: () => l10n.t('Percentiles by nearest rank, embeddings left out.'),
    days: 7,
    sql: ({ since }, days) => `
SELECT model, count(*) AS calls, ${percentiles}
FROM (SELECT model, latency_seconds, cume_dist() OVER (PARTITION BY model ORDER BY latency_seconds) AS share
      FROM llm_generations
      WHERE latency_seconds IS NOT NULL AND observation_type <> 'EMBEDDING' AND ${since('created_at', days)}) AS ranked
GROUP BY model
ORDER BY p95_sec DESC, model`,
  },
  {
    name: 'error-rate-by-provider',
    title: () => l10n.t('Error rate by provider'),
    description: () => l10n.t('Calls that ended with an error, by provider and model.'),
    days: 7,
    sql: ({ since }, days) => `
SELECT provider, model,
       count(*) AS calls,
       sum(CASE WHEN level = 'ERROR' THEN 1 ELSE 0 END) AS errors,
       ${percent("sum(CASE WHEN level = 'ERROR' THEN 1 ELSE 0 END)", 'count(*)')} AS error_rate_pct
FROM llm_generations
WHERE ${since('created_at', days)}
GROUP BY provider, model
ORDER BY 1.0 * sum(CASE WHEN level = 'ERROR' THEN 1 ELSE 0 END) / count(*) DESC, provider, model`,
  },
  {
    name: 'error-messages',
    title: () => l10n.t('Error messages'),
    description: () => l10n.t('What errors say, in calls and in all other observations; the hundred most frequent.'),
    days: 7,
    sql: ({ since }, days) => `
SELECT observation_type, name, status_message, count(*) AS errors, max(created_at) AS last_at
FROM (SELECT observation_type, name, status_message, created_at
      FROM llm_generations WHERE level = 'ERROR' AND ${since('created_at', days)}
      UNION ALL
      SELECT observation_type, name, status_message, created_at
      FROM llm_spans WHERE level = 'ERROR' AND ${since('created_at', days)}
      UNION ALL
      SELECT 'EVENT', event_name, status_message, created_at
      FROM llm_events WHERE level = 'ERROR' AND ${since('created_at', days)}) AS failed
GROUP BY observation_type, name, status_message
ORDER BY errors DESC, observation_type, name, status_message
LIMIT 100`,
  },
  {
    name: 'context-near-limit',
    title: () => l10n.t('Context length near the limit'),
    description: () =>
      l10n.t('Calls that filled at least 80 % of a context length that fallbacks have told of; the hundred fullest.'),
    days: 30,
    sql: ({ since }, days) => `
SELECT g.created_at, g.trace_id, g.id AS observation_id, g.model, g.input_tokens, l.max_context,
       ${percent('g.input_tokens', 'l.max_context')} AS used_pct
FROM llm_generations AS g
JOIN (SELECT model, max(max_context) AS max_context
      FROM (SELECT original_model AS model, original_max_context AS max_context FROM llm_events
            UNION ALL
            SELECT fallback_model, fallback_max_context FROM llm_events) AS told
      WHERE max_context IS NOT NULL
      GROUP BY model) AS l ON l.model = g.model
WHERE g.input_tokens >= 0.8 * l.max_context AND ${since('g.created_at', days)}
ORDER BY 1.0 * g.input_tokens / l.max_context DESC, g.trace_id, g.id
LIMIT 100`,
  },
  {
    name: 'cached-tokens-by-model',
    title: () => l10n.t('Cached tokens by model'),
    description: () => l10n.t('How much of the input came from a prompt cache.'),
    days: 30,
    sql: ({ since }, days) => `
SELECT provider, model,
       count(*) AS calls,
       sum(input_tokens) AS input_tokens,
       sum(cached_tokens) AS cached_tokens,
       ${percent('sum(cached_tokens)', 'sum(input_tokens)')} AS cached_pct
FROM llm_generations
WHERE input_tokens IS NOT NULL AND ${since('created_at', days)}
GROUP BY provider, model
ORDER BY input_tokens DESC, provider, model`,
  },
  {
    name: 'calls-without-cost',
    title: () => l10n.t('Calls without a cost'),
    description: () => l10n.t('Models whose price nobody knows: what they do is missing from every sum of costs.'),
    days: 30,
    sql: ({ since }, days) => `
SELECT provider, model, observation_type,
       count(*) AS calls,
       sum(total_tokens) AS total_tokens,
       max(created_at) AS last_at
FROM llm_generations
WHERE cost_usd IS NULL AND ${since('created_at', days)}
GROUP BY provider, model, observation_type
ORDER BY calls DESC, provider, model, observation_type`,
  },
];
