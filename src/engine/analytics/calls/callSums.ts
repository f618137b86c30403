import type { CallFigures } from '../../../protocol/analytics.ts';
import type { Missing, MissingReason, Percentiles } from '../../../protocol/figures.ts';
import type { UsageMeasures } from '../../store/rollups/usageRows.ts';
import { LatencySketch } from '../../store/rollups/latencySketch.ts';
import { roundMoney } from '../../store/rollups/usageRows.ts';
import type { UsageRollupsTable } from '../../store/schema.ts';
import { rate } from '../statistics/proportions.ts';

/** Sums of calls or rollups; a column that was not asked for is as if there were none. */
export type SummedRow = Partial<UsageMeasures> & {
  readonly kind: UsageRollupsTable['kind'];
};

class Latencies {
  readonly sketch = new LatencySketch();
  #seconds = 0;

  add(text: string | null | undefined, seconds: number | undefined, sign: 1 | -1): void {
    if (text != null) {
      this.sketch.addText(text, sign);
    }
    this.#seconds += sign * (seconds ?? 0);
  }

  merge(other: Latencies): void {
    this.sketch.merge(other.sketch);
    this.#seconds += other.#seconds;
  }

  percentiles(): Percentiles | null {
    return this.sketch.percentiles(this.#seconds);
  }
}

/** Adds up calls of one group; every figure of calls is made here. */
export class CallSums {
  calls = 0;
  errors = 0;
  notPrimary = 0;
  fallbacks = 0;
  callsWithCost = 0;
  #callsWithTokens = 0;
  #costUsd = 0;
  #totalTokens = 0;
  #timedOutputTokens = 0;
  #outputSeconds = 0;
  /** Null until one is known. */
  #parts = {
    input_tokens: null,
    cached_tokens: null,
    output_tokens: null,
    reasoning_tokens: null,
    input_cost_usd: null,
    output_cost_usd: null,
    cached_cost_usd: null,
  } as Record<Part, number | null>;
  readonly #latency = { call: new Latencies(), embedding: new Latencies() };
  readonly #firstToken = new Latencies();

  /** @param sign -1 takes away again what another row has too much */
  add(row: SummedRow, sign: 1 | -1): void {
    this.calls += sign * (row.calls ?? 0);
    this.errors += sign * (row.errors ?? 0);
    this.notPrimary += sign * (row.not_primary ?? 0);
    this.fallbacks += sign * (row.fallbacks ?? 0);
    this.callsWithCost += sign * (row.calls_with_cost ?? 0);
    this.#callsWithTokens += sign * (row.calls_with_tokens ?? 0);
    this.#costUsd += sign * (row.cost_usd ?? 0);
    this.#totalTokens += sign * (row.total_tokens ?? 0);
    this.#timedOutputTokens += sign * (row.timed_output_tokens ?? 0);
    this.#outputSeconds += sign * (row.output_seconds ?? 0);
    for (const part of parts) {
      this.#addPart(part, row[part] ?? null, sign);
    }
    if (row.kind !== 'fallback') {
      this.#latency[row.kind].add(row.latency_sketch, row.latency_seconds, sign);
      this.#firstToken.add(row.first_token_sketch, row.first_token_seconds, sign);
    }
  }

  merge(other: CallSums): void {
    this.calls += other.calls;
    this.errors += other.errors;
    this.notPrimary += other.notPrimary;
    this.fallbacks += other.fallbacks;
    this.callsWithCost += other.callsWithCost;
    this.#callsWithTokens += other.#callsWithTokens;
    this.#costUsd += other.#costUsd;
    this.#totalTokens += other.#totalTokens;
    this.#timedOutputTokens += other.#timedOutputTokens;
    this.#outputSeconds += other.#outputSeconds;
    for (const part of parts) {
      this.#addPart(part, other.#parts[part], 1);
    }
    this.#latency.call.merge(other.#latency.call);
    this.#latency.embedding.merge(other.#latency.embedding);
    this.#firstToken.merge(other.#firstToken);
  }

  /** USD; null where no call's cost is known. */
  get costUsd(): number | null {
    return this.callsWithCost === 0 ? null : roundMoney(this.#costUsd);
  }

  get totalTokens(): number | null {
    return this.#callsWithTokens === 0 ? null : this.#totalTokens;
  }

  /** Embeddings are quick: theirs are asked for only where there are no other calls. */
  latency(): Percentiles | null {
    return this.#latency.call.percentiles() ?? this.#latency.embedding.percentiles();
  }

  figures(): CallFigures {
    const { calls, errors, fallbacks, costUsd } = this;
    const successes = calls - errors;
    const values = {
      inputTokens: this.#parts.input_tokens,
      cachedTokens: this.#parts.cached_tokens,
      outputTokens: this.#parts.output_tokens,
      reasoningTokens: this.#parts.reasoning_tokens,
      totalTokens: this.totalTokens,
      costUsd,
      inputCostUsd: money(this.#parts.input_cost_usd),
      outputCostUsd: money(this.#parts.output_cost_usd),
      cachedCostUsd: money(this.#parts.cached_cost_usd),
      costPer1000CallsUsd: costUsd === null ? null : (costUsd / this.callsWithCost) * 1000,
      costPerSuccessfulCallUsd: costUsd === null || successes === 0 ? null : costUsd / successes,
      latency: this.latency(),
      timeToFirstToken: this.#firstToken.percentiles(),
      outputTokensPerSecond: this.#outputSeconds > 0 ? this.#timedOutputTokens / this.#outputSeconds : null,
    };
    return {
      calls,
      errors,
      fallbacks,
      callsWithoutCost: calls - this.callsWithCost,
      errorRate: rate({ successes: errors, n: calls }),
      fallbackRate: rate({ successes: fallbacks, n: calls + fallbacks }),
      ...values,
      missing: missingOf(values, this),
    };
  }

  #addPart(part: Part, value: number | null, sign: 1 | -1): void {
    if (value !== null) {
      this.#parts[part] = (this.#parts[part] ?? 0) + sign * value;
    }
  }
}

const parts = [
  'input_tokens',
  'cached_tokens',
  'output_tokens',
  'reasoning_tokens',
  'input_cost_usd',
  'output_cost_usd',
  'cached_cost_usd',
] as const;
type Part = (typeof parts)[number];

const money = (usd: number | null): number | null => (usd === null ? null : roundMoney(usd));

const reasons: Readonly<Record<string, MissingReason>> = {
  inputTokens: 'noTokens',
  cachedTokens: 'noTokens',
  outputTokens: 'noTokens',
  reasoningTokens: 'noTokens',
  totalTokens: 'noTokens',
  latency: 'noLatency',
  timeToFirstToken: 'noFirstToken',
  outputTokensPerSecond: 'noTokens',
};

function missingOf(values: Readonly<Record<string, unknown>>, sums: CallSums): Missing {
  const fields = Object.keys(values).filter((field) => values[field] === null);
  if (sums.calls === 0) {
    return Object.fromEntries([...fields, 'errorRate'].map((field) => [field, 'noCalls']));
  }
  return Object.fromEntries(
    fields.map((field) => {
      const withoutSuccess = field === 'costPerSuccessfulCallUsd' && sums.costUsd !== null;
      return [field, withoutSuccess ? 'noSuccesses' : (reasons[field] ?? 'noCost')];
    }),
  );
}
