/** Figures of calls by a plain script over the rows of another reader, the slow and obvious way. */

/** Columns as a shell prints them. */
export interface PlainCall {
  readonly kind: 'call' | 'fallback';
  readonly observation_type: string;
  readonly at: string;
  readonly provider: string | null;
  readonly model: string | null;
  readonly environment: string;
  readonly prompt_name: string | null;
  readonly trace_name: string | null;
  readonly user_id: string | null;
  readonly tags: string;
  readonly trace_id: string;
  readonly level: string;
  readonly latency: number | null;
  readonly first_token: number | null;
  readonly input_tokens: number | null;
  readonly cached_tokens: number | null;
  readonly output_tokens: number | null;
  readonly total_tokens: number | null;
  readonly cost: number | null;
  readonly input_cost: number | null;
}

/** SQL of both dialects. */
export const plainCallsSql = `
  SELECT 'call' AS kind, c.observation_type, c.created_at AS at, c.provider, c.model, c.environment, c.prompt_name,
    t.name AS trace_name, t.user_id, t.tags AS tags, c.trace_id, c.level, c.latency_seconds AS latency,
    c.time_to_first_token_seconds AS first_token, c.input_tokens, c.cached_tokens, c.output_tokens, c.total_tokens,
    c.cost_usd AS cost, c.input_cost_usd AS input_cost
  FROM llm_generations c LEFT JOIN llm_traces t ON t.id = c.trace_id AND t.project_id = c.project_id`;

export const plainFallbacksSql = `
  SELECT 'fallback' AS kind, e.created_at AS at, e.original_model AS model, e.environment, t.name AS trace_name,
    t.user_id, t.tags AS tags, e.trace_id
  FROM llm_events e LEFT JOIN llm_traces t ON t.id = e.trace_id AND t.project_id = e.project_id
  WHERE e.event_name IN ('rate_limit_fallback', 'context_length_fallback')`;

export interface PlainFigures {
  readonly calls: number;
  readonly errors: number;
  readonly fallbacks: number;
  readonly costUsd: number | null;
  readonly inputCostUsd: number | null;
  readonly callsWithoutCost: number;
  readonly inputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly outputTokens: number | null;
  readonly totalTokens: number | null;
  /** Calls that p50 to p99 are of. */
  readonly latencies: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly firstTokenP90: number | null;
  readonly outputTokensPerSecond: number | null;
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
const sum = (values: readonly (number | null)[]): number | null =>
  known(values).length === 0 ? null : known(values).reduce((total, value) => total + value, 0);

/** As PostgreSQL's percentile_cont. */
function percentile(values: readonly (number | null)[], share: number): number | null {
  const sorted = known(values).sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return low === undefined || high === undefined ? null : low + (high - low) * (position - Math.floor(position));
}

export function plainFigures(rows: readonly PlainCall[]): PlainFigures {
  const calls = rows.filter(({ kind }) => kind === 'call');
  const others = calls.filter((call) => call.observation_type !== 'EMBEDDING' && call.latency !== null);
  const latencies = (others.length > 0 ? others : calls).map(({ latency }) => latency);
  const timed = calls.filter(({ output_tokens, latency }) => output_tokens !== null && latency !== null && latency > 0);
  const costs = calls.map(({ cost }) => cost);
  return {
    calls: calls.length,
    errors: calls.filter(({ level }) => level === 'ERROR').length,
    fallbacks: rows.length - calls.length,
    costUsd: sum(costs),
    inputCostUsd: sum(calls.map((call) => call.input_cost)),
    callsWithoutCost: calls.length - known(costs).length,
    inputTokens: sum(calls.map((call) => call.input_tokens)),
    cachedTokens: sum(calls.map((call) => call.cached_tokens)),
    outputTokens: sum(calls.map((call) => call.output_tokens)),
    totalTokens: sum(calls.map((call) => call.total_tokens)),
    latencies: known(latencies).length,
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
    firstTokenP90: percentile(
      calls.map(({ first_token }) => first_token),
      0.9,
    ),
    outputTokensPerSecond:
      timed.length === 0
        ? null
        : (sum(timed.map((call) => call.output_tokens)) ?? 0) / (sum(timed.map(({ latency }) => latency)) ?? 1),
  };
}
