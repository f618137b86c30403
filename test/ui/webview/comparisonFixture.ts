import { compareVersions } from '../../../src/engine/analytics/comparison/compareVersions.ts';
import { drift } from '../../../src/engine/analytics/comparison/drift.ts';
import { versionFigures } from '../../../src/engine/analytics/prompts/versionFigures.ts';
import { rate } from '../../../src/engine/analytics/statistics/proportions.ts';
import { Numbers } from '../../../src/format/numbers.ts';
import type { FailingExecution, PromptVersionFigures } from '../../../src/protocol/analytics.ts';
import type { Scope } from '../../../src/protocol/scope.ts';
import type { Answers } from './dashboardFixture.ts';

/**
 * Runs of one prompt, the same at every time, and the answers that analytics gives about them. What is
 * tested is the panel; that the figures are right is tested with the engine.
 */

const day = 86_400_000;
const numbers = new Numbers('en');
const name = 'support/triage/classify';
const projectId = 'support';

interface Run {
  readonly version: number;
  readonly success: 0 | 1 | null;
  readonly quality: number | null;
  readonly userFeedback: number | null;
  readonly latencySeconds: number;
  readonly costUsd: number | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly executedAt: string;
  readonly model: string;
  readonly environment: string;
}

/** Runs of one version with one model. */
interface Batch {
  readonly version: number;
  readonly model: string;
  readonly runs: number;
  readonly successes: number;
  readonly cost: number;
  readonly input: number;
  readonly output: number;
  readonly latency: number;
}

const sonnet = 'claude-sonnet-4-5';
const mini = 'gpt-4o-mini';
const batches: readonly Batch[] = [
  { version: 5, model: sonnet, runs: 150, successes: 122, cost: 0.0039, input: 880, output: 214, latency: 1.4 },
  { version: 5, model: mini, runs: 172, successes: 129, cost: 0.0022, input: 880, output: 214, latency: 1.2 },
  { version: 6, model: sonnet, runs: 81, successes: 72, cost: 0.0041, input: 902, output: 212, latency: 1.4 },
  { version: 6, model: mini, runs: 117, successes: 88, cost: 0.0024, input: 902, output: 212, latency: 1.25 },
  { version: 7, model: sonnet, runs: 164, successes: 151, cost: 0.004, input: 1140, output: 184, latency: 1.5 },
  { version: 7, model: mini, runs: 46, successes: 38, cost: 0.0025, input: 1140, output: 184, latency: 1.3 },
  { version: 8, model: sonnet, runs: 14, successes: 12, cost: 0.0041, input: 1150, output: 180, latency: 1.5 },
];
const labels: Readonly<Record<number, readonly string[]>> = { 6: ['production'], 7: ['staging'], 8: ['latest'] };

/** Between 0 and 1, from two numbers. */
function noise(a: number, b: number): number {
  const value = Math.sin(a * 127.1 + b * 311.7) * 43_758.5453;
  return value - Math.floor(value);
}

function runsOf(batch: Batch, now: number): readonly Run[] {
  return Array.from({ length: batch.runs }, (_, index): Run => {
    // Successes lie evenly among the runs, and these over 28 days.
    const before = Math.floor((index * batch.successes) / batch.runs);
    const success = Math.floor(((index + 1) * batch.successes) / batch.runs) - before === 1 ? 1 : 0;
    const spread = 0.8 + 0.4 * noise(index, batch.version);
    return {
      version: batch.version,
      success,
      quality: index % 3 === 0 ? Math.min(1, (success === 1 ? 0.82 : 0.4) * spread) : null,
      userFeedback: index % 9 === 0 ? success : null,
      latencySeconds: batch.latency * spread,
      costUsd: batch.cost * spread,
      inputTokens: Math.round(batch.input * (0.95 + 0.1 * noise(index, 3))),
      outputTokens: Math.round(batch.output * spread),
      executedAt: new Date(now - 28 * day + (index / batch.runs) * 27.9 * day).toISOString(),
      model: batch.model,
      environment: 'production',
    };
  });
}

function textOf(version: number): string {
  const newer = version >= 7;
  const lines = [
    'You sort support messages for {{company}}.',
    'Reply with one JSON object: {"category": …, "urgency": 1-5}.',
    newer ? 'Choose the category that the customer needs solved first.' : 'Choose the category that fits best.',
    ...(newer ? ['If two fit, prefer: outage, billing, account, other.'] : []),
    'Categories: {{categories}}',
    newer ? 'Think silently. Do not explain your answer.' : 'Think step by step before you answer.',
    '',
    'Message: {{message}}',
    'Language: {{language}}',
    'Customer since: {{since}}',
    'Plan: {{plan}}',
    'Answer in the language of the message.',
  ];
  return lines.join('\n');
}

function figuresOf(version: number, runs: readonly Run[]): PromptVersionFigures {
  const known = (values: readonly (number | null)[]): readonly number[] => values.filter((value) => value !== null);
  const sum = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((total, value) => total + value, 0);
  const judged = known(runs.map(({ success }) => success));
  const times = runs.map(({ executedAt }) => executedAt).toSorted();
  return versionFigures(version, labels[version] ?? [], {
    executions: runs.length,
    judged: judged.length,
    successes: sum(judged) ?? 0,
    latencies: runs.map(({ latencySeconds }) => latencySeconds),
    qualities: known(runs.map(({ quality }) => quality)),
    feedback: known(runs.map(({ userFeedback }) => userFeedback)),
    inputTokens: sum(runs.map(({ inputTokens }) => inputTokens)),
    outputTokens: sum(runs.map(({ outputTokens }) => outputTokens)),
    costUsd: sum(known(runs.map(({ costUsd }) => costUsd))),
    costed: known(runs.map(({ costUsd }) => costUsd)).length,
    firstAt: times[0] ?? null,
    lastAt: times.at(-1) ?? null,
    sources: new Map(judged.length === 0 ? [] : [['score:correct_category', judged.length]]),
  });
}

const reasons = ['expected billing, got account', 'expected outage, got other', 'invalid JSON', null] as const;
const messages = [
  'refund asked twice, card already charged back last week',
  'cannot log in since the invoice was unpaid',
  'Ihre API antwortet seit heute früh mit 502, bitte um Rückruf',
  'please close my account and pay back the rest',
];

function failing(run: Run, index: number): FailingExecution {
  return {
    executionId: `${run.version}-${index}`,
    projectId,
    traceId: index === 2 ? null : `t${index}`,
    observationId: index === 2 ? null : `o${index}`,
    version: run.version,
    model: run.model,
    executedAt: run.executedAt,
    successSource: 'score:correct_category',
    reason: reasons[index % reasons.length] ?? null,
    inputPreview: messages[index % messages.length] ?? null,
    outputPreview: '{"category": "account", "urgency": 3}',
  };
}

export interface FixtureOptions {
  /** Changes the runs: other successes, fewer versions. */
  readonly change?: (run: Run) => Run | null;
}

/** @param now milliseconds since the epoch */
export function comparisonAnswers(now: number, { change = (run) => run }: FixtureOptions = {}): Answers {
  const all = batches
    .flatMap((batch) => runsOf(batch, now))
    .map(change)
    .filter((run) => run !== null);
  const inScope = ({ range, filters = {} }: Scope): readonly Run[] =>
    all.filter(
      ({ model, version, environment, executedAt }) =>
        executedAt >= range.start &&
        executedAt < range.end &&
        (filters.models?.includes(model) ?? true) &&
        (filters.environments?.includes(environment) ?? true) &&
        (filters.promptVersions?.includes(version) ?? true),
    );
  const ofVersion = (runs: readonly Run[], version: number): readonly Run[] =>
    runs.filter((run) => run.version === version).toSorted((a, b) => (a.executedAt < b.executedAt ? -1 : 1));
  const versions = [8, 7, 6, 5];
  return {
    promptOutcomes: ({ scope }) => {
      const known = scope.filters?.prompts?.includes(name) ?? true;
      const runs = inScope(scope);
      const prompt = {
        projectId,
        prompt: name,
        type: 'text',
        executions: runs.length,
        costUsd: 1,
        productionVersion: 6,
        versions: versions.map((version) => figuresOf(version, ofVersion(runs, version))),
      };
      return { range: scope.range, prompts: known ? [prompt] : [], missing: {} };
    },
    promptComparison: ({ scope, prompt, variants = [] }) => {
      const runs = inScope(scope);
      const chosen = variants.map((variant) => Number(variant.slice(1)));
      return {
        prompt,
        projectId,
        range: scope.range,
        baseline: variants[0] ?? null,
        variants: chosen.map((version) => ({ name: `v${version}`, ...figuresOf(version, ofVersion(runs, version)) })),
        comparisons: compareVersions(
          chosen.map((version) => ({ name: `v${version}`, executions: ofVersion(runs, version) })),
          numbers,
        ),
        missing: {},
      };
    },
    promptTrend: ({ scope }) => {
      const runs = inScope(scope);
      const buckets = Array.from({ length: 30 }, (_, index) => new Date(now - (30 - index) * day).toISOString());
      return {
        buckets,
        versions: versions.map((version) => ({
          version,
          points: buckets.flatMap((start) => {
            const end = new Date(Date.parse(start) + day).toISOString();
            const inBucket = ofVersion(runs, version).filter(
              ({ executedAt }) => executedAt >= start && executedAt < end,
            );
            const judged = inBucket.map(({ success }) => success).filter((success) => success !== null);
            const successes = judged.reduce<number>((total, success) => total + success, 0);
            return inBucket.length === 0
              ? []
              : [
                  {
                    start,
                    executions: inBucket.length,
                    successRate: rate({ successes, n: judged.length }),
                    costPerExecutionUsd: null,
                    latencyP50: null,
                  },
                ];
          }),
        })),
      };
    },
    promptDrift: ({ scope }) => {
      const runs = inScope(scope);
      const week = 7 * day;
      return versions
        .filter((version) => ofVersion(runs, version).length > 0)
        .map((version) => {
          const part = (from: number): { successes: number; n: number } => {
            const some = ofVersion(runs, version).filter(
              ({ executedAt }) => Date.parse(executedAt) >= from && Date.parse(executedAt) < from + week,
            );
            const judged = some.map(({ success }) => success).filter((success) => success !== null);
            return { successes: judged.reduce<number>((total, success) => total + success, 0), n: judged.length };
          };
          const [first, last] = [part(now - 28 * day), part(now - week)];
          const range = { start: scope.range.start, end: scope.range.end };
          return {
            version,
            first: { range, successRate: rate(first) },
            last: { range, successRate: rate(last) },
            ...drift(first, last, numbers),
          };
        });
    },
    promptFailures: ({ scope, version, limit }) => {
      const failed = inScope(scope)
        .filter((run) => run.success === 0 && (version === undefined || run.version === version))
        .toSorted((a, b) => (a.executedAt < b.executedAt ? 1 : -1))
        .map(failing);
      const counts = Map.groupBy(failed, ({ reason }) => reason);
      return {
        total: failed.length,
        reasons: [...counts]
          .map(([reason, runs]) => ({ reason, count: runs.length }))
          .toSorted((a, b) => b.count - a.count),
        executions: failed.slice(0, limit),
      };
    },
    promptVersion: ({ version }) => ({
      projectId,
      prompt: name,
      version,
      type: 'text',
      labels: labels[version] ?? [],
      template: textOf(version),
      config: JSON.stringify({ model: sonnet, temperature: version >= 7 ? 0 : 0.2 }),
      createdAt: null,
      description: null,
    }),
    models: ({ scope }) => {
      const runs = inScope(scope);
      const models = [...Map.groupBy(runs, ({ model }) => model)].map(([model, of]) => ({ model, calls: of.length }));
      return { range: scope.range, models, total: { calls: runs.length } } as never;
    },
    coverage: ({ scope: { range } }) => ({
      exportedUntil: new Date(now).toISOString(),
      covered: [range],
      missing: [],
      lastRun: null,
    }),
    facets: () => ({
      models: [sonnet, mini],
      providers: [],
      prompts: [name],
      environments: ['production'],
      traceNames: [],
      agents: [],
      users: [],
      sessions: [],
      tags: [],
      projects: [],
    }),
  };
}
