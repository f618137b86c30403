import type {
  AgentFigures,
  CallFigures,
  ModelFigures,
  PromptVersionFigures,
  UsageAnswer,
} from '../../../src/protocol/analytics.ts';
import type { TraceSummary } from '../../../src/protocol/browse.ts';
import type { Percentiles, Rate } from '../../../src/protocol/figures.ts';
import type { QuestionAnswer, QuestionName, QuestionParams } from '../../../src/protocol/questions.ts';
import type { Bucketing, Scope, TimeRange } from '../../../src/protocol/scope.ts';

/** Answers of the right types and plausible sizes, the same at every run. Not of a real database: what is tested is the panel. */
export type Answers = { readonly [Q in QuestionName]?: (params: QuestionParams<Q>) => QuestionAnswer<Q> };

const hour = 3_600_000;
const bucketHours = { hour: 1, '3hours': 3, day: 24, week: 168 } as const;

interface FixtureModel {
  readonly model: string;
  readonly provider: string;
  /** In seven days. */
  readonly calls: number;
  readonly costUsd: number;
  readonly tokens: number;
  readonly p50: number;
  readonly errors: number;
  readonly fallbacks: number;
}

const fixtureModels: readonly FixtureModel[] = [
  {
    model: 'claude-sonnet-4-5',
    provider: 'anthropic',
    calls: 6412,
    costUsd: 61.84,
    tokens: 13.85e6,
    p50: 2.31,
    errors: 0.011,
    fallbacks: 0.046,
  },
  {
    model: 'gpt-4o',
    provider: 'openai',
    calls: 2118,
    costUsd: 18.46,
    tokens: 5.18e6,
    p50: 1.62,
    errors: 0.029,
    fallbacks: 0.098,
  },
  {
    model: 'gpt-4o-mini',
    provider: 'openai',
    calls: 28_930,
    costUsd: 9.72,
    tokens: 48.7e6,
    p50: 0.84,
    errors: 0.007,
    fallbacks: 0.019,
  },
  {
    model: 'gemini-2.5-flash',
    provider: 'google',
    calls: 11_204,
    costUsd: 7.31,
    tokens: 14.76e6,
    p50: 0.71,
    errors: 0.058,
    fallbacks: 0.006,
  },
  {
    model: 'claude-haiku-4-5',
    provider: 'anthropic',
    calls: 4906,
    costUsd: 6.07,
    tokens: 4.35e6,
    p50: 0.66,
    errors: 0.005,
    fallbacks: 0.022,
  },
  {
    model: 'text-embedding-3-small',
    provider: 'openai',
    calls: 41_380,
    costUsd: 0.83,
    tokens: 41.4e6,
    p50: 0.09,
    errors: 0.001,
    fallbacks: 0,
  },
];

/** Between 0 and 1, from two numbers. */
function noise(a: number, b: number): number {
  const value = Math.sin(a * 127.1 + b * 311.7) * 43_758.5453;
  return value - Math.floor(value);
}

function rate(share: number, n: number): Rate {
  const count = Math.round(share * n);
  if (n === 0) {
    return { value: null, count: 0, n: 0, low: null, high: null };
  }
  const spread = 1.96 * Math.sqrt(Math.max(share * (1 - share), 0.001) / n);
  return { value: count / n, count, n, low: Math.max(0, share - spread), high: Math.min(1, share + spread) };
}

function percentiles(p50: number, n: number): Percentiles {
  return { p50, p90: p50 * 2.1, p95: p50 * 2.9, p99: p50 * 6.2, mean: p50 * 1.3, n };
}

function inScope({ filters }: Scope): readonly FixtureModel[] {
  const { models, prompts } = filters ?? {};
  const named = fixtureModels.filter(({ model }) => models === undefined || models.includes(model));
  return prompts === undefined
    ? named
    : named.map((one) => ({ ...one, calls: Math.round(one.calls / 8), costUsd: one.costUsd / 8 }));
}

function figures(models: readonly FixtureModel[]): CallFigures {
  const sum = (pick: (model: FixtureModel) => number): number =>
    models.reduce((total, model) => total + pick(model), 0);
  const calls = sum((model) => model.calls);
  const errors = sum((model) => Math.round(model.calls * model.errors));
  const costUsd = sum((model) => model.costUsd);
  return {
    calls,
    errors,
    fallbacks: sum((model) => Math.round(model.calls * model.fallbacks)),
    errorRate: rate(calls === 0 ? 0 : errors / calls, calls),
    fallbackRate: rate(calls === 0 ? 0 : sum((model) => model.calls * model.fallbacks) / calls, calls),
    costPer1000CallsUsd: calls === 0 ? null : (costUsd / calls) * 1000,
    costPerSuccessfulCallUsd: calls === 0 ? null : costUsd / (calls - errors),
    latency: calls === 0 ? null : percentiles(sum((model) => model.p50 * model.calls) / calls, calls),
    timeToFirstToken: null,
    outputTokensPerSecond: null,
    inputTokens: null,
    cachedTokens: null,
    outputTokens: null,
    reasoningTokens: null,
    totalTokens: calls === 0 ? null : sum((model) => model.tokens),
    costUsd: calls === 0 ? null : costUsd,
    inputCostUsd: null,
    outputCostUsd: null,
    cachedCostUsd: null,
    callsWithoutCost: 41,
    missing: {},
  };
}

function modelFigures(model: FixtureModel): ModelFigures {
  return {
    ...figures([model]),
    provider: model.provider,
    model: model.model,
    quality: { value: null, n: 0, low: null, high: null },
  };
}

function bucketStarts({ start, end }: TimeRange, { bucket }: Bucketing): readonly string[] {
  const width = bucketHours[bucket] * hour;
  const first = Math.floor(Date.parse(start) / width) * width;
  const count = Math.ceil((Date.parse(end) - first) / width);
  return Array.from({ length: count }, (_, index) => new Date(first + index * width).toISOString());
}

/** Busy days, quiet nights and weekends; one evening of errors. */
function load(start: string): number {
  const date = new Date(start);
  const day = 0.4 + 0.6 * Math.max(0, Math.sin(((date.getUTCHours() - 5) / 24) * 2 * Math.PI));
  const weekend = [0, 6].includes(date.getUTCDay()) ? 0.4 : 1;
  return day * weekend * (0.8 + 0.4 * noise(Date.parse(start) / hour, 1));
}

function usage(
  scope: Scope,
  bucketing: Bucketing,
  models: readonly (readonly [string | null, readonly FixtureModel[]])[],
): UsageAnswer {
  const buckets = bucketStarts(scope.range, bucketing);
  const missing = new Set(missingRanges(scope.range).flatMap((range) => bucketStarts(range, bucketing)));
  const loads = buckets.map((start) => (missing.has(start) ? 0 : load(start)));
  const whole = loads.reduce((total, one) => total + one, 0);
  return {
    range: scope.range,
    bucket: bucketing.bucket,
    buckets,
    series: models.map(([key, members]) => {
      const all = figures(members);
      return {
        key,
        total: { calls: all.calls, costUsd: all.costUsd },
        points: buckets.flatMap((start, index) => {
          const share = (loads[index] ?? 0) / whole;
          const calls = Math.round(all.calls * share);
          const trouble = storm(start) ? 8 : 1;
          const p50 = (all.latency?.p50 ?? 1) * (0.9 + 0.2 * noise(index, 7)) * (storm(start) ? 1.5 : 1);
          return calls === 0
            ? []
            : [
                {
                  start,
                  calls,
                  errors: Math.round(calls * 0.01 * trouble),
                  fallbacks: Math.round(calls * 0.015 * trouble),
                  totalTokens: Math.round((all.totalTokens ?? 0) * share),
                  costUsd: (all.costUsd ?? 0) * share,
                  latency: calls < 30 ? null : percentiles(p50, calls),
                },
              ];
        }),
      };
    }),
  };
}

function storm(start: string): boolean {
  const date = new Date(start);
  return date.getUTCDay() === 0 && date.getUTCHours() >= 8 && date.getUTCHours() < 14;
}

function missingRanges({ start, end }: TimeRange): readonly TimeRange[] {
  const from = Date.parse(start);
  const length = Date.parse(end) - from;
  return [0.46, 0.63, 0.92].map((at) => {
    const begin = Math.floor((from + at * length) / (3 * hour)) * 3 * hour;
    return { start: new Date(begin).toISOString(), end: new Date(begin + 3 * hour).toISOString() };
  });
}

function promptVersion(
  version: number,
  executions: number,
  scored: number,
  success: number,
  cost: number,
  p50: number,
): PromptVersionFigures {
  return {
    version,
    labels: ['production'],
    executions,
    successRate: rate(success, scored),
    quality: { value: null, n: 0, low: null, high: null },
    userFeedback: { value: null, n: 0, low: null, high: null },
    latency: percentiles(p50, executions),
    inputTokens: null,
    outputTokens: null,
    costUsd: cost * executions,
    executionsWithoutCost: 0,
    costPerExecutionUsd: cost,
    firstExecutedAt: null,
    lastExecutedAt: null,
    successSources: ['score:success'],
    missing: {},
  };
}

const fixturePrompts = [
  { prompt: 'support/answer', version: promptVersion(12, 4180, 1020, 0.884, 0.0091, 1.9) },
  { prompt: 'agents/reviewer', version: promptVersion(3, 1244, 402, 0.915, 0.0127, 2.4) },
  { prompt: 'support/triage/classify', version: promptVersion(6, 8214, 61, 0.803, 0.0021, 0.5) },
  { prompt: 'rag/rerank', version: promptVersion(2, 11_204, 560, 0.793, 0.0007, 0.6) },
  { prompt: 'rag/rewrite-query', version: promptVersion(4, 11_820, 1180, 0.989, 0.0003, 0.3) },
  { prompt: 'sales/outreach/first-mail', version: promptVersion(1, 31, 17, 14 / 17, 0.0044, 1) },
] as const;

function agent(
  name: string,
  tasks: number,
  success: number,
  costPerSuccess: number,
  p50: number,
  steps: number,
): AgentFigures {
  return {
    agent: name,
    taskType: null,
    tasks,
    successRate: rate(success, tasks),
    duration: percentiles(p50, tasks),
    quality: { value: null, n: 0, low: null, high: null },
    confidence: { value: null, n: 0, low: null, high: null },
    costUsd: costPerSuccess * tasks * success,
    tasksWithoutCost: 0,
    costPerTaskUsd: costPerSuccess * success,
    costPerSuccessfulTaskUsd: costPerSuccess,
    tokens: null,
    llmCalls: Math.round(tasks * steps),
    llmCallsPerTask: steps,
    fallbacks: 0,
    missing: {},
  };
}

const fixtureAgents = [
  agent('support_agent', 4180, 0.884, 0.0091, 2.4, 3.1),
  agent('code_reviewer', 212, 0.912, 0.148, 14.2, 7.4),
  agent('planner', 311, 0.946, 0.031, 3.4, 2.2),
  agent('retriever', 9822, 0.981, 0.0009, 0.4, 1),
  agent('sql_writer', 288, 0.715, 0.0192, 4.3, 4.8),
  agent('summarizer', 1544, 0.99, 0.0024, 0.8, 1),
];

function trace(id: string, name: string, fields: Partial<TraceSummary>): TraceSummary {
  return {
    projectId: 'support',
    id,
    name,
    startedAt: '2026-11-23T13:06:00.000Z',
    durationSeconds: 128,
    costUsd: 1.92,
    tokens: 412_300,
    observations: 40,
    generations: 12,
    errors: 0,
    fallbacks: 0,
    userId: 'u_8812',
    sessionId: 'main-1840',
    environment: 'production',
    tags: [],
    ...fields,
  };
}

export const fixtureTraces: readonly TraceSummary[] = [
  trace('t1', 'code_review', { errors: 1, fallbacks: 2 }),
  trace('t2', 'code_review', {
    startedAt: '2026-11-23T11:02:00.000Z',
    costUsd: 1.44,
    durationSeconds: 96,
    tokens: 341_800,
    userId: 'u_2207',
  }),
  trace('t3', 'contract_summary', {
    startedAt: '2026-11-22T17:48:00.000Z',
    costUsd: 1.21,
    durationSeconds: 75,
    tokens: 298_400,
    fallbacks: 1,
    userId: null,
  }),
  trace('t4', 'code_review', {
    startedAt: '2026-11-21T10:15:00.000Z',
    costUsd: 1.07,
    durationSeconds: 89,
    tokens: 276_100,
  }),
  trace('t5', 'support_ticket', {
    startedAt: '2026-11-20T16:37:00.000Z',
    costUsd: 0.88,
    durationSeconds: 41.08,
    tokens: 201_500,
    errors: 1,
    sessionId: null,
  }),
];

/** @param now milliseconds since the epoch */
export function dashboardAnswers(now: number): Answers {
  return {
    summary: ({ scope, ...bucketing }) => {
      const current = figures(inScope(scope));
      const overall = usage(scope, bucketing, [[null, inScope(scope)]]);
      const points = new Map(overall.series.flatMap(({ points }) => points).map((point) => [point.start, point]));
      const line = (
        pick: (point: UsageAnswer['series'][number]['points'][number]) => number | null,
      ): readonly (number | null)[] =>
        overall.buckets.map((start) => {
          const point = points.get(start);
          return point === undefined ? null : pick(point);
        });
      return {
        range: scope.range,
        previousRange: scope.range,
        current,
        previous: figures(
          inScope(scope).map((model) => ({
            ...model,
            costUsd: model.costUsd / 1.124,
            calls: Math.round(model.calls * 1.03),
            p50: model.p50 / 1.157,
            fallbacks: model.fallbacks * 0.7,
          })),
        ),
        traces: 7204,
        successRate: rate(0.989, 4180),
        previousSuccessRate: rate(0.993, 4302),
        sparklines: {
          buckets: overall.buckets,
          costUsd: line((point) => point.costUsd),
          calls: line((point) => point.calls),
          totalTokens: line((point) => point.totalTokens),
          latencyP95: line((point) => point.latency?.p95 ?? null),
          fallbackRate: line((point) => point.fallbacks / point.calls),
          errorRate: line((point) => point.errors / point.calls),
        },
      };
    },
    usage: ({ scope, by, ...bucketing }) =>
      usage(
        scope,
        bucketing,
        by === null ? [[null, inScope(scope)]] : inScope(scope).map((model) => [model.model, [model]]),
      ),
    models: ({ scope }) => ({
      range: scope.range,
      models: inScope(scope).map((model) => ({ ...modelFigures(model), previous: null })),
      total: figures(inScope(scope)),
      previousRange: null,
      previousTotal: null,
    }),
    promptOutcomes: ({ scope }) => ({
      range: scope.range,
      prompts: fixturePrompts.map(({ prompt, version }) => ({
        projectId: 'support',
        prompt,
        type: 'text',
        executions: version.executions,
        costUsd: version.costUsd,
        productionVersion: version.version,
        versions: [version],
      })),
      missing: {},
    }),
    agents: ({ scope }) => ({
      range: scope.range,
      agents: fixtureAgents.map((one) => ({ ...one, taskTypes: [], previous: null })),
      failureSteps: [],
      missing: {},
    }),
    traces: ({ filter }) => ({
      traces: filter.status === 'error' ? fixtureTraces.filter(({ errors }) => errors > 0) : fixtureTraces,
      nextCursor: null,
    }),
    traceCount: () => ({ traces: 7204 }),
    coverage: ({ scope }) => {
      const missing = missingRanges(scope.range);
      const edges = [scope.range.start, ...missing.flatMap(({ start, end }) => [start, end]), scope.range.end];
      const covered = missing.map((_, index) => ({ start: edges[index * 2] ?? '', end: edges[index * 2 + 1] ?? '' }));
      return {
        exportedUntil: new Date(now).toISOString(),
        covered: [...covered, { start: edges.at(-2) ?? '', end: edges.at(-1) ?? '' }],
        missing,
        lastRun: { status: 'completed', at: new Date(now).toISOString(), errorMessage: null },
      };
    },
    spend: () => spend(now),
    alertStates: () => [
      {
        id: 'monthly',
        title: 'Monthly budget',
        kind: 'budget',
        state: 'ok',
        level: null,
        value: 318.4,
        limit: 450,
        unit: 'usd',
        message: '',
        since: null,
        period: { start: '2026-11-01T00:00:00.000Z', end: '2026-12-01T00:00:00.000Z' },
        scope: null,
      },
    ],
    facets: () => ({
      models: fixtureModels.map(({ model }) => model),
      providers: ['anthropic', 'google', 'openai'],
      prompts: fixturePrompts.map(({ prompt }) => prompt),
      environments: ['production', 'staging'],
      traceNames: ['code_review', 'support_ticket'],
      agents: fixtureAgents.map((one) => one.agent),
      users: ['u_8812'],
      sessions: ['main-1840'],
      tags: ['ci'],
      projects: [{ id: 'support', name: 'support-bot' }],
    }),
  };
}

function spend(now: number): QuestionAnswer<'spend'> {
  const today = new Date(now).getUTCDate();
  const date = (day: number): string => `2026-11-${String(day).padStart(2, '0')}`;
  const days = Array.from({ length: today }, (_, index) => ({
    date: date(index + 1),
    costUsd: 13.8,
    cumulativeUsd: 13.8 * (index + 1) + 3 * noise(index, 3),
  }));
  const spent = days.at(-1)?.cumulativeUsd ?? 0;
  const coming = Array.from({ length: 30 - today }, (_, index) => {
    const cumulativeUsd = spent + ((428 - spent) * (index + 1)) / (30 - today);
    const spread = 23 * Math.sqrt((index + 1) / (30 - today));
    return { date: date(today + index + 1), cumulativeUsd, low: cumulativeUsd - spread, high: cumulativeUsd + spread };
  });
  return {
    now: new Date(now).toISOString(),
    todayUsd: 9.1,
    yesterdayUsd: 12.3,
    monthToDateUsd: spent,
    callsWithoutCost: 0,
    days,
    monthEnd: '2026-12-01T00:00:00.000Z',
    forecast: { costUsd: 428, interval: { low: 405, high: 452 }, method: 'weekday means', daysUsed: 28, days: coming },
    missing: {},
  };
}
